package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// maxBatch bounds the updates of one transaction, and with it how long the
// first of them waits for the others.
const maxBatch = 512

// Store is a store.Store in one bbolt file.
type Store struct {
	db      *bbolt.DB
	updates chan *update
	closing chan struct{}
	close   sync.Once
	stopped chan struct{} // closed when the committer has returned
}

var _ store.Store = (*Store)(nil)

// update is one function that waits for the committer.
type update struct {
	gone func() error // its caller's context's Err
	f    func(store.Tx) error
	ran  chan struct{} // closed when f has returned, or will not be run
	done chan result   // takes one
	result
}

// result is what an update came to.
type result struct {
	err   error
	panic *panicked
}

// panicked carries a panic of f from the committer to who called Update.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) String() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

func newStore(db *bbolt.DB) *Store {
	s := &Store{
		db:      db,
		updates: make(chan *update),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go s.commitAll()
	return s
}

// Path returns the file's path.
func (s *Store) Path() string { return s.db.Path() }

// View implements store.Store. f must not call the store's own methods.
func (s *Store) View(ctx context.Context, f func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.db.View(func(b *bbolt.Tx) error { return f(&tx{gone: ctx.Err, bolt: b}) })
	return closed(err)
}

// Update implements store.Store. f runs on another goroutine, never after
// Update has returned, and must not call the store's own methods. A panic of f
// is raised again here.
func (s *Store) Update(ctx context.Context, f func(store.Tx) error) error {
	u := &update{gone: ctx.Err, f: f, ran: make(chan struct{}), done: make(chan result, 1)}
	select {
	case <-s.closing:
		return store.ErrClosed
	default:
	}
	select {
	case s.updates <- u:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return store.ErrClosed
	}
	var r result
	select {
	case r = <-u.done:
	case <-ctx.Done():
		<-u.ran
		return ctx.Err()
	}
	if r.panic != nil {
		panic(r.panic)
	}
	return r.err
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.close.Do(func() { close(s.closing) })
	<-s.stopped
	return s.db.Close()
}

// Backup writes a copy of the store as it is now, while it is used. The copy
// is a file that Open takes.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	err := s.db.View(func(b *bbolt.Tx) error {
		_, err := b.WriteTo(writerUntil{ctx.Err, w})
		return err
	})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err = closed(err); err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	return nil
}

// writerUntil stops writing when its context ends.
type writerUntil struct {
	gone func() error
	io.Writer
}

func (w writerUntil) Write(p []byte) (int, error) {
	if err := w.gone(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// commitAll commits what waits until the store closes.
func (s *Store) commitAll() {
	defer close(s.stopped)
	batch := make([]*update, 0, maxBatch)
	for {
		select {
		case u := <-s.updates:
			batch = append(batch, u)
		case <-s.closing:
			return
		}
		batch = s.waiting(batch)
		err := s.commit(batch)
		for i, u := range batch {
			if err != nil && u.panic == nil {
				u.err = err
			}
			u.done <- u.result
			batch[i] = nil
		}
		batch = batch[:0]
	}
}

// waiting adds the updates that wait at this moment.
func (s *Store) waiting(batch []*update) []*update {
	for len(batch) < maxBatch {
		select {
		case u := <-s.updates:
			batch = append(batch, u)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction and makes it durable. Its error is
// that of the whole batch.
func (s *Store) commit(batch []*update) error {
	ran := 0
	defer func() {
		for _, u := range batch[ran:] {
			close(u.ran)
		}
	}()
	b, err := s.db.Begin(true)
	if err != nil {
		return unwritable(err)
	}
	wrote := false
	for _, u := range batch {
		t := &tx{gone: u.gone, bolt: b}
		u.run(t)
		close(u.ran)
		ran++
		if u.err == nil && u.panic == nil {
			wrote = wrote || len(t.undo) > 0
			continue
		}
		if err := t.takeBack(); err != nil {
			return errors.Join(unwritable(err), b.Rollback())
		}
	}
	if !wrote {
		return b.Rollback()
	}
	if err := b.Commit(); err != nil {
		return unwritable(err)
	}
	return nil
}

// run runs f unless nobody waits for it any more.
func (u *update) run(t *tx) {
	if u.err = u.gone(); u.err != nil {
		return
	}
	defer func() {
		if value := recover(); value != nil {
			u.panic = &panicked{value, debug.Stack()}
		}
	}()
	u.err = u.f(t)
}

func closed(err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}

func unwritable(err error) error {
	return moderation.Fault(moderation.CodeUnavailable, "store.unwritable").Because(err)
}
