package bot

import (
	"context"
	"sync"

	"github.com/roomwarden/roomwarden/moderation"
)

// readings are those that go on for others when the one who asked has left. They
// end with the bot. The zero value is ready to use.
type readings struct {
	mu     sync.Mutex
	closed bool
	group  sync.WaitGroup
	last   int
	ends   map[int]context.CancelFunc // of those under way
}

// begin returns the context of a reading that outlives the caller's, and what is
// called once it is done.
func (r *readings) begin(ctx context.Context) (context.Context, func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, moderation.Errorf(moderation.CodeUnavailable, "nothing is read any more")
	}
	if r.ends == nil {
		r.ends = make(map[int]context.CancelFunc)
	}
	r.group.Add(1)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*interactiveWithin)
	r.last++
	number := r.last
	r.ends[number] = cancel
	return ctx, func() { r.done(number) }, nil
}

func (r *readings) done(number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[number]()
	delete(r.ends, number)
	r.group.Done()
}

// close ends what is under way and waits for it.
func (r *readings) close() {
	r.mu.Lock()
	r.closed = true
	for _, cancel := range r.ends {
		cancel()
	}
	r.mu.Unlock()
	r.group.Wait()
}
