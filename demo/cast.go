package demo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// persona is someone whom a visitor may be.
type persona struct{ id, role string }

// cast is who plays in the demo: the people of the workspace, and those in the
// simulated rooms.
type cast struct {
	people []persona
	roles  map[string]string
	rooms  *simulated.Driver

	mu        sync.Mutex
	known     map[seat]string               // display names of everyone who was ever in
	went      map[seat]simulated.ChangeKind // how they went out the last time
	names     map[string]string             // of rooms that there ever were, by id
	announced map[string]string             // what was last announced, by room id
	elsewhere []shownRoom                   // of providers that are not simulated
	watchers  int                           // pages that are open
	tick      chan struct{}                 // closed and replaced at each change on the stage
}

// seat is someone's place in a room, which is named by its id.
type seat struct{ room, identity string }

// gonePerson is someone who was in a room and is not now.
type gonePerson struct {
	Room     string `json:"room"`
	Identity string `json:"identity"`
	Name     string `json:"name"`
	How      string `json:"how"` // left, kick, end
}

// shownRoom is a room on the stage.
type shownRoom struct {
	simulated.StageRoom
	Announced string `json:"announced,omitempty"`
}

func newCast(rooms *simulated.Driver) *cast {
	c := &cast{
		people: []persona{{slack.Mo, "moderator"}, {slack.Olive, "owner"}, {slack.Vera, "viewer"}, {slack.Gus, "guest"}},
		roles:  map[string]string{}, rooms: rooms, tick: make(chan struct{}),
		known: map[seat]string{}, went: map[seat]simulated.ChangeKind{}, names: map[string]string{}, announced: map[string]string{},
	}
	for _, p := range c.people {
		c.roles[p.id] = p.role
	}
	c.stage() // who is in at the start is known, whenever the first page opens
	return c
}

func (c *cast) plays(user string) bool { return c.roles[user] != "" }

func (c *cast) personas() []string {
	all := make([]string, 0, len(c.people))
	for _, p := range c.people {
		all = append(all, p.id)
	}
	return all
}

// watch follows the stage until ctx ends.
func (c *cast) watch(ctx context.Context) {
	for ctx.Err() == nil {
		_, changes := c.rooms.Stage(ctx)
		for change := range changes {
			c.note(change)
		}
	}
}

// note keeps what a page cannot see from how things stand.
func (c *cast) note(change simulated.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := seat{change.RoomID, change.Identity}
	switch change.Kind {
	case simulated.Left, simulated.ChangeKind(moderation.ActionKick):
		c.went[at] = change.Kind
	case simulated.ChangeKind(moderation.ActionEnd):
		for known := range c.known {
			if known.room == change.RoomID {
				c.went[known] = change.Kind
			}
		}
	case simulated.ChangeKind(moderation.ActionAnnounce):
		text := change.Text
		if change.Identity != "" { // heard by one alone
			text = "→ " + cmp.Or(c.known[at], change.Identity) + ": " + text
		}
		c.announced[change.RoomID] = text
	}
	c.tell()
}

// tell wakes the pages; c.mu is held.
func (c *cast) tell() {
	close(c.tick)
	c.tick = make(chan struct{})
}

func (c *cast) changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tick
}

// stage returns the rooms as they stand, and who is missing from them.
func (c *cast) stage() ([]shownRoom, []gonePerson) {
	ctx, cancel := context.WithCancel(context.Background())
	stage, _ := c.rooms.Stage(ctx)
	cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	rooms, present := []shownRoom{}, map[seat]bool{}
	for _, r := range stage.Rooms {
		rooms = append(rooms, shownRoom{StageRoom: r, Announced: c.announced[r.ID]})
		for _, p := range r.People {
			at := seat{r.ID, p.Identity}
			present[at] = true
			c.known[at] = p.DisplayName()
		}
		c.names[r.ID] = r.Name
	}
	gone := []gonePerson{}
	for at, name := range c.known {
		if !present[at] {
			gone = append(gone, gonePerson{Room: c.names[at.room], Identity: at.identity, Name: name, How: string(c.went[at])})
		}
	}
	slices.SortFunc(gone, func(a, b gonePerson) int {
		return strings.Compare(a.Room+"\x00"+a.Identity, b.Room+"\x00"+b.Identity)
	})
	return append(rooms, c.elsewhere...), gone
}

// bringBack lets someone who was in a room come in again.
func (c *cast) bringBack(room, identity string) {
	c.mu.Lock()
	name := ""
	for at, known := range c.known {
		if at.identity == identity && c.names[at.room] == room {
			name = known
		}
	}
	c.mu.Unlock()
	if name != "" {
		c.rooms.Join(room, identity, name)
	}
}
