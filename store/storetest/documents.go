package storetest

import (
	"errors"
	"testing"

	"github.com/roomwarden/roomwarden/store"
)

func testDocuments(t *testing.T, b Backend) {
	t.Run("puts, gives and removes", func(t *testing.T) {
		s := b.open(t)
		update(t, s, func(tx store.Tx) error {
			_, ok, err := notes.Get(tx, "a")
			equal(t, "is there", ok, false)
			return errors.Join(err, notes.Put(tx, "a", "one"), notes.Put(tx, "a", "two"))
		})
		update(t, s, func(tx store.Tx) error {
			got, ok, err := notes.Get(tx, "a")
			equal(t, "value", got, "two")
			equal(t, "is there", ok, true)
			was, removeErr := notes.Delete(tx, "a")
			equal(t, "was there", was, true)
			again, againErr := notes.Delete(tx, "a")
			equal(t, "was there again", again, false)
			return errors.Join(err, removeErr, againErr)
		})
		view(t, s, func(tx store.Tx) error {
			_, err := tx.Document("notes", "a")
			isNotFound(t, "document", err)
			return nil
		})
	})
	t.Run("keeps an empty value and any bytes", func(t *testing.T) {
		s := b.open(t)
		value := []byte{0, 255, 10}
		update(t, s, func(tx store.Tx) error {
			return errors.Join(tx.PutDocument("c", "none", nil), tx.PutDocument("c", "k\xff/é", value))
		})
		view(t, s, func(tx store.Tx) error {
			none, err := tx.Document("c", "none")
			equal(t, "empty", len(none), 0)
			got, gotErr := tx.Document("c", "k\xff/é")
			equal(t, "bytes", got, value)
			return errors.Join(err, gotErr)
		})
	})
	t.Run("counts writes by collection", func(t *testing.T) {
		s := b.open(t)
		revision := func(c store.Collection[string]) (n uint64) {
			view(t, s, func(tx store.Tx) (err error) { n, err = c.Revision(tx); return err })
			return n
		}
		other := store.Collection[string]("notes2")
		before, untouched := revision(notes), revision(other)
		update(t, s, func(tx store.Tx) error { return notes.Put(tx, "a", "one") })
		written := revision(notes)
		update(t, s, func(tx store.Tx) error { _, err := notes.Delete(tx, "a"); return err })
		if removed := revision(notes); before >= written || written >= removed {
			t.Errorf("revisions %d, %d, %d do not grow", before, written, removed)
		}
		equal(t, "the other collection", revision(other), untouched)
	})
	t.Run("scans by prefix, in order, from a key on, until told to stop", func(t *testing.T) {
		s := b.open(t)
		update(t, s, func(tx store.Tx) error {
			var err error
			for _, key := range []string{"b/2", "a/1", "b/1", "b", "b/10", "c", "b/3"} {
				err = errors.Join(err, tx.PutDocument("c", key, []byte(key)))
			}
			return errors.Join(err, tx.PutDocument("c2", "b/0", nil), tx.PutDocument("b", "b/0", nil))
		})
		scan := func(prefix, after string, stop int) []string {
			keys := []string{}
			view(t, s, func(tx store.Tx) error {
				return tx.ScanDocuments("c", prefix, after, func(key string, value []byte) (bool, error) {
					equal(t, "value", string(value), key)
					keys = append(keys, key)
					return len(keys) != stop, nil
				})
			})
			return keys
		}
		equal(t, "all", scan("", "", 0), []string{"a/1", "b", "b/1", "b/10", "b/2", "b/3", "c"})
		equal(t, "a prefix", scan("b/", "", 0), []string{"b/1", "b/10", "b/2", "b/3"})
		equal(t, "after a key", scan("b/", "b/10", 0), []string{"b/2", "b/3"})
		equal(t, "after a key that is not there", scan("b/", "b/15", 0), []string{"b/2", "b/3"})
		equal(t, "after a key before the prefix", scan("b/", "a", 0), []string{"b/1", "b/10", "b/2", "b/3"})
		equal(t, "two", scan("", "", 2), []string{"a/1", "b"})
		equal(t, "none", scan("x", "", 0), []string{})
		mine := errors.New("mine")
		err := s.View(t.Context(), func(tx store.Tx) error {
			return tx.ScanDocuments("c", "", "", func(string, []byte) (bool, error) { return true, mine })
		})
		if !errors.Is(err, mine) {
			t.Errorf("error %v instead of the function's own", err)
		}
	})
	t.Run("lets a scan write", func(t *testing.T) {
		s := b.open(t)
		update(t, s, func(tx store.Tx) error {
			return errors.Join(notes.Put(tx, "a", "one"), notes.Put(tx, "b", "two"), notes.Put(tx, "c", "three"))
		})
		update(t, s, func(tx store.Tx) error {
			return tx.ScanDocuments("notes", "", "", func(key string, _ []byte) (bool, error) {
				return true, second(tx.DeleteDocument("notes", key))
			})
		})
		view(t, s, func(tx store.Tx) error {
			all, err := notes.All(tx, "")
			equal(t, "left", all, []string{})
			return err
		})
	})
}
