package simulated

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// tick is the time between two steps of the activity.
const tick = 1500 * time.Millisecond

// awaySteps is how many steps someone who left by themselves stays away.
const awaySteps = 6

type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x726f6f6d))} }

func (d dice) roll(sides int) int { return d.IntN(sides) }

// task is something that happens at a time of its own.
type task struct {
	at time.Time
	do func(now time.Time)
}

// after plans a task; the lock is held.
func (d *Driver) after(wait time.Duration, do func(now time.Time)) {
	d.due = append(d.due, task{at: time.Now().Add(wait), do: do})
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// run does what is due until ctx ends.
func (d *Driver) run(ctx context.Context) {
	defer close(d.done)
	for {
		timer := time.NewTimer(d.settle())
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-d.wake:
			timer.Stop()
		}
	}
}

// settle does what is due and returns how long nothing will be.
func (d *Driver) settle() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	var ready []task
	d.due = slices.DeleteFunc(d.due, func(t task) bool {
		if t.at.After(now) {
			return false
		}
		ready = append(ready, t)
		return true
	})
	for _, t := range ready {
		t.do(now)
	}
	pause := time.Hour
	for _, t := range d.due {
		pause = min(pause, t.at.Sub(now))
	}
	return max(pause, 0)
}

// Step lets people do what they would do next by themselves, without waiting
// for the clock.
func (d *Driver) Step() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.step(time.Now())
}

func (d *Driver) act(now time.Time) {
	d.step(now)
	d.after(tick, d.act)
}

func (d *Driver) step(now time.Time) {
	for _, r := range d.rooms {
		for _, p := range r.people {
			p.step++
			if d.config.Activity == Busy && !p.in && p.leftAtStep > 0 && p.step-p.leftAtStep >= awaySteps && !r.Locked {
				d.admit(r, p.Identity, p.Name, now)
			}
		}
		if len(r.people) == 0 {
			continue
		}
		d.move(r, r.people[d.dice.roll(len(r.people))], now)
	}
}

// move lets one person do something.
func (d *Driver) move(r *room, p *person, now time.Time) {
	choice := d.dice.roll(10)
	if !p.in || now.Before(p.answersAt) || p.OnHold {
		return
	}
	silent := true
	if i := p.microphone(); i >= 0 {
		silent = p.Tracks[i].Muted || p.IsBlocked(moderation.Audio)
	}
	switch {
	case choice < 7 && !silent:
		p.talking = !p.talking
		d.tell(Change{Kind: Talked, RoomID: r.ID, Identity: p.Identity, ID: p.ID})
	case choice < 9 && p.microphone() >= 0 && !p.IsBlocked(moderation.Audio):
		p.Tracks[p.microphone()].Muted, p.talking = !silent, false
		d.tell(Change{Kind: MutedSelf, RoomID: r.ID, Identity: p.Identity, ID: p.ID})
	case choice == 9 && d.config.Activity == Busy:
		d.depart(r, p, now)
		p.leftAtStep = p.step
	}
}

// microphone returns the index of the person's microphone, or -1.
func (p *person) microphone() int {
	return slices.IndexFunc(p.Tracks, func(t moderation.Track) bool { return t.Source == moderation.Microphone })
}

// Open opens another room, and reports whether there is none of that name yet.
func (d *Driver) Open(plan RoomPlan) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room(plan.Name) != nil {
		return false
	}
	r := d.furnish(plan, time.Now())
	d.rooms = append(d.rooms, r)
	d.tell(Change{Kind: Reopened, RoomID: r.ID})
	return true
}

// Join brings someone into a room under a new connection: a newcomer, or one
// who was there before. It reports whether they got in: a locked room or one
// that is gone lets nobody.
func (d *Driver) Join(roomIDOrName, identity, name string) (moderation.Participant, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.room(roomIDOrName)
	if r == nil || r.Locked {
		return moderation.Participant{}, false
	}
	p := d.admit(r, identity, name, time.Now())
	return p.show(time.Now()), true
}

// admit brings a person in, or back in, by themselves.
func (d *Driver) admit(r *room, identity, name string, now time.Time) *person {
	p := d.bring(r, identity, name, now)
	_ = d.keep(entry{At: now, Act: joinEntry, Room: r.Name, Participant: identity, Name: p.Name}) // the next order tells
	return p
}

func (d *Driver) bring(r *room, identity, name string, now time.Time) *person {
	p := r.byIdentity(identity)
	if p == nil {
		p = &person{Participant: moderation.Participant{Identity: identity, Name: name, Kind: moderation.Person}}
		r.people = append(r.people, p)
	}
	p.leftAtStep = 0
	d.enter(r, p, now.UTC())
	d.tell(Change{Kind: Joined, RoomID: r.ID, Identity: p.Identity, ID: p.ID})
	return p
}

// Leave lets someone leave by themselves.
func (d *Driver) Leave(roomIDOrName, identity string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.room(roomIDOrName)
	if r == nil {
		return
	}
	if p := r.byIdentity(identity); p != nil && p.in {
		d.depart(r, p, time.Now())
	}
}

func (d *Driver) depart(r *room, p *person, now time.Time) {
	p.exit()
	_ = d.keep(entry{At: now, Act: leaveEntry, Room: r.Name, Participant: p.Identity, Connection: p.ID}) // the next order tells
	d.tell(Change{Kind: Left, RoomID: r.ID, Identity: p.Identity, ID: p.ID})
}

// UnmuteSelf lets someone try to unmute themselves, and reports whether they could.
func (d *Driver) UnmuteSelf(roomIDOrName, identity string, m moderation.Media) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.room(roomIDOrName)
	if r == nil {
		return false
	}
	p := r.byIdentity(identity)
	if p == nil || !p.in || p.IsBlocked(m) {
		return false
	}
	p.mute(m, false)
	d.tell(Change{Kind: MutedSelf, RoomID: r.ID, Identity: p.Identity, ID: p.ID})
	return true
}
