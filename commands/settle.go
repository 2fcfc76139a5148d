package commands

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

const (
	// settleFirst is when an unknown outcome is looked at for the first time;
	// each later look waits twice as long.
	settleFirst = time.Second
	settleMost  = 5 * time.Minute
	// settleTries is how often a room is asked that does not tell, settleLong how
	// often one that cannot be asked: the last about a day after the first.
	settleTries = 9
	settleLong  = 300
	// settleSure is how many looks must not show the effect of an order whose
	// answer was lost: until then it may still be under way.
	settleSure = 3
	sweepEvery = time.Minute
)

// sweep settles what an earlier run left open at once, and later what was left
// open because the store did not take an outcome.
func (s *Service) sweep(ctx context.Context) {
	s.settleOpen(ctx, s.work.born)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery):
		}
		s.settleOpen(ctx, time.Now().Add(-bulkDeadline))
		err := s.update(ctx, func(tx store.Tx) error {
			before := time.Now().Add(-keepGuards)
			if err := prune(tx, guards, "", func(g guard) bool { return g.At.Before(before) }); err != nil {
				return err
			}
			return prune(tx, doneKeys, "", func(at int64) bool { return at < before.Unix() })
		})
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("what is over could not be forgotten", "error", err)
		}
	}
}

// prune forgets what is over of the documents of a collection whose keys have the
// prefix, at most a thousand at a time.
func prune[T any](tx store.Tx, of store.Collection[T], prefix string, over func(T) bool) error {
	const atOnce = 1000
	var keys []string
	err := tx.ScanDocuments(string(of), prefix, "", func(key string, _ []byte) (bool, error) {
		value, there, err := of.Get(tx, key)
		if err == nil && there && over(value) {
			keys = append(keys, key)
		}
		return len(keys) < atOnce, err
	})
	for _, key := range keys {
		if _, err := of.Delete(tx, key); err != nil {
			return err
		}
	}
	return err
}

// settleOpen looks at what became of the open cases from before a time. What
// the look cannot tell is looked at again.
func (s *Service) settleOpen(ctx context.Context, before time.Time) {
	var open []moderation.Case
	err := s.view(ctx, func(tx store.Tx) (err error) {
		open, err = tx.OpenCases(1000)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("open cases could not be read", "error", err)
		}
		return
	}
	var group errgroup.Group
	group.SetLimit(timersAtOnce)
	defer func() { _ = group.Wait() }() // what went wrong is said in the log
	for _, c := range open {
		// An unknown outcome has a timer of its own; what waits for a second
		// person was not sent.
		if c.Awaits || c.Outcome != moderation.Intended || !c.At.Before(before) || s.work.busy(c.Number) {
			continue
		}
		group.Go(func() error {
			defer s.survive("settling a case", "case", c.Number)
			if err := s.settle(ctx, c, timer{}); err != nil && ctx.Err() == nil {
				s.Log.Error("a case could not be settled", "case", c.Number, "error", err)
			}
			return nil
		})
	}
}

func (s *Service) settleDue(ctx context.Context, t timer) error {
	c, err := s.caseOf(ctx, t.Case)
	if err != nil {
		return err
	}
	if !c.Outcome.Open() {
		return s.drop(ctx, t)
	}
	return s.settle(ctx, c, t)
}

// settle looks at the room and writes down what became of an open case. Where
// that cannot be told it is tried again later, and at last left unknown.
func (s *Service) settle(ctx context.Context, c moderation.Case, t timer) error {
	outcome, err := s.look(ctx, c)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.Log.Warn("what became of a case cannot be told yet", "case", c.Number, "error", err)
	}
	most := settleTries
	switch {
	case err != nil:
		most = settleLong
	case outcome == moderation.Unknown && (c.Action == moderation.ActionSet || c.Action == moderation.ActionAnnounce):
		most = 1 // what the room does not show of these it never will
	}
	if outcome == moderation.Failed && c.Outcome == moderation.Unknown && t.Tries+1 < settleSure {
		outcome = moderation.Unknown
	}
	r := following(c, moderation.RecordKind(outcome), moderation.SystemActor)
	r.Details.ApprovedBy = c.ApprovedBy
	switch outcome {
	case moderation.Succeeded:
		r.Words.Text = s.plain([]moderation.Sentence{moderation.Say("settle.done")})
	case moderation.Partial:
		r.Words.Text = s.plain([]moderation.Sentence{moderation.Say("settle.partial")})
	case moderation.Failed:
		r.Details.Code = moderation.CodeUnavailable
		r.Words.Text = s.plain([]moderation.Sentence{moderation.Say("settle.not_done")})
	default:
		return s.settleLater(ctx, c, t, most)
	}
	return s.writeSettled(ctx, r, t)
}

