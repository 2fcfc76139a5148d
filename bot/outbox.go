package bot

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

const (
	// postBurst is how many messages a channel takes at once, by Slack's leave.
	postBurst = 5
	// settles is how long the message of a case waits for its outcome, so that
	// most cases are told once instead of twice.
	settles = time.Second
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
	// tell says a lasting problem to the owners.
	tell func(ctx context.Context, says moderation.Sentence)
	wake chan struct{}

	mu       sync.Mutex
	channels map[string]*channel
	urgent   map[uint64]time.Time // cases that somebody looks at, and since when
	problems map[string]string
	fatal    error
}

// channel is the worker of one channel.
type channel struct {
	*outbox
	name    string // as configured: an id or #name
	limiter *rate.Limiter
	wake    chan struct{}
	// resume is when the channel may be tried again, wait how long it was last put off.
	resume time.Time
	wait   time.Duration
	// later puts single cases off that failed for a reason of their own.
	later map[uint64]time.Time
	// id is Slack's id of the channel, "" until known.
	id string
}

func newOutbox(b *Bot, perSecond float64) *outbox {
	return &outbox{
		store: b.Store, api: b.api, renderer: b.renderer, log: b.Log, metrics: b.metrics, rate: rate.Limit(perSecond),
		tell: b.tellOwners, wake: make(chan struct{}, 1), channels: make(map[string]*channel), problems: make(map[string]string),
	}
}

// posted wakes the workers.
func (o *outbox) posted() { nudge(o.wake) }

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

// run delivers what waits for the channel, one message after the other.
func (c *channel) run(ctx context.Context, stop context.CancelFunc) {
	for ctx.Err() == nil {
		p, due, err := c.next(ctx)
		if err != nil {
			if ctx.Err() == nil {
				c.log.Error("the outbox cannot be read", "channel", c.name, "error", err)
			}
			due = time.Now().Add(firstRetry)
		}
		if p == nil {
			c.sleep(ctx, due)
			continue
		}
		if c.limiter.Wait(ctx) != nil {
			return
		}
		if now, _, err := c.next(ctx); err == nil && now != nil {
			p = now // somebody may look at another one by now
		}
		sending, sent := outlive(ctx, lastWord)
		err = c.deliver(sending, *p)
		sent()
		if fault := lostToken(err); fault != nil {
			c.mu.Lock()
			c.fatal = fault
			c.mu.Unlock()
			stop()
			return
		}
		c.after(ctx, *p, err)
	}
}

// outlive returns a context that ends some time after ctx, or when it is told to.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, end) })
	return longer, func() {
		stop()
		end()
	}
}

// next returns the post whose turn it is, or when to look again.
func (c *channel) next(ctx context.Context) (p *store.Post, due time.Time, err error) {
	now := time.Now()
	if now.Before(c.resume) {
		return nil, c.resume, nil
	}
	due = now.Add(looksAgain)
	err = c.store.View(ctx, func(tx store.Tx) error {
		if p, err = c.first(tx, now); err != nil || p != nil {
			return err
		}
		posts, err := tx.PendingPosts(c.name, 50)
		if err != nil {
			return err
		}
		for _, candidate := range posts {
			ready := c.later[candidate.Case]
			if settled := candidate.QueuedAt.Add(settles); candidate.Shown == 0 && settled.After(now) && settled.After(ready) {
				one, err := tx.Case(candidate.Case)
				if err != nil {
					return err
				}
				if one.Outcome.Open() {
					ready = settled
				}
			}
			if !ready.After(now) {
				p = &candidate
				return nil
			}
			if ready.Before(due) {
				due = ready
			}
		}
		return nil
	})
	return p, due, err
}

func (c *channel) sleep(ctx context.Context, until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.wake:
	case <-ctx.Done():
	}
}

