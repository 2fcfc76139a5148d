package demo

import (
	"context"
	"reflect"
	"time"

	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

// lookEvery is the pause between two looks at the rooms that tell nobody of
// what happens in them.
const lookEvery = 1500 * time.Millisecond

// lookout reads the rooms of the stand-ins for the stage: of Twilio's with
// drivers of its own, so that it takes nothing from the bot's quota.
type lookout struct {
	clouds  *clouds
	names   []string
	drivers []provider.Driver
}

func (d *Demo) lookout(ctx context.Context) (*lookout, error) {
	l := &lookout{clouds: &d.clouds}
	types := map[string]provider.Type{twiliovoice.Type.Name: twiliovoice.Type, twiliovideo.Type.Name: twiliovideo.Type}
	for _, p := range d.clouds.providers() {
		kind, ok := types[p.Type]
		if !ok {
			continue
		}
		driver, err := kind.Open(ctx, provider.Settings{Name: p.Name, Values: p.Values, Log: d.options.Log})
		if err != nil {
			return l, err
		}
		l.names, l.drivers = append(l.names, p.Name), append(l.drivers, driver)
	}
	return l, nil
}

func (l *lookout) close() {
	for _, d := range l.drivers {
		_ = d.Close() // it only read
	}
}

// run looks while somebody watches, until ctx ends.
func (l *lookout) run(ctx context.Context, c *cast) {
	if len(l.drivers) == 0 {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if c.watched() {
			c.setElsewhere(l.look(ctx))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look reads every room. What cannot be read is left out.
func (l *lookout) look(ctx context.Context) []shownRoom {
	ctx, cancel := context.WithTimeout(ctx, lookEvery)
	defer cancel()
	var all []shownRoom
	for i, driver := range l.drivers {
		page, err := driver.Rooms(ctx, provider.RoomQuery{})
		if err != nil {
			continue
		}
		for _, room := range page.Rooms {
			room.Provider = l.names[i]
			people, err := driver.Participants(ctx, room, provider.ParticipantQuery{})
			if err != nil {
				continue
			}
			shown := shownRoom{StageRoom: simulated.StageRoom{Room: room, People: []simulated.StagePerson{}}}
			for _, p := range people.Participants {
				shown.People = append(shown.People, simulated.StagePerson{Participant: p})
			}
			all = append(all, shown)
		}
	}
	return append(all, l.clouds.meetings()...)
}

// watched reports whether a page is open.
func (c *cast) watched() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watchers > 0
}

// watching counts a page in or out.
func (c *cast) watching(pages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers += pages
}

func (c *cast) setElsewhere(rooms []shownRoom) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if reflect.DeepEqual(rooms, c.elsewhere) {
		return
	}
	c.elsewhere = rooms
	c.tell()
}
