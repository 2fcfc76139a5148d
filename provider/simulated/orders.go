package simulated

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// ringing is how long a called number takes to pick up.
const ringing = 2 * time.Second

// carry carries an order out with whatever fault strikes it, and writes it to
// the journal before it is answered.
func (d *Driver) carry(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return answer(ctx, d, string(o.Action), func() (provider.Effect, error) {
		now := time.Now()
		effect, err := d.apply(o, now)
		if err != nil {
			return provider.Effect{}, err
		}
		return effect, d.record(o, now)
	})
}

// apply does what an order says; the lock is held. Nothing changed where it
// returns an error.
func (d *Driver) apply(o provider.Order, now time.Time) (provider.Effect, error) {
	r := d.room(o.Room.ID)
	if r == nil {
		return gone(o)
	}
	if o.Participant.ID == "" {
		return d.applyToRoom(o, r, now)
	}
	p := r.byConnection(o.Participant.ID)
	if p == nil {
		return gone(o)
	}
	return d.applyToOne(o, r, p)
}

// gone answers an order for someone or something that is no longer there.
func gone(o provider.Order) (provider.Effect, error) {
	switch o.Action {
	case moderation.ActionEnd:
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("provider.already_ended")}}, nil
	case moderation.ActionKick:
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("provider.already_gone")}}, nil
	default:
		if o.Participant.ID != "" {
			return provider.Effect{}, errNoPerson
		}
		return provider.Effect{}, errNoRoom
	}
}

func (d *Driver) applyToRoom(o provider.Order, r *room, now time.Time) (provider.Effect, error) {
	var effect provider.Effect
	switch o.Action {
	case moderation.ActionEnd:
		effect.Reached = r.show().Participants
		d.close(r)
	case moderation.ActionMuteAll:
		for _, p := range r.people {
			if p.in && p.Kind.Human() && !o.Spares(p.Participant) {
				p.silence(o.Media, !o.AllowUnmute)
				effect.Reached++
			}
		}
	case moderation.ActionLock:
		r.Locked = true
	case moderation.ActionUnlock:
		r.Locked = false
	case moderation.ActionUnpin:
		r.unpin()
	case moderation.ActionAnnounce:
	case moderation.ActionDial:
		effect.Participant = d.call(o, r, now)
	default:
		return effect, errNoPerson
	}
	d.tell(Change{Kind: ChangeKind(o.Action), RoomID: r.ID, Media: o.Media, Text: o.Text + o.URL})
	return effect, nil
}

func (d *Driver) applyToOne(o provider.Order, r *room, p *person) (provider.Effect, error) {
	var effect provider.Effect
	switch o.Action {
	case moderation.ActionKick:
		if p.EndsRoom {
			defer d.close(r)
		}
		p.exit()
		if d.config.Comeback > 0 && !p.EndsRoom {
			d.after(d.config.Comeback, func(now time.Time) { d.comeBack(r.ID, p.Identity, now) })
		}
	case moderation.ActionMute:
		effect.Restore = p.silence(o.Media, true)
	case moderation.ActionUnmute:
		p.release(o.Media, o.Restore)
	case moderation.ActionHold:
		p.OnHold, p.talking = true, false
	case moderation.ActionUnhold:
		p.OnHold = false
	case moderation.ActionPin:
		r.unpin()
		p.Pinned = true
	case moderation.ActionUnpin:
		p.Pinned = false
	case moderation.ActionCoach:
		l := r.byConnection(o.Listener.ID)
		if l == nil {
			return effect, errNoPerson
		}
		p.Coaching = l.ID
	case moderation.ActionUncoach:
		p.Coaching = ""
	case moderation.ActionSet:
		if v, ok := o.Options[endsRoom]; ok {
			p.EndsRoom = v == "true"
		}
	case moderation.ActionAnnounce:
	default:
		return effect, errNoRoom
	}
	d.tell(Change{
		Kind: ChangeKind(o.Action), RoomID: r.ID, Identity: p.Identity, ID: p.ID, Media: o.Media, Text: o.Text + o.URL,
	})
	return effect, nil
}

