package commands

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// work is what a Service has under way. Sending goes on when its caller leaves;
// Run waits for it, and gives it up when its time is over.
type work struct {
	lock     sync.Mutex
	group    sync.WaitGroup
	stopping bool
	cases    map[uint64]bool // that this process is working on
	born     time.Time
	halt     chan struct{} // closed when what is under way is given up
	wake     chan struct{} // a timer was set
	hints    chan moderation.RoomRef
}

// drain is how long Run waits, once its context ended, for what is under way.
const drain = 3 * time.Second

func newWork() *work {
	return &work{
		cases: map[uint64]bool{}, born: time.Now(), halt: make(chan struct{}),
		wake: make(chan struct{}, 1), hints: make(chan moderation.RoomRef, 64),
	}
}

// start runs f on its own, with a context that ends when the service gives up;
// it reports false where the service is stopping and f is not run.
func (w *work) start(ctx context.Context, f func(ctx context.Context)) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.stopping {
		return false
	}
	w.group.Go(func() {
		ctx, cancel := context.WithCancel(ctx)
		go func() {
			select {
			case <-w.halt:
				cancel()
			case <-ctx.Done():
			}
		}()
		defer cancel()
		f(ctx)
	})
	return true
}

// stopped reports whether no more work is taken.
func (w *work) stopped() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.stopping
}

// begin and end keep a case from being settled while it is worked on.
func (w *work) begin(number uint64) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.cases[number] = true
}

func (w *work) end(number uint64) {
	w.lock.Lock()
	defer w.lock.Unlock()
	delete(w.cases, number)
}

// busy reports whether this process works on the case.
func (w *work) busy(number uint64) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.cases[number]
}

// stop takes no more work and waits for what is under way.
func (w *work) stop() {
	w.lock.Lock()
	again := w.stopping
	w.stopping = true
	w.lock.Unlock()
	if !again {
		late := time.AfterFunc(drain, func() { close(w.halt) })
		defer late.Stop()
	}
	w.group.Wait()
}

// hinted returns the rooms of which there were hints, the first and those that
// wait, each once, by provider.
func (w *work) hinted(first moderation.RoomRef) map[string][]string {
	rooms := map[string][]string{first.Provider: {first.Name}}
	for {
		select {
		case next := <-w.hints:
			if !slices.Contains(rooms[next.Provider], next.Name) {
				rooms[next.Provider] = append(rooms[next.Provider], next.Name)
			}
		default:
			return rooms
		}
	}
}

// nudge tells Run that a timer was set.
func (w *work) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
