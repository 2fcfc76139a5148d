package commands

import (
	"context"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/store"
)

// tick is how long Run sleeps at most before it looks for timers again: another
// process may have set one.
const tick = 5 * time.Second

// Run settles what an earlier run left open, then looks after what has a time:
// mutes and grants that end by themselves, standing measures, looks at what
// became of an action. It returns when ctx ends and all of its work is done.
func (s *Service) Run(ctx context.Context) error {
	defer s.work.stop()
	s.recall(ctx)
	var group errgroup.Group
	group.Go(func() error { s.keepTime(ctx); return nil })
	group.Go(func() error { s.keepOrder(ctx); return nil })
	group.Go(func() error { s.sweep(ctx); return nil })
	return group.Wait()
}

// keepTime does what is due, several things at once: a provider that hangs
// holds up nothing else.
func (s *Service) keepTime(ctx context.Context) {
	var group errgroup.Group
	defer func() { _ = group.Wait() }() // what went wrong was said in the log
	group.SetLimit(timersAtOnce)
	for {
		next, err := s.doDue(ctx, &group)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("timers could not be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.work.wake:
		case <-time.After(next):
		}
	}
}

// lease is for how long a timer that is being done is left alone by others.
const lease = time.Minute

const timersAtOnce = 16

// doDue begins every timer that is due and returns how long there is nothing to do.
func (s *Service) doDue(ctx context.Context, group *errgroup.Group) (time.Duration, error) {
	due, next, err := s.claimDue(ctx)
	if err != nil {
		return tick, err
	}
	for _, claimed := range due {
		group.Go(func() error {
			defer s.survive("a timer", "kind", claimed.Kind, "case", claimed.Case)
			if err := s.doTimer(ctx, claimed); err != nil && ctx.Err() == nil {
				s.Log.Error("a timer failed", "kind", claimed.Kind, "case", claimed.Case, "error", err)
			}
			return nil
		})
	}
	return next, nil
}

// survive keeps a panic of one piece of work from ending the program: it is
// deferred, and says in the log what panicked.
func (s *Service) survive(what string, about ...any) {
	if fault := recover(); fault != nil {
		s.Log.Error(what+" panicked", append(about, "panic", fault, "stack", string(debug.Stack()))...)
	}
}

// claimDue takes the timers that are due by putting them off: whoever has
// claimed one deletes it once it is done, and a crash before that does it again.
func (s *Service) claimDue(ctx context.Context) (due []timer, next time.Duration, err error) {
	var none bool
	now := time.Now()
	read := func(tx store.Tx) error {
		due, next = nil, tick
		return tx.ScanDocuments(string(timers), "", "", func(key string, _ []byte) (bool, error) {
			t, ok, err := timers.Get(tx, key)
			if err != nil || !ok {
				return err == nil, err
			}
			if wait := t.Due.Sub(now); wait > 0 {
				next = min(next, wait)
				return false, nil
			}
			if due = append(due, t); len(due) == timersAtOnce {
				next = 0
				return false, nil
			}
			return true, nil
		})
	}
	if err := s.view(ctx, func(tx store.Tx) error { err := read(tx); none = len(due) == 0; return err }); err != nil || none {
		return nil, next, err
	}
	err = s.update(ctx, func(tx store.Tx) error {
		if err := read(tx); err != nil {
			return err
		}
		for i, t := range due {
			if _, err := timers.Delete(tx, t.key()); err != nil {
				return err
			}
			t.Due = now.Add(lease)
			due[i] = t
			if err := setTimer(tx, t); err != nil {
				return err
			}
		}
		return nil
	})
	return due, next, err
}

func (s *Service) doTimer(ctx context.Context, t timer) error {
	switch t.Kind {
	case settleTimer:
		return s.settleDue(ctx, t)
	case verifyTimer:
		return s.verify(ctx, t)
	case expireTimer:
		return s.expire(ctx, t)
	case grantTimer:
		return s.endGrant(ctx, t)
	case lapseTimer:
		return s.lapse(ctx, t)
	default:
		return s.drop(ctx, t)
	}
}

// drop deletes a timer that is done.
func (s *Service) drop(ctx context.Context, t timer) error {
	return s.update(ctx, func(tx store.Tx) error {
		_, err := timers.Delete(tx, t.key())
		return err
	})
}

// postpone puts a claimed timer off to a time of its own.
func postpone(tx store.Tx, t timer, due time.Time) error {
	if _, err := timers.Delete(tx, t.key()); err != nil {
		return err
	}
	t.Due = due
	t.Tries++
	return setTimer(tx, t)
}
