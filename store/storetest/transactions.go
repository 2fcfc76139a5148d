package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/roomwarden/roomwarden/store"
)

var notes = store.Collection[string]("notes")

func testTransactions(t *testing.T, b Backend) {
	t.Run("keeps what was written over a reopen", func(t *testing.T) {
		place := b.Place(t)
		s := b.reopen(t, place)
		update(t, s, func(tx store.Tx) error { return notes.Put(tx, "a", "one") })
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		view(t, b.reopen(t, place), func(tx store.Tx) error {
			got, ok, err := notes.Get(tx, "a")
			equal(t, "note", got, "one")
			equal(t, "is there", ok, true)
			return err
		})
	})
	t.Run("an error keeps nothing and comes back as it is", func(t *testing.T) {
		s := b.open(t)
		add(t, s, kick("first", "ann", 1))
		mine := errors.New("mine")
		err := s.Update(context.Background(), func(tx store.Tx) error {
			r, c, err := tx.AppendRecord(kick("second", "bob", 2))
			return errors.Join(err,
				tx.QueuePost("C1", c.Number, r.Seq, later(2)),
				notes.Put(tx, "a", "one"),
				second(tx.AcceptEnvelope(store.Envelope{Key: "e", AcceptedAt: later(2)})),
				second(tx.DeleteDocument("notes", "a")),
				mine)
		})
		if !errors.Is(err, mine) {
			t.Fatalf("error %v instead of the function's own", err)
		}
		view(t, s, func(tx store.Tx) error {
			cases, err := tx.Cases(store.CaseQuery{})
			equal(t, "cases", numbersOf(cases), []uint64{1})
			_, keyErr := tx.CaseByKey("second")
			isNotFound(t, "case by key", keyErr)
			_, postErr := tx.Post("C1", 2)
			isNotFound(t, "post", postErr)
			count, _, countErr := tx.CountPending()
			equal(t, "posts that wait", count, 0)
			pending, pendingErr := tx.PendingEnvelopes(10)
			equal(t, "envelopes", len(pending), 0)
			revision, revisionErr := notes.Revision(tx)
			equal(t, "revision", revision, uint64(0))
			return errors.Join(err, countErr, pendingErr, revisionErr)
		})
		if _, c := add(t, s, kick("third", "bob", 3)); c.Number != 2 || c.Seq != 2 {
			t.Errorf("after the failure case %d record %d, want 2 and 2", c.Number, c.Seq)
		}
		checkChain(t, s)
	})
	t.Run("sees its own writes", func(t *testing.T) {
		update(t, b.open(t), func(tx store.Tx) error {
			_, c, err := tx.AppendRecord(kick("k", "ann", 1))
			again, againErr := tx.CaseByKey("k")
			equal(t, "case by key", again, c)
			return errors.Join(err, againErr)
		})
	})
	t.Run("writes nothing in a view", func(t *testing.T) {
		s := b.open(t)
		if err := s.View(context.Background(), func(tx store.Tx) error { return notes.Put(tx, "a", "one") }); err == nil {
			t.Error("a write in a view was no error")
		}
	})
	t.Run("honours a context that has ended", func(t *testing.T) {
		s := b.open(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		ran := false
		run := func(store.Tx) error { ran = true; return nil }
		for _, err := range []error{s.Update(ctx, run), s.View(ctx, run)} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want the context's", err)
			}
		}
		if ran {
			t.Error("the function ran")
		}
	})
	t.Run("is closed after Close", func(t *testing.T) {
		s := b.open(t)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		run := func(store.Tx) error { return nil }
		for _, err := range []error{s.Update(context.Background(), run), s.View(context.Background(), run)} {
			if !errors.Is(err, store.ErrClosed) {
				t.Errorf("error %v, want ErrClosed", err)
			}
		}
	})
	t.Run("raises a panic where Update was called and keeps nothing", func(t *testing.T) {
		s := b.open(t)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Update(context.Background(), func(tx store.Tx) error {
				if err := notes.Put(tx, "a", "one"); err != nil {
					return err
				}
				panic("boom")
			})
		}()
		view(t, s, func(tx store.Tx) error {
			_, ok, err := notes.Get(tx, "a")
			equal(t, "is there", ok, false)
			return err
		})
	})
	t.Run("runs a function twice without a trace of the first time", func(t *testing.T) {
		s := Twice(b.open(t))
		for i := range 3 {
			_, c := add(t, s, kick(fmt.Sprint("k", i), "ann", i))
			equal(t, "case", c.Number, uint64(i+1))
		}
		equal(t, "records", checkChain(t, s), 3)
	})
}

func second[T any](_ T, err error) error { return err }

func isNotFound(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%s: error %v, want ErrNotFound", what, err)
	}
}
