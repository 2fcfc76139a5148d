package storetest

import (
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/store"
)

func testOutbox(t *testing.T, b Backend) {
	queue := func(t *testing.T, s store.Store, channel string, n, seq uint64, seconds int) {
		t.Helper()
		update(t, s, func(tx store.Tx) error { return tx.QueuePost(channel, n, seq, later(seconds)) })
	}
	pending := func(t *testing.T, s store.Store, channel string, limit int, want ...uint64) []store.Post {
		t.Helper()
		var posts []store.Post
		view(t, s, func(tx store.Tx) (err error) {
			posts, err = tx.PendingPosts(channel, limit)
			return err
		})
		got := []uint64{}
		for _, p := range posts {
			got = append(got, p.Case)
		}
		equal(t, "pending", got, want)
		return posts
	}
	counts := func(t *testing.T, s store.Store, count int, oldest time.Time) {
		t.Helper()
		view(t, s, func(tx store.Tx) error {
			n, at, err := tx.CountPending()
			equal(t, "count", n, count)
			equal(t, "oldest", at, oldest)
			return err
		})
	}

	t.Run("merges what waits and keeps its place", func(t *testing.T) {
		s := b.open(t)
		counts(t, s, 0, time.Time{})
		queue(t, s, "C1", 1, 1, 1)
		queue(t, s, "C1", 2, 2, 2)
		queue(t, s, "C2", 1, 1, 3)
		queue(t, s, "C1", 1, 3, 4)
		queue(t, s, "C1", 1, 2, 5)
		posts := pending(t, s, "C1", 10, 1, 2)
		equal(t, "post", posts[0], store.Post{Channel: "C1", Case: 1, Want: 3, QueuedAt: later(1)})
		pending(t, s, "", 10, 1, 2, 1)
		pending(t, s, "C2", 10, 1)
		pending(t, s, "", 2, 1, 2)
		pending(t, s, "C3", 10)
		counts(t, s, 3, later(1))
	})
	t.Run("is done when it shows what it must, over a reopen", func(t *testing.T) {
		place := b.Place(t)
		s := b.reopen(t, place)
		queue(t, s, "C1", 1, 1, 1)
		queue(t, s, "C1", 2, 2, 2)
		p := pending(t, s, "", 1, 1)[0]
		p.Shown, p.PostedIn, p.PostedAs, p.Tries = p.Want, "C0REAL", "1700.0001", 1
		update(t, s, func(tx store.Tx) error { return tx.SavePost(p) })
		counts(t, s, 1, later(2))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = b.reopen(t, place)
		pending(t, s, "", 10, 2)
		queue(t, s, "C1", 1, 3, 9)
		posts := pending(t, s, "", 10, 2, 1)
		p.Want, p.QueuedAt = 3, later(9)
		equal(t, "post", posts[1], p)
		counts(t, s, 2, later(2))
	})
	t.Run("never lowers what must be shown", func(t *testing.T) {
		s := b.open(t)
		queue(t, s, "C1", 1, 1, 1)
		sent := pending(t, s, "", 1, 1)[0]
		queue(t, s, "C1", 1, 5, 2)
		sent.Shown = 1
		update(t, s, func(tx store.Tx) error { return tx.SavePost(sent) })
		posts := pending(t, s, "", 10, 1)
		equal(t, "want", posts[0].Want, uint64(5))
		equal(t, "shown", posts[0].Shown, uint64(1))
	})
	t.Run("keeps how delivery left it", func(t *testing.T) {
		s := b.open(t)
		queue(t, s, "C1", 1, 1, 1)
		p := pending(t, s, "", 1, 1)[0]
		p.Uncertain, p.Tries, p.Problem = true, 3, "ratelimited"
		update(t, s, func(tx store.Tx) error { return tx.SavePost(p) })
		view(t, s, func(tx store.Tx) error {
			got, err := tx.Post("C1", 1)
			equal(t, "post", got, p)
			_, missing := tx.Post("C2", 1)
			isNotFound(t, "post of another channel", missing)
			return err
		})
	})
}
