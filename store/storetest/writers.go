package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/roomwarden/roomwarden/store"
)

// testWriters lets many write at once: every write counts, none is lost, and
// one that fails spoils no other.
func testWriters(t *testing.T, b Backend) {
	s := b.open(t)
	counter := store.Collection[int]("counter")
	mine := errors.New("mine")
	const writers = 16
	each := rounds(t, 20)
	together(t, writers, func(writer int) error {
		for i := range each {
			key := fmt.Sprintf("%d/%d", writer, i)
			fails := i%4 == 3
			err := s.Update(context.Background(), func(tx store.Tx) error {
				n, _, err := counter.Get(tx, "n")
				if err := errors.Join(err, counter.Put(tx, "n", n+1)); err != nil {
					return err
				}
				r, c, err := tx.AppendRecord(kick(key, "ann", i))
				if err := errors.Join(err, tx.QueuePost("C1", c.Number, r.Seq, later(i))); err != nil {
					return err
				}
				if fails {
					return mine
				}
				return nil
			})
			if fails != errors.Is(err, mine) || !fails && err != nil {
				return fmt.Errorf("write %s: %w", key, err)
			}
		}
		return nil
	})
	want := writers * each * 3 / 4
	equal(t, "records", checkChain(t, s), want)
	view(t, s, func(tx store.Tx) error {
		n, _, err := counter.Get(tx, "n")
		equal(t, "counter", n, want)
		posts, postsErr := tx.PendingPosts("", 2*want)
		equal(t, "posts", len(posts), want)
		waiting, _, countErr := tx.CountPending()
		equal(t, "posts that wait", waiting, want)
		for writer := range writers {
			for i := range each {
				_, err := tx.CaseByKey(fmt.Sprintf("%d/%d", writer, i))
				if missing := errors.Is(err, store.ErrNotFound); missing != (i%4 == 3) {
					t.Errorf("case of write %d/%d: %v", writer, i, err)
				}
			}
		}
		return errors.Join(err, postsErr, countErr)
	})

	t.Run("one of the same key wins", func(t *testing.T) {
		won := make(chan uint64, writers)
		together(t, writers, func(writer int) error {
			var number uint64
			err := s.Update(context.Background(), func(tx store.Tx) error {
				_, c, err := tx.AppendRecord(kick("contended", fmt.Sprint(writer), 1))
				number = c.Number
				return err
			})
			if errors.Is(err, store.ErrKnownKey) {
				err = nil
			}
			won <- number
			return err
		})
		close(won)
		for number := range won {
			equal(t, "case", number, uint64(want+1))
		}
	})
}