// after takes the result of a delivery to heart.
func (c *channel) after(ctx context.Context, p store.Post, err error) {
	if err == nil {
		c.wait = 0
		delete(c.later, p.Case)
		c.mended(ctx)
		return
	}
	c.metrics.posts.WithLabelValues("failed").Inc()
	name := problemName(err)
	if pause := retryAfter(err); pause > 0 {
		c.log.Warn("Slack asks the outbox to slow down", "channel", c.name, "for", pause.String())
		c.resume = time.Now().Add(pause)
		return
	}
	c.wait = min(max(firstRetry, 2*c.wait), lastRetry)
	var own *ownFault
	if errors.As(err, &own) {
		c.log.Error("a case cannot be posted", "channel", c.name, "case", p.Case, "problem", name)
		c.later[p.Case] = time.Now().Add(lastRetry)
		return
	}
	c.resume = time.Now().Add(c.wait)
	if lastingProblem(name) {
		c.broken(ctx, name)
		return
	}
	c.log.Warn("a case could not be posted yet", "channel", c.name, "case", p.Case, "problem", name, "again in", c.wait.String())
}

// lastingProblem reports whether someone must do something in Slack about it.
func lastingProblem(name string) bool {
	switch name {
	case "not_in_channel", "channel_not_found", "is_archived", "missing_scope", "no_permission", "access_denied",
		"not_allowed", "channel_is_limited_access", "ekm_access_denied", "team_access_not_granted":
		return true
	default:
		return strings.HasPrefix(name, "restricted_action")
	}
}

// told remembers by channel which problem the owners were told of.
const told = store.Collection[string]("outbox-told")

// broken says that a channel takes nothing: in the log and to the owners once,
// on /-/ready as long as it lasts.
func (c *channel) broken(ctx context.Context, name string) {
	c.mu.Lock()
	known := c.problems[c.name] == name
	c.problems[c.name] = name
	c.mu.Unlock()
	c.id = "" // the channel may be another one by the time it works again
	if known {
		return
	}
	c.log.Error("the audit channel takes no messages; they are kept and delivered once that is mended", "channel", c.name, "problem", name)
	fresh := false
	err := c.store.Update(ctx, func(tx store.Tx) error {
		before, _, err := told.Get(tx, c.name)
		fresh = before != name
		if err != nil || !fresh {
			return err
		}
		return told.Put(tx, c.name, name)
	})
	if err == nil && fresh {
		c.tell(ctx, moderation.Say("slack.channel_broken", "Channel", channelArg(c.name), "Problem", moderation.Literal(name), "Remedy", channelRemedy(name)))
	}
}

// channelRemedy is what to do about a channel's problem.
func channelRemedy(name string) moderation.Sentence {
	switch name {
	case "not_in_channel", "channel_not_found":
		return moderation.Say("slack.channel_invite")
	case "is_archived":
		return moderation.Say("slack.channel_archived")
	case "missing_scope":
		return moderation.Say("slack.channel_scope")
	default:
		return moderation.Say("slack.channel_other")
	}
}

// channelArg shows a channel as Slack does where its id is known.
func channelArg(name string) any {
	if strings.HasPrefix(name, "#") {
		return moderation.Literal(name)
	}
	return moderation.ChannelID(name)
}

// mended forgets a problem that is over.
func (c *channel) mended(ctx context.Context) {
	c.mu.Lock()
	_, was := c.problems[c.name]
	delete(c.problems, c.name)
	c.mu.Unlock()
	if !was {
		return
	}
	c.log.Info("the audit channel takes messages again", "channel", c.name)
	err := c.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		_, err := told.Delete(tx, c.name)
		return err
	})
	if err != nil {
		c.log.Warn("that a channel is mended could not be written down", "channel", c.name, "error", err)
	}
}

// trouble names the channels that take nothing, with why.
func (o *outbox) trouble() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, name := range slices.Sorted(maps.Keys(o.problems)) {
		all = append(all, "channel "+name+": "+o.problems[name])
	}
	return strings.Join(all, ", ")
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
