package commands

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// returnCaseEvery bounds how often the return of one person becomes a case of
// its own. Who comes back again and again is put out each time; the next case
// says how often.
const returnCaseEvery = time.Minute

// against returns the measure that keeps someone out, if there is one.
func against(one moderation.Participant, measures []Measure) (Measure, bool) {
	for _, m := range measures {
		switch {
		case !m.Until.IsZero() && time.Now().After(m.Until):
		case m.Kind == moderation.ActionBan && m.bans(one):
			return m, true
		case m.Kind == moderation.ActionLock && !m.Native && one.Kind.Human() && !slices.Contains(m.Inside, one.Identity):
			return m, true
		}
	}
	return Measure{}, false
}

// bans reports whether a ban is of this person: by identity, or number.
func (m Measure) bans(one moderation.Participant) bool {
	return m.Identity == one.Identity || one.Number != "" && m.Identity == one.Number
}

// holdsAlready reports whether someone shows the effect of a measure.
func holdsAlready(m Measure, one moderation.Participant) bool {
	switch m.Kind {
	case moderation.ActionMute, moderation.ActionMuteAll:
		return provider.Silenced(one, m.Media)
	case moderation.ActionHold:
		return one.OnHold
	default:
		return true
	}
}

// order is the standing order of a measure for someone who comes in. A mute of
// all is not for those who come for the first time.
func (m Measure) order(room moderation.Room, one moderation.Participant) (provider.Order, bool) {
	if m.Kind == moderation.ActionMuteAll && !slices.Contains(m.Inside, one.Identity) {
		m.Except = append(slices.Clone(m.Except), one.Identity)
	}
	switch m.Kind {
	case moderation.ActionMute, moderation.ActionMuteAll, moderation.ActionHold, moderation.ActionPin, moderation.ActionCoach:
		return provider.Order{
			Action: m.Kind, Room: room, Media: m.Media, Except: m.Except, AllowUnmute: m.AllowUnmute, Restore: m.restoreOf(m.Identity),
			Participant: moderation.Participant{Identity: m.Identity, Name: m.Name, ID: m.Connection},
			Listener:    moderation.Participant{Identity: m.Listener},
		}, true
	default:
		return provider.Order{}, false
	}
}

// putOutAgain removes someone whom a ban or a lock keeps out. Each return is
// counted in the measure before the provider is asked, and is a case by the
// system unless one was made for the same person a moment ago.
func (s *Service) putOutAgain(ctx context.Context, at place, one moderation.Participant, m Measure) error {
	a := &attempt{
		in:     Invocation{Caller: Caller{Actor: moderation.SystemActor}, Source: FromSystem, Command: "kick"},
		action: moderation.ActionKick, place: at, person: &one,
	}
	a.details.Options = map[string]string{"measure": string(m.Kind)}
	a.order = provider.Order{Action: moderation.ActionKick, Room: at.room, Participant: one}
	fresh, returns, err := s.countReturn(ctx, m, one)
	if err != nil {
		return err
	}
	if !fresh {
		ctx, cancel := context.WithTimeout(ctx, actDeadline)
		defer cancel()
		_, err := at.client.Act(ctx, a.order)
		if moderation.CodeOf(err) == moderation.CodeNotFound {
			return nil
		}
		return err
	}
	a.reason = s.plain([]moderation.Sentence{moderation.Say("patrol.reason", "Kind", string(m.Kind), "Case", m.Case, "Returns", returns)})
	c, answer := s.intend(ctx, a)
	if answer != nil {
		return nil // someone else removes the same connection just now
	}
	s.work.begin(c.Number)
	defer s.work.end(c.Number)
	s.send(ctx, a, c)
	return nil
}

// returnCount counts who is put out again by which measure.
type returnCount struct {
	Count  int       `json:"count"`
	CaseAt time.Time `json:"case_at"` // of the last that became a case
}

const returns store.Collection[returnCount] = "returns"

