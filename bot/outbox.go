package bot

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

const (
	// postBurst is how many messages a channel takes at once, by Slack's leave.
	postBurst = 5
	// looksAgain is how often all channels are looked at without being woken.
	looksAgain = 15 * time.Second
	// firstRetry and lastRetry bound the wait after a failed delivery.
	firstRetry = time.Second
	lastRetry  = 15 * time.Second
	// lastWord is how much longer than the program a message on its way may take.
	// One that is cut off then is looked for in the channel by the next start.
	lastWord = 2 * time.Second
)

// outbox brings cases into their channels: one worker a channel, in the order in
// which they were queued, each case as it stands when its turn comes. Nothing
// is taken out of it but by Slack's yes.
type outbox struct {
	store    store.Store
	api      *api
	renderer *renderer
	log      *slog.Logger
	metrics  *metrics
	rate     rate.Limit
	// outcomeWithin is how long a message waits for its case's outcome.
	outcomeWithin time.Duration
	// tell says a lasting problem to the owners.
	tell func(ctx context.Context, says moderation.Sentence)
	wake chan struct{}

	mu       sync.Mutex
	channels map[string]*channel
	urgent   map[uint64]time.Time // cases that somebody looks at, and since when
	problems map[string]string
	fatal    error
}

func newOutbox(b *Bot, perSecond float64) *outbox {
	return &outbox{
		store: b.Store, api: b.api, renderer: b.renderer, log: b.Log, metrics: b.metrics, rate: rate.Limit(perSecond), outcomeWithin: b.within.outcome,
		tell: b.tellOwners, wake: make(chan struct{}, 1), channels: make(map[string]*channel), problems: make(map[string]string),
	}
}

// posted wakes the workers.
func (o *outbox) posted() { nudge(o.wake) }

// nudge writes to a channel on which one word says as much as many; it never blocks.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run delivers until ctx ends. A message that is on its way then is waited for.
// It returns early only for a bot token that Slack will never take again.
func (o *outbox) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	defer workers.Wait()
	tick := time.NewTicker(looksAgain)
	defer tick.Stop()
	all := true
	for {
		for _, name := range o.waiting(ctx, all) {
			if c, fresh := o.channel(name); fresh {
				workers.Go(func() { c.run(ctx, cancel) })
			} else {
				nudge(c.wake)
			}
		}
		select {
		case <-ctx.Done():
			o.mu.Lock()
			defer o.mu.Unlock()
			return o.fatal
		case <-o.wake:
			all = false
		case <-tick.C:
			all = true
		}
	}
}

// waiting returns the channels for which posts wait: of all of them, or of the
// oldest and those that have a worker.
func (o *outbox) waiting(ctx context.Context, all bool) []string {
	limit := 100
	if all {
		limit = 1 << 20
	}
	names := make(map[string]bool)
	err := o.store.View(ctx, func(tx store.Tx) error {
		posts, err := tx.PendingPosts("", limit)
		for _, p := range posts {
			names[p.Channel] = true
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		o.log.Error("the outbox cannot be read", "error", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for name := range o.channels {
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func (o *outbox) channel(name string) (c *channel, fresh bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c = o.channels[name]; c != nil {
		return c, false
	}
	c = &channel{
		outbox: o, name: name, limiter: rate.NewLimiter(o.rate, postBurst), wake: make(chan struct{}, 1),
		later: make(map[uint64]time.Time),
	}
	o.channels[name] = c
	return c, true
}

// flush waits until nothing waits any more that could be delivered now, or ctx ends.
func (o *outbox) flush(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		count := 0
		err := o.store.View(ctx, func(tx store.Tx) error {
			var err error
			count, _, err = tx.CountPending()
			return err
		})
		if err != nil || count == 0 || o.trouble() != "" {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
