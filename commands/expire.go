package commands

import (
	"context"
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

const (
	expireTries = 8
	expireAgain = 15 * time.Second
)

// expire ends a measure whose time is over: the case says so first, then the
// provider is asked to give back what was taken. A measure that was taken back
// or lengthened before has another time, or none.
func (s *Service) expire(ctx context.Context, t timer) error {
	var m Measure
	var there bool
	var c moderation.Case
	err := s.view(ctx, func(tx store.Tx) (err error) {
		if m, there, err = Measures.Get(tx, t.Measure); err != nil || !there {
			return err
		}
		c, err = tx.Case(m.Case)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && (!there || m.Case != t.Case || m.Until.IsZero()) {
		return s.drop(ctx, t)
	}
	if err != nil {
		return err
	}
	if !c.Expired {
		if _, err := s.write(ctx, entry{record: following(c, moderation.RecordExpired, moderation.SystemActor)}); err != nil {
			return err
		}
	}
	failed := s.giveBack(ctx, m)
	code := codeOf(failed)
	if failed != nil && code != moderation.CodeNotFound && t.Tries+1 < expireTries {
		s.Log.Warn("a measure could not be ended yet", "case", c.Number, "error", failed)
		return s.update(ctx, func(tx store.Tx) error { return postpone(tx, t, time.Now().Add(expireAgain)) })
	}
	finish := func(tx store.Tx) error {
		if _, err := timers.Delete(tx, t.key()); err != nil {
			return err
		}
		now, there, err := Measures.Get(tx, t.Measure)
		if err != nil || !there || now.Case != m.Case {
			return err
		}
		return removeMeasure(tx, t.Measure)
	}
	if failed == nil || code == moderation.CodeNotFound {
		return s.update(ctx, finish)
	}
	r := following(c, moderation.RecordNoted, moderation.SystemActor)
	r.Words.Text = s.plain([]moderation.Sentence{moderation.Say("expire.failed", "Why", why(failed))})
	_, err = s.write(ctx, entry{record: r, after: func(tx store.Tx, _ moderation.Case) error { return finish(tx) }})
	return err
}

// giveBack asks the provider to take a measure back.
func (s *Service) giveBack(ctx context.Context, m Measure) error {
	if m.Kind == moderation.ActionBan {
		return nil
	}
	inverse, ok := moderation.Inverse(m.Kind)
	client, known := s.Providers.Get(m.Provider)
	if !ok || !known {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, actDeadline)
	defer cancel()
	room := s.roomOf(ctx, client, m)
	one, err := client.Participant(ctx, room, m.Identity)
	switch {
	case moderation.CodeOf(err) == moderation.CodeNotFound:
		// What others were told to keep from them may stand without them.
		one = moderation.Participant{Identity: m.Identity, Name: m.Name, ID: m.Connection}
	case err != nil:
		return err
	}
	_, err = client.Act(ctx, provider.Order{
		Action: inverse, Room: room, Participant: one, Media: m.Media, Restore: m.restoreOf(m.Identity), Undoes: true,
	})
	if err != nil || m.Kind != moderation.ActionMute {
		return err
	}
	_, err = s.muteWithAll(ctx, place{client: client, room: room}, m)
	return err
}

// muteWithAll brings the mute of all that holds someone to them again, whose own
// mute has ended, and reports whether there is one.
func (s *Service) muteWithAll(ctx context.Context, at place, own Measure) (held bool, err error) {
	var all Measure
	err = s.view(ctx, func(tx store.Tx) (err error) {
		all, held, err = muteOfAll(tx, own)
		held = held && all.holds(own.Identity)
		return err
	})
	if err != nil || !held {
		return false, err
	}
	one, err := at.client.Participant(ctx, at.room, own.Identity)
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return true, nil // it is brought to them at their return
	}
	if err != nil {
		return true, err
	}
	order, _ := all.order(at.room, one)
	return true, s.greet(ctx, at, one, []provider.Order{order}, []Measure{all})
}
