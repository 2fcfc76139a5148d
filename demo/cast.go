package demo

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/roomwarden/roomwarden/demo/slack"
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

	mu    sync.Mutex
	known map[seat]string // display names of everyone who was ever in
	tick  chan struct{}   // closed and replaced at each change on the stage
}

// seat is someone's place in a room.
type seat struct{ room, identity string }

// gonePerson is someone who was in a room and is not now.
type gonePerson struct {
	Room     string `json:"room"`
	Identity string `json:"identity"`
	Name     string `json:"name"`
}

func newCast(rooms *simulated.Driver) *cast {
	c := &cast{
		people: []persona{{slack.Mo, "moderator"}, {slack.Olive, "owner"}, {slack.Vera, "viewer"}, {slack.Gus, "guest"}},
		roles:  map[string]string{}, rooms: rooms, known: map[seat]string{}, tick: make(chan struct{}),
	}
	for _, p := range c.people {
		c.roles[p.id] = p.role
	}
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

// watch tells of each change on the stage until ctx ends.
func (c *cast) watch(ctx context.Context) {
	for ctx.Err() == nil {
		_, changes := c.rooms.Stage(ctx)
		for range changes {
			c.mu.Lock()
			close(c.tick)
			c.tick = make(chan struct{})
			c.mu.Unlock()
		}
	}
}

func (c *cast) changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tick
}

// stage returns the rooms as they stand, and who is missing from them.
func (c *cast) stage() ([]simulated.StageRoom, []gonePerson) {
	ctx, cancel := context.WithCancel(context.Background())
	stage, _ := c.rooms.Stage(ctx)
	cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	present := map[seat]bool{}
	for _, r := range stage.Rooms {
		for _, p := range r.People {
			at := seat{r.Name, p.Identity}
			present[at] = true
			c.known[at] = p.DisplayName()
		}
	}
	gone := []gonePerson{}
	for at, name := range c.known {
		if !present[at] {
			gone = append(gone, gonePerson{Room: at.room, Identity: at.identity, Name: name})
		}
	}
	slices.SortFunc(gone, func(a, b gonePerson) int {
		return strings.Compare(a.Room+"\x00"+a.Identity, b.Room+"\x00"+b.Identity)
	})
	return append([]simulated.StageRoom{}, stage.Rooms...), gone
}

// bringBack lets someone who was in a room come in again.
func (c *cast) bringBack(room, identity string) {
	c.mu.Lock()
	name, known := c.known[seat{room, identity}]
	c.mu.Unlock()
	if known {
		c.rooms.Join(room, identity, name)
	}
}
