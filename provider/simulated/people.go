package simulated

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// room is a room and everyone who belongs to it, present or not.
type room struct {
	moderation.Room
	people []*person
}

// person is someone who belongs to a room. While out, the connection is one
// that has ended.
type person struct {
	moderation.Participant
	in          bool
	talking     bool
	connections int
	answersAt   time.Time // when a called number picks up
	step        int       // of the activity
	leftAtStep  int       // when they left by themselves; zero: they do not come back
}

// cast are the people of the rooms that the demo starts with.
var cast = map[string][]moderation.Participant{
	"standup": {
		{Identity: "ada", Name: "Ada"},
		{Identity: "ben", Name: "Ben"},
		{Identity: "chaos", Name: "Chaos"},
		{Identity: "dita", Name: "Dita"},
	},
	"town-hall": {
		{Identity: "host-grace", Name: "Grace", Metadata: `{"role":"host"}`},
		{Identity: "emil", Name: "Emil"},
		{Identity: "farah", Name: "Farah"},
		{Identity: "hugo", Name: "Hugo"},
	},
}

// furnish makes a room with its people, who came in over the last minutes.
func (d *Driver) furnish(plan RoomPlan, now time.Time) *room {
	r := &room{Room: moderation.Room{
		ID: "RM_" + d.mark(plan.Name), Name: plan.Name, CreatedAt: now.Add(-30 * time.Minute).UTC().Truncate(time.Second),
	}}
	if plan.AuthID != "" {
		r.Metadata = fmt.Sprintf(`{"auth_id":%q}`, plan.AuthID)
	}
	for i := range plan.People {
		who := moderation.Participant{Identity: fmt.Sprintf("guest-%05d", i+1), Name: fmt.Sprintf("Guest %d", i+1)}
		if known := cast[plan.Name]; i < len(known) {
			who = known[i]
		}
		who.Kind = moderation.Person
		p := &person{Participant: who}
		r.people = append(r.people, p)
		early := time.Duration(plan.People-i) * 25 * time.Minute / time.Duration(plan.People+1)
		d.enter(r, p, now.Add(-early).UTC().Truncate(time.Second))
		switch i % 4 {
		case 0:
			p.Tracks = append(p.Tracks, d.track(r, p, moderation.Camera))
			if i == 0 {
				p.Tracks = append(p.Tracks, d.track(r, p, moderation.ScreenShare))
			}
		case 1:
			p.Tracks[0].Muted = true
		case 2:
			p.Tracks = append(p.Tracks, d.track(r, p, moderation.Camera))
			p.talking = true
		}
	}
	return r
}

// enter brings a person in under a new connection, with a microphone.
func (d *Driver) enter(r *room, p *person, at time.Time) {
	p.connections++
	p.ID = "PA_" + d.mark(r.Name, p.Identity, fmt.Sprint(p.connections))
	p.in, p.talking, p.JoinedAt = true, false, at
	p.Blocked, p.OnHold, p.Pinned, p.Coaching = nil, false, false, ""
	p.Tracks = []moderation.Track{d.track(r, p, moderation.Microphone)}
}

// exit takes a person out.
func (p *person) exit() {
	p.in, p.talking = false, false
	p.Pinned, p.OnHold, p.Coaching = false, false, ""
}

func (d *Driver) track(r *room, p *person, s moderation.Source) moderation.Track {
	return moderation.Track{ID: "TR_" + d.mark(r.Name, p.Identity, fmt.Sprint(p.connections), string(s)), Source: s}
}

// mark makes an id that follows from the seed and what it names.
func (d *Driver) mark(of ...string) string {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, d.config.Seed, of) // a hash never fails to write
	return fmt.Sprintf("%012x", h.Sum64()>>16)
}

// room finds a live room by id, else by name.
func (d *Driver) room(idOrName string) *room {
	for _, match := range []func(*room) bool{
		func(r *room) bool { return r.ID == idOrName },
		func(r *room) bool { return r.Name == idOrName },
	} {
		if i := slices.IndexFunc(d.rooms, match); i >= 0 {
			return d.rooms[i]
		}
	}
	return nil
}

// show returns the room as a provider would.
func (r *room) show() moderation.Room {
	shown := r.Room
	shown.Participants = 0
	for _, p := range r.people {
		if p.in {
			shown.Participants++
		}
	}
	return shown
}

// present returns copies of those who are in.
func (r *room) present(now time.Time) []moderation.Participant {
	all := make([]moderation.Participant, 0, len(r.people))
	for _, p := range r.people {
		if p.in {
			all = append(all, p.show(now))
		}
	}
	return all
}

// show returns the participant as a provider would.
func (p *person) show(now time.Time) moderation.Participant {
	shown := p.Participant
	shown.Tracks, shown.Blocked = slices.Clone(p.Tracks), slices.Clone(p.Blocked)
	shown.Presence = moderation.Connected
	if now.Before(p.answersAt) {
		shown.Presence, shown.Tracks = moderation.Ringing, nil
	}
	return shown
}

// byConnection returns the person who is in under this connection, or nil.
func (r *room) byConnection(id string) *person {
	i := slices.IndexFunc(r.people, func(p *person) bool { return p.in && p.ID == id })
	if i < 0 {
		return nil
	}
	return r.people[i]
}

// byIdentity returns the person of this identity, present or not, or nil.
func (r *room) byIdentity(identity string) *person {
	i := slices.IndexFunc(r.people, func(p *person) bool { return p.Identity == identity })
	if i < 0 {
		return nil
	}
	return r.people[i]
}