// countReturn counts a return, durably, and reports whether it is to be a case.
func (s *Service) countReturn(ctx context.Context, m Measure, one moderation.Participant) (fresh bool, count int, err error) {
	key := m.Key() + "/" + one.Identity
	err = s.update(ctx, func(tx store.Tx) error {
		n, _, err := returns.Get(tx, key)
		if err != nil {
			return err
		}
		n.Count++
		if fresh = time.Since(n.CaseAt) >= returnCaseEvery; fresh {
			n.CaseAt = time.Now().UTC()
		}
		count = n.Count
		if err := returns.Put(tx, key, n); err != nil {
			return err
		}
		now, there, err := Measures.Get(tx, m.Key())
		if err != nil || !there {
			return err
		}
		now.Returns, now.ReturnedAt = now.Returns+1, time.Now().UTC()
		return Measures.Put(tx, m.Key(), now)
	})
	return fresh, count, err
}

// greet brings measures to someone, and keeps what they take: as far as it is
// known before, and then as it was.
func (s *Service) greet(ctx context.Context, at place, one moderation.Participant, standing []provider.Order, of []Measure) error {
	ctx, cancel := context.WithTimeout(ctx, actDeadline)
	defer cancel()
	newcomer := provider.Order{Room: at.room, Participant: one}
	expected := make([]json.RawMessage, len(standing))
	for i, o := range standing {
		if order, applies := o.ForNewcomer(newcomer); applies {
			expected[i] = at.client.Remember(order)
		}
	}
	if err := s.keepTaken(ctx, one, of, expected, false); err != nil {
		return err
	}
	restore, err := at.client.Greet(ctx, newcomer, standing)
	if kept := s.keepTaken(ctx, one, of, restore, true); err == nil {
		err = kept
	}
	return err
}

// keepTaken keeps what greeting someone takes, measure by measure, and, once it
// has been done, that it holds on this connection.
func (s *Service) keepTaken(ctx context.Context, one moderation.Participant, of []Measure, restore []json.RawMessage, done bool) error {
	if !slices.ContainsFunc(restore, func(r json.RawMessage) bool { return len(r) > 0 }) {
		return nil
	}
	return s.update(ctx, func(tx store.Tx) error {
		for i, m := range of[:min(len(of), len(restore))] {
			if len(restore[i]) == 0 {
				continue
			}
			now, there, err := Measures.Get(tx, m.Key())
			if err != nil {
				return err
			}
			if !there {
				continue
			}
			now.take(one.Identity, taken{Connection: one.ID, Restore: restore[i], Expected: !done})
			if done && now.Identity == one.Identity {
				now.Connection = one.ID
			}
			if err := Measures.Put(tx, m.Key(), now); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget drops what held in a session alone once its room has been gone for a
// while: a ban, a lock and what has a time go on standing.
func (p *patrol) forget(ctx context.Context, rooms []moderation.Room, measures []Measure) error {
	var over []string
	for _, m := range measures {
		lasting := m.Kind == moderation.ActionBan || m.Kind == moderation.ActionLock || !m.Until.IsZero()
		live := slices.ContainsFunc(rooms, m.holdsIn)
		switch since, gone := p.missing[m.Key()]; {
		case lasting || live:
			delete(p.missing, m.Key())
		case !gone:
			p.missing[m.Key()] = time.Now()
		case time.Since(since) > forgetAfter:
			over = append(over, m.Key())
			delete(p.missing, m.Key())
		}
	}
	maps.DeleteFunc(p.missing, func(key string, _ time.Time) bool {
		return !slices.ContainsFunc(measures, func(m Measure) bool { return m.Key() == key })
	})
	if len(over) == 0 {
		return nil
	}
	return p.s.update(ctx, func(tx store.Tx) error {
		for _, key := range over {
			if err := removeMeasure(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// locked reports whether a room is kept shut by a measure of ours; a lock of
// the provider's own shows in the room.
func (s *Service) locked(ctx context.Context, room moderation.Room) bool {
	m := Measure{Kind: moderation.ActionLock, Provider: room.Provider, Room: room.Name}
	there := false
	// A slow provider may have used up the time of the list that asks.
	err := s.view(context.WithoutCancel(ctx), func(tx store.Tx) (err error) {
		var kept Measure
		kept, there, err = Measures.Get(tx, m.Key())
		there = there && !kept.Native
		return err
	})
	if err != nil {
		s.Log.Warn("whether a room is locked cannot be read", "error", err)
	}
	return there
}
