package bot

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/store"
)

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
		err = c.attempt(sending, *p)
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

// attempt is deliver; a panic in it is a fault of this one case.
func (c *channel) attempt(ctx context.Context, p store.Post) (err error) {
	defer func() {
		if what := recover(); what != nil {
			c.metrics.panics.Inc()
			c.log.Error("telling a case panicked", "channel", c.name, "case", p.Case, "panic", what, "stack", string(debug.Stack()))
			err = &ownFault{errors.New("telling it panicked")}
		}
	}()
	return c.deliver(ctx, p)
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
			if settled := candidate.QueuedAt.Add(c.outcomeWithin); candidate.Shown == 0 && settled.After(now) && settled.After(ready) {
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