// close puts everyone out of a room and takes it away.
func (d *Driver) close(r *room) {
	for _, p := range r.people {
		p.leftAtStep = 0
		if p.in {
			p.exit()
			p.leftAtStep = -1 // was in at the end
		}
	}
	d.rooms = slices.DeleteFunc(d.rooms, func(other *room) bool { return other == r })
	d.ended[r.Name] = r
	if d.config.Reopen > 0 && !r.Locked {
		d.after(d.config.Reopen, func(now time.Time) { d.reopen(r.Name, now) })
	}
}

// reopen opens a room again under a new id, with those who were in at its end.
func (d *Driver) reopen(name string, now time.Time) {
	old := d.ended[name]
	if old == nil {
		return
	}
	delete(d.ended, name)
	r := &room{Room: old.Room, people: old.people}
	r.CreatedAt = now.UTC().Truncate(time.Second)
	r.ID = "RM_" + d.mark(r.Name, fmt.Sprint(now.UnixNano()))
	d.rooms = append(d.rooms, r)
	_ = d.keep(entry{At: now, Act: reopenEntry, Room: name}) // the next order tells
	d.tell(Change{Kind: Reopened, RoomID: r.ID})
	for _, p := range r.people {
		if p.leftAtStep < 0 {
			d.bring(r, p.Identity, p.Name, now)
		}
	}
}

// comeBack brings back someone who was kicked, where nobody keeps them out.
func (d *Driver) comeBack(roomID, identity string, now time.Time) {
	r := d.room(roomID)
	if r == nil || r.Locked {
		return
	}
	if p := r.byIdentity(identity); p != nil && !p.in {
		d.admit(r, identity, p.Name, now)
	}
}

// call brings in whoever was called; they pick up a moment later.
func (d *Driver) call(o provider.Order, r *room, now time.Time) moderation.Participant {
	identity := o.Label
	if identity == "" {
		identity = o.Number
	}
	p := d.bring(r, identity, o.Label, now)
	p.Kind, p.Number, p.answersAt = moderation.Phone, o.Number, now.Add(ringing)
	p.EndsRoom = o.Options[endsRoom] == "true"
	if o.Options[startMuted] == "true" {
		p.silence(moderation.Audio, false)
	}
	return p.show(now)
}

func (r *room) unpin() {
	for _, p := range r.people {
		p.Pinned = false
	}
}

// taken is what a mute leaves for the unmute that takes it back.
type taken struct {
	Muted []string `json:"muted"` // the tracks that were muted before
}

// silence mutes what a person sends of a medium, for good or until they unmute
// themselves.
func (p *person) silence(m moderation.Media, block bool) json.RawMessage {
	m = mediaOf(m)
	restore := mutedOf(p.Participant, m)
	p.mute(m, true)
	if block && !p.IsBlocked(m) {
		p.Blocked = append(p.Blocked, m)
	}
	return restore
}

// mutedOf names the tracks of a medium that are muted.
func mutedOf(p moderation.Participant, m moderation.Media) json.RawMessage {
	was := taken{Muted: []string{}}
	for _, t := range p.Tracks {
		if t.Source.Media() == m && t.Muted {
			was.Muted = append(was.Muted, t.ID)
		}
	}
	restore, err := json.Marshal(was)
	if err != nil {
		return nil
	}
	return restore
}

// Remember says before a mute which of the participant's tracks it will find muted.
func (d *Driver) Remember(o provider.Order) json.RawMessage {
	if o.Action != moderation.ActionMute {
		return nil
	}
	return mutedOf(o.Participant, mediaOf(o.Media))
}

// release gives a medium back: tracks that were muted before stay so.
func (p *person) release(m moderation.Media, restore json.RawMessage) {
	m = mediaOf(m)
	p.Blocked = slices.DeleteFunc(p.Blocked, func(b moderation.Media) bool { return b == m })
	var was taken
	if len(restore) > 0 && json.Unmarshal(restore, &was) != nil {
		was = taken{}
	}
	p.mute(m, false)
	for i, t := range p.Tracks {
		if slices.Contains(was.Muted, t.ID) {
			p.Tracks[i].Muted = true
		}
	}
}

func (p *person) mute(m moderation.Media, muted bool) {
	for i, t := range p.Tracks {
		if t.Source.Media() == m {
			p.Tracks[i].Muted = muted
		}
	}
	if m == moderation.Audio {
		p.talking = false
	}
}

func mediaOf(m moderation.Media) moderation.Media {
	if m == "" {
		return moderation.Audio
	}
	return m
}
