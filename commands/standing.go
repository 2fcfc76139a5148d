package commands

import (
	"context"
	"fmt"
	"maps"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// standing is the measure that the attempt puts up, or, for one that takes
// something back, the one that it takes away.
func standing(a *attempt) (m Measure, puts, takes bool) {
	kind := a.action
	if a.details.Track != "" {
		return m, false, false // its owner can undo it, and it goes with the track
	}
	if puts = stands(kind); !puts {
		if kind, takes = lifts(kind); !takes {
			return m, false, false
		}
	}
	m = Measure{
		Kind: kind, Provider: a.place.room.Provider, Room: a.place.room.Name, RoomID: a.place.room.ID,
		Media: a.media, Until: a.details.Until, For: a.target.BanFor, Identity: a.who, Name: a.who,
		Listener: a.order.Listener.Identity, ListenerID: a.order.Listener.ID, Except: a.order.Except, AllowUnmute: a.order.AllowUnmute,
		Inside: a.inside, Native: a.native, Took: maps.Clone(a.took),
	}
	if a.person != nil {
		m.Identity, m.Name, m.Connection = a.person.Identity, a.person.DisplayName(), a.person.ID
	}
	return m, puts, takes
}

// successors are measures that are to replace one that stands, by the number of
// their case, from the intent until it is known whether they do.
const successors store.Collection[Measure] = "measures-intended"

func successorKey(number uint64) string { return fmt.Sprintf("%020d", number) }

// intendStanding puts the measure up with the intent: a crash after the provider
// was asked must not lose it. Where one stands already, that one holds until the
// outcome is known, and the new one waits beside it.
func intendStanding(tx store.Tx, m Measure, c moderation.Case) error {
	_, there, err := Measures.Get(tx, m.Key())
	if err != nil {
		return err
	}
	m.Case, m.Actor, m.At = c.Number, c.Actor, c.At
	if there {
		return successors.Put(tx, successorKey(c.Number), m)
	}
	return putMeasure(tx, m)
}

// dropSuccessor forgets what a case was to put in the place of another measure.
func dropSuccessor(tx store.Tx, number uint64) error {
	_, err := successors.Delete(tx, successorKey(number))
	return err
}

func putMeasure(tx store.Tx, m Measure) error {
	if !m.Until.IsZero() {
		if err := setTimer(tx, timer{Kind: expireTimer, Case: m.Case, Due: m.Until, Measure: m.Key()}); err != nil {
			return err
		}
	}
	return Measures.Put(tx, m.Key(), m)
}

// keepStanding brings the measures up to date with what was done.
func (s *Service) keepStanding(tx store.Tx, a *attempt, c moderation.Case, effect provider.Effect) error {
	m, puts, takes := standing(a)
	switch {
	case puts:
		m.Case, m.Actor, m.At = c.Number, c.Actor, c.At
		m.learn(effect)
		if err := s.putUp(tx, m, c); err != nil {
			return err
		}
		return dropSuccessor(tx, c.Number)
	case takes:
		return s.lift(tx, m, c)
	}
	return nil
}

// putUp puts up the measure of a case that took effect, in the place of the one
// that stood. What that one left to give back is how the same person was before
// either of them; of another person, whose pin it replaces, it is undone.
func (s *Service) putUp(tx store.Tx, m Measure, c moderation.Case) error {
	before, there, err := Measures.Get(tx, m.Key())
	if err != nil {
		return err
	}
	same := there && before.Identity == m.Identity
	if same {
		m.follows(before)
	}
	if err := putMeasure(tx, m); err != nil || !there || same {
		return err
	}
	return s.markUndone(tx, c, before.Case)
}

// lift takes a measure away for the case that took it back. An unmute that is more
// than an undo lets its person through a mute of all too.
func (s *Service) lift(tx store.Tx, m Measure, by moderation.Case) error {
	if by.Action == moderation.ActionUnmute && by.Inverts == 0 {
		if err := letThrough(tx, m); err != nil {
			return err
		}
	}
	before, there, err := Measures.Get(tx, m.Key())
	if err != nil || !there || before.Identity != m.Identity {
		return err
	}
	return s.liftMeasure(tx, before, by)
}

// liftMeasure takes a measure away and marks the case that put it up as undone by
// another.
func (s *Service) liftMeasure(tx store.Tx, m Measure, by moderation.Case) error {
	if err := removeMeasure(tx, m.Key()); err != nil {
		return err
	}
	return s.markUndone(tx, by, m.Case)
}

// removeMeasure takes a measure away with what was counted for it.
func removeMeasure(tx store.Tx, key string) error {
	if _, err := Measures.Delete(tx, key); err != nil {
		return err
	}
	var counted []string
	err := tx.ScanDocuments(string(returns), key+"/", "", func(key string, _ []byte) (bool, error) {
		counted = append(counted, key)
		return true, nil
	})
	for _, key := range counted {
		if _, err := returns.Delete(tx, key); err != nil {
			return err
		}
	}
	return err
}

// succeed puts up what a settled case was to put in the place of another measure.
func (s *Service) succeed(tx store.Tx, c moderation.Case) error {
	m, waits, err := successors.Get(tx, successorKey(c.Number))
	if err != nil || !waits {
		return err
	}
	if err := s.putUp(tx, m, c); err != nil {
		return err
	}
	return dropSuccessor(tx, c.Number)
}

// dropStanding takes away what a failed case had put up.
func dropStanding(tx store.Tx, c moderation.Case) error {
	if !stands(c.Action) {
		return nil
	}
	if err := dropSuccessor(tx, c.Number); err != nil {
		return err
	}
	all, err := Measures.All(tx, measurePrefix(c.Provider, c.Room))
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Case == c.Number {
			if err := removeMeasure(tx, m.Key()); err != nil {
				return err
			}
		}
	}
	return nil
}

// shut keeps a locked room shut for those who were inside, too, once it was ended.
func shut(tx store.Tx, c moderation.Case) error {
	key := Measure{Kind: moderation.ActionLock, Provider: c.Provider, Room: c.Room}.Key()
	m, there, err := Measures.Get(tx, key)
	if err != nil || !there {
		return err
	}
	m.Inside = nil
	return Measures.Put(tx, key, m)
}

// measureOf returns the measure that a case put up or is to put up.
func measureOf(tx store.Tx, c moderation.Case) (m Measure, there bool, err error) {
	if m, there, err = successors.Get(tx, successorKey(c.Number)); err != nil || there {
		return m, there, err
	}
	all, err := Measures.All(tx, measurePrefix(c.Provider, c.Room))
	for _, m := range all {
		if m.Case == c.Number {
			return m, true, err
		}
	}
	return Measure{}, false, err
}

// standingBefore reads the measure that an attempt would put up or take away.
func (s *Service) standingBefore(ctx context.Context, a *attempt) (Measure, bool, error) {
	m, puts, takes := standing(a)
	if !puts && !takes {
		return Measure{}, false, nil
	}
	key, there := m.Key(), false
	err := s.view(ctx, func(tx store.Tx) (err error) {
		m, there, err = Measures.Get(tx, key)
		return err
	})
	return m, there, err
}
