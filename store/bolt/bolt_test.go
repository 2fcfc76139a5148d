package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/store/storetest"
	"github.com/roomwarden/roomwarden/words"
)

var backend = storetest.Backend{
	Place: func(t testing.TB) string { return filepath.Join(t.TempDir(), "roomwarden.db") },
	Open:  func(ctx context.Context, place string) (store.Store, error) { return bolt.Open(ctx, place) },
}

func TestMain(m *testing.M) { storetest.Main(m, backend) }

func TestStore(t *testing.T) { storetest.Run(t, backend) }

var notes = store.Collection[string]("notes")

func open(t testing.TB, path string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newFile makes a store with one note and closes it.
func newFile(t testing.TB) string {
	t.Helper()
	path := backend.Place(t)
	s := open(t, path)
	err := s.Update(t.Context(), func(tx store.Tx) error { return notes.Put(tx, "a", "one") })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func raw(t testing.TB, path string, f func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(f), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := newFile(t)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the store: %v, %v", entries, err)
	}
}

// fault opens a path in vain and returns the error, which must have words.
func fault(t *testing.T, path string) *moderation.Error {
	t.Helper()
	s, err := bolt.Open(context.Background(), path)
	if err == nil {
		t.Fatal(errors.Join(errors.New("it was opened"), s.Close()))
	}
	var e *moderation.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want one with words", err)
	}
	said := words.MustLoad("en")
	if text := said.Error(words.Plain{}, e); !said.Has(e.Says.Key) || !strings.Contains(text, path) {
		t.Errorf("%s says %q", e.Says.Key, text)
	}
	return e
}

func TestLockedFileNamesItsHolder(t *testing.T) {
	path := newFile(t)
	open(t, path)
	e := fault(t, path)
	if e.Code != moderation.CodeConflict || e.Says.Key != "store.locked" {
		t.Errorf("error %v", e)
	}
	process, _ := e.Says.Args["Process"].(string)
	if _, err := os.Stat("/proc/locks"); err == nil && !strings.HasPrefix(process, strconv.Itoa(os.Getpid())) {
		t.Errorf("holder %q, want process %d", process, os.Getpid())
	}
}

func TestOpenFaults(t *testing.T) {
	faults := map[string]struct {
		key      string
		spoil    func(t *testing.T, path string) error
		inspects bool // what is wrong is in the audit record alone
	}{
		"cut short":        {key: "store.damaged", spoil: func(t *testing.T, path string) error { return os.Truncate(path, 4*4096) }},
		"a page and a bit": {key: "store.damaged", spoil: func(t *testing.T, path string) error { return os.Truncate(path, 5000) }},
		"nothing in it":    {key: "store.empty", spoil: func(t *testing.T, path string) error { return os.Truncate(path, 0) }},
		"empty pages": {key: "store.damaged", spoil: func(t *testing.T, path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(make([]byte, 40*4096), 3*4096)
			return errors.Join(err, f.Close())
		}},
		"some text": {key: "store.damaged", spoil: func(t *testing.T, path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("no store\n"), 4096), 0o600)
		}},
		"another's bbolt": {key: "store.not_ours", spoil: func(t *testing.T, path string) error {
			raw(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("meta")) })
			return nil
		}},
		"a newer layout": {key: "store.newer", spoil: func(t *testing.T, path string) error {
			raw(t, path, func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte{0, 0, 0, 0, 0, 0, 0, 99})
			})
			return nil
		}},
		"a bucket gone": {key: "store.damaged", spoil: func(t *testing.T, path string) error {
			raw(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("records")) })
			return nil
		}},
		"a head that is not the last": {key: "store.damaged", spoil: func(t *testing.T, path string) error {
			s := open(t, path)
			err := s.Update(t.Context(), func(tx store.Tx) error {
				_, _, err := tx.AppendRecord(moderation.Record{Kind: moderation.RecordIntended})
				return err
			})
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			raw(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("head"), []byte("0")) })
			return nil
		}, inspects: true},
		"a folder": {key: "store.unusable", spoil: func(t *testing.T, path string) error {
			return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
		}},
		"no folder": {key: "store.unusable", spoil: func(t *testing.T, path string) error { return os.RemoveAll(filepath.Dir(path)) }},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			path := newFile(t)
			if err := f.spoil(t, path); err != nil {
				t.Fatal(err)
			}
			if e := fault(t, path); e.Says.Key != f.key {
				t.Errorf("error %v, want %s", e, f.key)
			}
			s, err := bolt.Inspect(t.Context(), path)
			if f.inspects != (err == nil) {
				t.Errorf("inspected: %v", err)
			}
			if err == nil {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestBackupIsTheStoreAsItIs(t *testing.T) {
	s := open(t, newFile(t))
	path := filepath.Join(t.TempDir(), "copy.db")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Backup(t.Context(), f), f.Close()); err != nil {
		t.Fatal(err)
	}
	err = open(t, path).View(t.Context(), func(tx store.Tx) error {
		if got, _, err := notes.Get(tx, "a"); err != nil || got != "one" {
			t.Errorf("note %q, %v", got, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// Updates that wait while another is made durable share one transaction; one
// of them that fails and one whose caller has gone do not disturb the others.
func TestWaitingUpdatesShareOneTransaction(t *testing.T) {
	path := newFile(t)
	before := transactions(t, path)
	synctest.Test(t, func(t *testing.T) {
		s, err := bolt.Open(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		hold := make(chan struct{})
		var updates sync.WaitGroup
		updates.Go(func() {
			if err := s.Update(t.Context(), func(tx store.Tx) error {
				<-hold
				return notes.Put(tx, "first", "")
			}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		mine := errors.New("mine")
		for i := range 50 {
			updates.Go(func() {
				err := s.Update(t.Context(), func(tx store.Tx) error {
					if err := notes.Put(tx, strconv.Itoa(i), ""); err != nil || i%10 != 9 {
						return err
					}
					return mine
				})
				if fails := i%10 == 9; fails != errors.Is(err, mine) || !fails && err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			})
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = s.Update(impatient, func(store.Tx) error {
			t.Error("an update was run that nobody waited for")
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
		synctest.Wait()
		close(hold)
		updates.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := transactions(t, path) - before; got != 2 {
		t.Errorf("%d transactions, want the first one and one for the 50 that waited", got)
	}
	err := open(t, path).View(t.Context(), func(tx store.Tx) error {
		all, err := notes.All(tx, "")
		if len(all) != 47 {
			t.Errorf("%d notes, want 2 and 45", len(all))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// transactions returns how many transactions have been committed to a file.
func transactions(t *testing.T, path string) int {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var id int
	err = db.View(func(tx *bbolt.Tx) error {
		id = tx.ID()
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return id
}
