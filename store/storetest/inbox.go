package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/roomwarden/roomwarden/store"
)

func testInbox(t *testing.T, b Backend) {
	envelope := func(key string, seconds int) store.Envelope {
		return store.Envelope{Key: key, Type: "slash_commands", Payload: []byte("payload of " + key), AcceptedAt: later(seconds)}
	}
	accept := func(t *testing.T, s store.Store, e store.Envelope, want bool) {
		t.Helper()
		var fresh bool
		update(t, s, func(tx store.Tx) (err error) {
			fresh, err = tx.AcceptEnvelope(e)
			return err
		})
		equal(t, "fresh", fresh, want)
	}
	pending := func(t *testing.T, s store.Store, limit int, want ...string) {
		t.Helper()
		view(t, s, func(tx store.Tx) error {
			all, err := tx.PendingEnvelopes(limit)
			keys := []string{}
			for _, e := range all {
				keys = append(keys, e.Key)
				equal(t, "payload", string(e.Payload), "payload of "+e.Key)
			}
			equal(t, "pending", keys, want)
			return err
		})
	}
	finish := func(t *testing.T, s store.Store, key string) {
		t.Helper()
		update(t, s, func(tx store.Tx) error { return tx.FinishEnvelope(key) })
	}

	t.Run("knows a redelivery, finished or not, and over a reopen", func(t *testing.T) {
		place := b.Place(t)
		s := b.reopen(t, place)
		accept(t, s, envelope("a", 1), true)
		accept(t, s, envelope("a", 9), false)
		finish(t, s, "a")
		accept(t, s, envelope("a", 9), false)
		pending(t, s, 10)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		accept(t, b.reopen(t, place), envelope("a", 9), false)
	})
	t.Run("lists what is pending, oldest first", func(t *testing.T) {
		s := b.open(t)
		for key, seconds := range map[string]int{"c": 3, "a": 1, "d": 4, "b": 2} {
			accept(t, s, envelope(key, seconds), true)
		}
		pending(t, s, 10, "a", "b", "c", "d")
		pending(t, s, 2, "a", "b")
		finish(t, s, "b")
		finish(t, s, "b")
		pending(t, s, 10, "a", "c", "d")
		view(t, s, func(tx store.Tx) error {
			all, err := tx.PendingEnvelopes(1)
			equal(t, "envelope", all, []store.Envelope{envelope("a", 1)})
			return err
		})
	})
	t.Run("says that it never accepted a key", func(t *testing.T) {
		update(t, b.open(t), func(tx store.Tx) error {
			isNotFound(t, "finish", tx.FinishEnvelope("nobody"))
			return nil
		})
	})
	t.Run("forgets finished keys alone, a few at a time", func(t *testing.T) {
		s := b.open(t)
		for i := range 6 {
			accept(t, s, envelope(fmt.Sprint("k", i), i), true)
			if i != 2 {
				finish(t, s, fmt.Sprint("k", i))
			}
		}
		prune := func(seconds, limit, want int) {
			t.Helper()
			var n int
			update(t, s, func(tx store.Tx) (err error) {
				n, err = tx.PruneEnvelopes(later(seconds), limit)
				return err
			})
			equal(t, "forgotten", n, want)
		}
		prune(5, 2, 2)
		prune(5, 9, 2)
		prune(5, 9, 0)
		pending(t, s, 10, "k2")
		accept(t, s, envelope("k5", 9), false)
		accept(t, s, envelope("k2", 9), false)
		accept(t, s, envelope("k0", 9), true)
	})
	t.Run("accepts one of the same key among many at once", func(t *testing.T) {
		s := b.open(t)
		fresh := make(chan bool, 20)
		together(t, 20, func(int) error {
			var first bool
			err := s.Update(t.Context(), func(tx store.Tx) (err error) {
				first, err = tx.AcceptEnvelope(envelope("same", 1))
				return err
			})
			fresh <- first
			return err
		})
		close(fresh)
		count := 0
		for first := range fresh {
			if first {
				count++
			}
		}
		equal(t, "fresh", count, 1)
	})
}

// together runs f n times at once and reports every error.
func together(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	errs := make(chan error, n)
	for i := range n {
		go func() { errs <- f(i) }()
	}
	var all error
	for range n {
		all = errors.Join(all, <-errs)
	}
	if all != nil {
		t.Fatal(all)
	}
}
