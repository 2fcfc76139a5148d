package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/store"
)

// gathers is how long finished work waits for company before it is marked so:
// each write is a sync of the disk, and acks wait for that disk. After a crash
// within that time the work is looked at again, which finds its case.
const gathers = 200 * time.Millisecond

// markedWithin bounds one such write.
const markedWithin = 2 * time.Second

// finished marks envelopes done in the store, many in one transaction.
type finished struct {
	store store.Store
	log   *slog.Logger
	wake  chan struct{}
	mu    sync.Mutex
	keys  []string
}

func newFinished(s store.Store, log *slog.Logger) *finished {
	return &finished{store: s, log: log, wake: make(chan struct{}, 1)}
}

// add marks an envelope done, soon.
func (f *finished) add(key string) {
	f.mu.Lock()
	f.keys = append(f.keys, key)
	f.mu.Unlock()
	nudge(f.wake)
}

// run writes until ctx ends, then what is left. A key that is not written only
// means that its work is looked at again after the next start.
func (f *finished) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-f.wake:
			wait(ctx, gathers, nil)
		case <-ctx.Done():
		}
		if err := f.write(context.WithoutCancel(ctx)); err != nil {
			f.log.Error("finished work could not be marked so in the store", "error", err)
			wait(ctx, time.Second, nil)
		}
	}
}

func (f *finished) write(ctx context.Context) error {
	f.mu.Lock()
	keys := f.keys
	f.keys = nil
	f.mu.Unlock()
	if len(keys) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, markedWithin)
	defer cancel()
	err := f.store.Update(ctx, func(tx store.Tx) error {
		for _, key := range keys {
			if err := tx.FinishEnvelope(key); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrClosed) {
		f.mu.Lock()
		f.keys = append(keys, f.keys...)
		f.mu.Unlock()
		nudge(f.wake)
	}
	return err
}
