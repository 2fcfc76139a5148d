package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/roomwarden/roomwarden/moderation"
)

const (
	fileMode = 0o600
	lockWait = time.Second
	// wholeCheck is the size up to which a file is read whole when it is opened.
	wholeCheck = 16 << 20
	// growth is by how much a full file grows.
	growth = 1 << 20
)

var errNothingToDo = errors.New("nothing to do")

// Open opens the store in the file, which it creates where it is missing (its
// folder must be there), checks and upgrades. It waits a second for a file that
// another process holds; its error then names that process where the system
// tells. Every error is a *moderation.Error with words that say what to do.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, unusable(path, err)
		}
	}
	return open(ctx, path, checkHead)
}

// Inspect opens the store in a file that is there as Open does, but leaves its
// audit record unjudged, so that who checks it can name the first record that
// does not fit. Where there is no file, its error is fs.ErrNotExist, too.
func Inspect(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	return open(ctx, path, func(*tx) error { return nil })
}

// open opens a file that is there; judge says what is wrong with what it holds.
func open(ctx context.Context, path string, judge func(*tx) error) (*Store, error) {
	if err := keepPrivate(path); err != nil {
		return nil, unusable(path, err)
	}
	db, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := prepare(db, judge); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return newStore(db), nil
}

// create makes a new store beside path and then gives it its name, so that a
// crash leaves no half-made store. Where another process was faster, its file stays.
func create(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(f.Name(), fileMode, options())
	if err != nil {
		return err
	}
	db.AllocSize = growth
	if err := errors.Join(db.Update(lay), db.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// keepPrivate takes from everyone but the owner what rights they have.
func keepPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", path)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return os.Chmod(path, info.Mode().Perm()&0o700)
}

func options() *bbolt.Options {
	o := *bbolt.DefaultOptions
	o.Timeout = lockWait
	o.FreelistType = bbolt.FreelistMapType
	// A reader that holds an old state, as a backup does, would stop writers
	// where the file outgrew its mapping. The mapping costs addresses, not memory.
	o.InitialMmapSize = 64 << 20
	if strconv.IntSize == 64 {
		o.InitialMmapSize = 1 << 30
	}
	return &o
}

func openFile(ctx context.Context, path string) (db *bbolt.DB, err error) {
	defer recoverFault(path, &err, debug.SetPanicOnFault(true))
	info, err := os.Stat(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	if info.Size() == 0 { // bbolt would take it for a new one, and case numbers would begin anew
		return nil, moderation.Fault(moderation.CodeInvalid, "store.empty", "File", moderation.Literal(path))
	}
	o := options()
	if deadline, ok := ctx.Deadline(); ok {
		o.Timeout = max(min(o.Timeout, time.Until(deadline)), time.Millisecond)
	}
	db, err = bbolt.Open(path, fileMode, o)
	var system syscall.Errno
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, moderation.Fault(moderation.CodeConflict, "store.locked",
			"File", moderation.Literal(path), "Process", holder(path)).Because(err)
	case errors.As(err, &system):
		return nil, unusable(path, err)
	case err != nil: // bbolt could read it and did not like what it read
		return nil, damaged(path, err)
	}
	db.AllocSize = growth
	return db, nil
}

// prepare checks and upgrades an open file, and has judge look at what it holds.
func prepare(db *bbolt.DB, judge func(*tx) error) (err error) {
	defer recoverFault(db.Path(), &err, debug.SetPanicOnFault(true))
	if err := upgrade(db); err != nil && !errors.Is(err, errNothingToDo) {
		return err
	}
	info, err := os.Stat(db.Path())
	if err != nil {
		return unusable(db.Path(), err)
	}
	return db.View(func(b *bbolt.Tx) error {
		if info.Size() < b.Size() {
			return damaged(db.Path(), fmt.Errorf("it has %d bytes of %d", info.Size(), b.Size()))
		}
		for _, name := range buckets {
			if b.Bucket(name) == nil {
				return damaged(db.Path(), fmt.Errorf("bucket %s is missing", name))
			}
		}
		if b.Size() <= wholeCheck {
			if err := checkPages(b); err != nil {
				return damaged(db.Path(), err)
			}
		}
		if err := judge(&tx{bolt: b}); err != nil {
			return damaged(db.Path(), err)
		}
		return nil
	})
}

// checkPages reads every page of the file and returns the first fault. It walks
// all keys first: a page that leads out of the file then faults on this
// goroutine, where it can be caught.
func checkPages(b *bbolt.Tx) error {
	for _, name := range buckets {
		if err := b.Bucket(name).ForEach(func(_, _ []byte) error { return nil }); err != nil {
			return err
		}
	}
	var first error
	for err := range b.Check() {
		if first == nil {
			first = err
		}
	}
	return first
}

// checkHead checks that the counters and the last record belong together.
func checkHead(t *tx) error {
	seq := t.counter(seqKey)
	if seq == 0 {
		return nil
	}
	records, err := t.RecordsFrom(seq, 2)
	if err != nil {
		return err
	}
	if len(records) != 1 || records[0].Hash != string(t.get(metaBucket, headKey)) {
		return fmt.Errorf("record %d is not the last of the chain", seq)
	}
	err = records[0].Verify(seq, records[0].Prev)
	var fault *moderation.Error
	if errors.As(err, &fault) {
		return moderation.Fault(moderation.CodeInvalid, "audit.fault", "Seq", seq, "Case", records[0].Case, "Why", fault.Says).Because(err)
	}
	return err
}

// recoverFault turns the panics with which damaged pages are met into an error,
// and what SetPanicOnFault was back to before.
func recoverFault(path string, err *error, before bool) {
	debug.SetPanicOnFault(before)
	if value := recover(); value != nil {
		*err = damaged(path, fmt.Errorf("%v", value))
	}
}

func damaged(path string, cause error) error {
	return moderation.Fault(moderation.CodeInvalid, "store.damaged", "File", moderation.Literal(path)).Because(cause)
}

func unusable(path string, cause error) error {
	return moderation.Fault(moderation.CodeUnavailable, "store.unusable",
		"File", moderation.Literal(path), "Cause", cause.Error()).Because(cause)
}
