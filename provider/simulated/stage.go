package simulated

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// ChangeKind says what happened on the stage.
type ChangeKind string

// The kinds of changes; an action that reached someone has the action's word.
const (
	Joined    ChangeKind = "joined"
	Left      ChangeKind = "left"
	Talked    ChangeKind = "talked"     // began or stopped
	MutedSelf ChangeKind = "muted_self" // or unmuted
	Reopened  ChangeKind = "reopened"   // a room that was ended
)

// Change is something that happened. Identity is empty where it happened to
// the whole room.
type Change struct {
	Kind     ChangeKind       `json:"kind"`
	At       time.Time        `json:"at"`
	RoomID   string           `json:"room_id"`
	Identity string           `json:"identity,omitempty"`
	ID       string           `json:"id,omitempty"`
	Media    moderation.Media `json:"media,omitempty"`
	Text     string           `json:"text,omitempty"` // what was announced, or its address
}

// Stage is everything as it stands.
type Stage struct {
	At    time.Time   `json:"at"`
	Rooms []StageRoom `json:"rooms"`
}

// StageRoom is a room and who is in it.
type StageRoom struct {
	moderation.Room
	People []StagePerson `json:"people"`
}

// StagePerson is someone in a room.
type StagePerson struct {
	moderation.Participant
	Talking bool `json:"talking"`
}

// Stage returns everything as it stands, and what happens from then on. The
// channel is closed when ctx or the simulation ends, and when its reader falls
// behind by more than a few hundred changes: then call Stage again.
func (d *Driver) Stage(ctx context.Context) (Stage, <-chan Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	changes := make(chan Change, 512)
	d.watchers[changes] = struct{}{}
	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.dismiss(changes)
	})
	now := time.Now()
	stage := Stage{At: now.UTC()}
	for _, r := range d.rooms {
		shown := StageRoom{Room: r.show(), People: []StagePerson{}}
		for _, p := range r.people {
			if p.in {
				shown.People = append(shown.People, StagePerson{Participant: p.show(now), Talking: p.talking})
			}
		}
		stage.Rooms = append(stage.Rooms, shown)
	}
	return stage, changes
}

// tell hands a change to everyone who watches; the lock is held.
func (d *Driver) tell(c Change) {
	c.At = time.Now().UTC()
	for w := range d.watchers {
		select {
		case w <- c:
		default:
			d.dismiss(w)
		}
	}
}

func (d *Driver) dismiss(w chan Change) {
	if _, ok := d.watchers[w]; ok {
		delete(d.watchers, w)
		close(w)
	}
}

// Hears reports whether a listener hears what a speaker says.
func (s StageRoom) Hears(listener, speaker string) bool {
	var l, p *StagePerson
	for i := range s.People {
		if s.People[i].Identity == listener {
			l = &s.People[i]
		}
		if s.People[i].Identity == speaker {
			p = &s.People[i]
		}
	}
	if l == nil || p == nil || l.OnHold || p.OnHold || p.IsBlocked(moderation.Audio) {
		return false
	}
	sends, muted := p.Sends(moderation.Audio)
	return sends && !muted && (p.Coaching == "" || p.Coaching == l.ID)
}
