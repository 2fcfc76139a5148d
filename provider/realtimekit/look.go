package realtimekit

import (
	"context"
	"slices"
	"sync"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Look tells what became of an order. The API does not show whose microphone is
// off: a mute of sound is known only where Cloudflare's answer came.
func (d *Driver) Look(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	switch {
	case o.Action == moderation.ActionMute && medium(o) == moderation.Audio:
		return lookAtMarks(&d.muted, o, []moderation.Participant{o.Participant}), nil
	case o.Action == moderation.ActionMuteAll && medium(o) == moderation.Audio:
		all, err := d.present(ctx, o.Room)
		return lookAtMarks(&d.muted, o, all), err
	case o.Action == moderation.ActionMuteAll && d.stage != nil:
		all, err := d.present(ctx, o.Room)
		return lookAtMarks(&d.dark, o, all), err
	case o.Action == moderation.ActionMute && d.stage != nil:
		return lookAtMarks(&d.dark, o, []moderation.Participant{o.Participant}), nil
	case o.Action == moderation.ActionMuteAll:
		all, err := d.present(ctx, o.Room)
		return lookAtBlocked(o, all), err
	case o.Action == moderation.ActionMute, o.Action == moderation.ActionUnmute:
		return d.lookAtPreset(ctx, o)
	case (o.Action == moderation.ActionPin || o.Action == moderation.ActionUnpin) && d.stage != nil:
		return d.lookAtPin(ctx, o)
	case o.Action == moderation.ActionLock, o.Action == moderation.ActionUnlock:
		locked, err := d.api.inactive(ctx, o.Room.ID)
		if err != nil {
			return moderation.Unknown, err
		}
		return lookAtLock(o, locked), nil
	default:
		return provider.NewClient(d.name, Type.Name, unlooked{d}).Observe(ctx, o)
	}
}

// unlooked is the driver without its Look.
type unlooked struct{ provider.Driver }

func lookAtLock(o provider.Order, locked bool) moderation.Outcome {
	if locked == (o.Action == moderation.ActionLock) {
		return moderation.Succeeded
	}
	return moderation.Failed
}

func lookAtMarks(m *marks, o provider.Order, people []moderation.Participant) moderation.Outcome {
	for _, p := range people {
		if p.Kind.Human() && !o.Spares(p) && !m.has(o.Room.ID, p.ID) {
			return moderation.Unknown
		}
	}
	return moderation.Succeeded
}

func lookAtBlocked(o provider.Order, all []moderation.Participant) moderation.Outcome {
	free, blocked := 0, 0
	for _, p := range all {
		switch {
		case !p.Kind.Human() || o.Spares(p):
		case p.IsBlocked(moderation.Video):
			blocked++
		default:
			free++
		}
	}
	switch {
	case free == 0:
		return moderation.Succeeded
	case blocked > 0:
		return moderation.Partial
	default:
		return moderation.Failed
	}
}

// lookAtPreset tells from the enrolment's preset, and from whether a connection
// that began with another is still there.
func (d *Driver) lookAtPreset(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	if d.presets.noVideo == "" || !segment.MatchString(o.Room.ID) {
		return moderation.Unknown, nil
	}
	now := ""
	user, err := d.api.userOf(ctx, o.Room.ID, o.Participant)
	if err == nil {
		now, err = d.api.presetOf(ctx, o.Room.ID, user)
	}
	if is(err, moderation.CodeRejected) { // not enrolled any more: nothing tells
		return moderation.Unknown, nil
	}
	if err != nil {
		return moderation.Unknown, err
	}
	stopped := now == d.presets.noVideo
	wanted := o.Action == moderation.ActionMute
	all, err := d.present(ctx, o.Room)
	if err != nil && !is(err, moderation.CodeNotFound) {
		return moderation.Unknown, err
	}
	still := slices.ContainsFunc(all, func(p moderation.Participant) bool {
		return p.Identity == o.Participant.Identity && p.IsBlocked(moderation.Video) != wanted
	})
	if stopped == wanted && !still {
		return moderation.Succeeded, nil
	}
	return moderation.Failed, nil
}

// marks remember to whom something was done that the API does not show, by
// meeting and connection, as long as they are seen in it.
type marks struct {
	mu sync.Mutex
	by map[string]map[string]bool
}

func (m *marks) add(meeting string, people []moderation.Participant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil {
		m.by = map[string]map[string]bool{}
	}
	if m.by[meeting] == nil {
		m.by[meeting] = map[string]bool{}
	}
	for _, p := range people {
		m.by[meeting][p.ID] = true
	}
}

// only marks these connections alone.
func (m *marks) only(meeting string, ids ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil {
		m.by = map[string]map[string]bool{}
	}
	m.by[meeting] = map[string]bool{}
	for _, id := range ids {
		m.by[meeting][id] = true
	}
}

func (m *marks) drop(meeting string, ids ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		delete(m.by[meeting], id)
	}
}

func (m *marks) has(meeting, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.by[meeting][id]
}

// keep forgets those who are no longer present.
func (m *marks) keep(meeting string, present []moderation.Participant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	there := make(map[string]bool, len(present))
	for _, p := range present {
		if m.by[meeting][p.ID] {
			there[p.ID] = true
		}
	}
	if len(there) == 0 {
		delete(m.by, meeting)
		return
	}
	m.by[meeting] = there
}