// writeSettled appends what became of a case, with what follows for its measure
// and for the case that it took back. One that has its outcome meanwhile keeps it.
func (s *Service) writeSettled(ctx context.Context, r moderation.Record, t timer) error {
	settled := false
	after, err := s.write(ctx, entry{
		record: r,
		before: func(tx store.Tx) error {
			now, err := tx.Case(r.Case)
			if settled = err == nil && !now.Outcome.Open(); settled {
				return errHeld // by whoever sent it, meanwhile
			}
			return err
		},
		after: func(tx store.Tx, c moderation.Case) error {
			if t.Kind != "" {
				if _, err := timers.Delete(tx, t.key()); err != nil {
					return err
				}
			}
			if c.Outcome == moderation.Failed {
				return dropStanding(tx, c)
			}
			if err := s.succeed(tx, c); err != nil {
				return err
			}
			if err := s.takeAway(tx, c); err != nil {
				return err
			}
			return s.markUndone(tx, c, c.Inverts)
		},
	})
	if settled {
		if t.Kind == "" {
			return nil
		}
		return s.drop(ctx, t)
	}
	if err == nil {
		s.metrics.ended(after)
	}
	return err
}

// settleLater says that it is not known, once, and sets the time of the next look.
func (s *Service) settleLater(ctx context.Context, c moderation.Case, t timer, most int) error {
	defer s.work.nudge()
	last := t.Tries+1 >= most
	next := timer{Kind: settleTimer, Case: c.Number, Tries: t.Tries}
	put := func(tx store.Tx) error {
		if t.Kind != "" {
			if _, err := timers.Delete(tx, t.key()); err != nil {
				return err
			}
		}
		if last {
			return dropSuccessor(tx, c.Number)
		}
		next := next
		next.Due = time.Now().Add(min(settleFirst<<min(t.Tries, 10), settleMost))
		next.Tries++
		return setTimer(tx, next)
	}
	if c.Outcome == moderation.Unknown && !last {
		return s.update(ctx, put)
	}
	r := following(c, moderation.RecordUnknown, moderation.SystemActor)
	r.Details.Code, r.Details.ApprovedBy = moderation.CodeOutcomeUnknown, c.ApprovedBy
	key := "settle.unknown"
	if last {
		key = "settle.given_up"
	}
	r.Words.Text = s.plain([]moderation.Sentence{moderation.Say(key, "Provider", moderation.Literal(c.Provider), "Action", string(c.Action))})
	_, err := s.write(ctx, entry{record: r, after: func(tx store.Tx, _ moderation.Case) error { return put(tx) }})
	return err
}

// look tells what became of a case. What roomwarden itself keeps, as bans, is
// told by the store.
func (s *Service) look(ctx context.Context, c moderation.Case) (moderation.Outcome, error) {
	if c.Provider == "" {
		return moderation.Failed, nil // roles: what was not written with the intent was not done
	}
	client, ok := s.Providers.Get(c.Provider)
	if !ok {
		return moderation.Unknown, moderation.Errorf(moderation.CodeUnavailable, "no provider %s is configured", c.Provider)
	}
	switch c.Action {
	case moderation.ActionBan:
		return moderation.Succeeded, nil // its measure was written with the intent and puts out whoever is there
	case moderation.ActionUnban:
		return moderation.Succeeded, nil // takeAway does what was intended
	}
	order, err := s.orderOf(ctx, c)
	if err != nil {
		return moderation.Unknown, err
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	return client.Look(ctx, order)
}

// orderOf is the order of a case as far as the case and its measure know it.
func (s *Service) orderOf(ctx context.Context, c moderation.Case) (provider.Order, error) {
	o := provider.Order{
		Action: c.Action, Media: c.Media, Track: c.Track, Room: caseRoom(c), Options: c.Options,
		Participant: moderation.Participant{ID: c.ParticipantID, Identity: c.Participant, Name: c.ParticipantName},
	}
	if c.Action == moderation.ActionDial {
		o.Number = c.Participant
	}
	// A room that was made after the case is another one.
	o.Room.CreatedAt = c.At
	err := s.view(ctx, func(tx store.Tx) error {
		m, err := measureFor(tx, c)
		o.Restore, o.Undoes = m.restoreOf(c.Participant), c.Inverts != 0
		o.Except, o.AllowUnmute = m.Except, m.AllowUnmute
		o.Listener = moderation.Participant{Identity: m.Listener, ID: m.ListenerID}
		return err
	})
	return o, err
}

// measureFor returns the measure that a case puts up or takes back; zero: none.
func measureFor(tx store.Tx, c moderation.Case) (Measure, error) {
	if m, there, err := measureOf(tx, c); err != nil || there {
		return m, err
	}
	m, _, err := liftedBy(tx, c)
	return m, err
}

// liftedBy returns the measure that a case takes back.
func liftedBy(tx store.Tx, c moderation.Case) (m Measure, there bool, err error) {
	kind, ok := lifts(c.Action)
	if !ok || c.Track != "" {
		return Measure{}, false, nil
	}
	named := Measure{Kind: kind, Provider: c.Provider, Room: c.Room, Media: c.Media, Identity: c.Participant}
	m, there, err = Measures.Get(tx, named.Key())
	if err != nil || !there || m.Identity != named.Identity {
		return Measure{}, false, err
	}
	return m, true, nil
}

// takeAway removes the measure that a settled case has taken back.
func (s *Service) takeAway(tx store.Tx, c moderation.Case) error {
	kind, ok := lifts(c.Action)
	if !ok || c.Track != "" {
		return nil
	}
	return s.lift(tx, Measure{Kind: kind, Provider: c.Provider, Room: c.Room, Media: c.Media, Identity: c.Participant}, c)
}
