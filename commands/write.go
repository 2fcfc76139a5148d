package commands

import (
	"context"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// storeDeadline bounds one transaction.
const storeDeadline = 5 * time.Second

// entry is one record with what belongs into its transaction. Both functions
// may run more than once; an error of either leaves nothing behind.
type entry struct {
	record moderation.Record
	before func(tx store.Tx) error
	after  func(tx store.Tx, c moderation.Case) error
}

// write appends the record and queues the case's messages in one transaction,
// and returns the case as it then stands. ErrKnownKey comes with the case that
// has the key already.
func (s *Service) write(ctx context.Context, e entry) (moderation.Case, error) {
	if e.record.At.IsZero() {
		e.record.At = time.Now().UTC()
	}
	var c moderation.Case
	err := s.update(ctx, func(tx store.Tx) error {
		if e.before != nil {
			if err := e.before(tx); err != nil {
				return err
			}
		}
		r, written, err := tx.AppendRecord(e.record)
		c = written
		if err != nil {
			return err
		}
		if e.after != nil {
			if err := e.after(tx, c); err != nil {
				return err
			}
		}
		if err := settleWaiting(tx, c); err != nil {
			return err
		}
		return s.queue(tx, c, r)
	})
	if err == nil {
		s.posted()
	}
	return c, err
}

// view reads the store under the deadline of a transaction.
func (s *Service) view(ctx context.Context, f func(tx store.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, storeDeadline)
	defer cancel()
	return s.Store.View(ctx, f)
}

// update writes to the store under the deadline of a transaction.
func (s *Service) update(ctx context.Context, f func(tx store.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, storeDeadline)
	defer cancel()
	return s.Store.Update(ctx, f)
}

// caseOf reads a case; store.ErrNotFound.
func (s *Service) caseOf(ctx context.Context, number uint64) (c moderation.Case, err error) {
	err = s.view(ctx, func(tx store.Tx) (err error) {
		c, err = tx.Case(number)
		return err
	})
	return c, err
}

// queue asks for the case's messages to show the record.
func (s *Service) queue(tx store.Tx, c moderation.Case, r moderation.Record) error {
	for _, channel := range s.channels(c) {
		if err := tx.QueuePost(channel, c.Number, r.Seq, r.At); err != nil {
			return err
		}
	}
	return nil
}

// channels are those in which a case is told: what waits for a person, or did,
// is told in the requests channel too.
func (s *Service) channels(c moderation.Case) []string {
	var all []string
	if s.AuditChannels != nil {
		all = s.AuditChannels(c)
	}
	if !c.AwaitsUntil.IsZero() && s.RequestsChannel != "" && !slices.Contains(all, s.RequestsChannel) {
		all = append(slices.Clone(all), s.RequestsChannel)
	}
	return all
}

// add appends one more record to a case inside a transaction.
func (s *Service) add(tx store.Tx, r moderation.Record) (moderation.Case, error) {
	r, c, err := tx.AppendRecord(r)
	if err != nil {
		return c, err
	}
	return c, s.queue(tx, c, r)
}

// following begins a later record of a case.
func following(c moderation.Case, kind moderation.RecordKind, actor moderation.Actor) moderation.Record {
	return moderation.Record{
		Case: c.Number, Kind: kind, At: time.Now().UTC(), Actor: actor.String(), Action: c.Action,
		Provider: c.Provider, Room: c.Room, RoomID: c.RoomID,
	}
}

// attempts counts what did not exist, so that asking for it costs a write as
// an attempt on a hidden room does.
const attempts store.Collection[int] = "misses"

// recordNothing writes as much as a record of an attempt, and no case.
func (s *Service) recordNothing(ctx context.Context) error {
	return s.update(ctx, func(tx store.Tx) error {
		count, _, err := attempts.Get(tx, "rooms")
		if err != nil {
			return err
		}
		return attempts.Put(tx, "rooms", count+1)
	})
}
