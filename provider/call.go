package provider

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/roomwarden/roomwarden/moderation"
)

// effort says how a call may be treated.
type effort struct {
	op      string
	timeout time.Duration
	writes  bool
}

// read makes a call that changes nothing: it may be sent again.
func read[T any](ctx context.Context, c *Client, op string, f func(context.Context) (T, error)) (T, error) {
	return call(ctx, c, effort{op: op, timeout: c.limits.Read}, f)
}

// call sends f within its deadline and the provider's quota, and again where
// that is safe and the deadline leaves time. Its error is a *moderation.Error.
func call[T any](ctx context.Context, c *Client, e effort, f func(context.Context) (T, error)) (T, error) {
	var none T
	within, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	wait := newBackOff()
	for try := 1; ; try++ {
		if err := c.pacer.wait(within, e.writes); err != nil {
			c.metrics.count(c.name, e.op, err.Code)
			return none, err
		}
		began := time.Now()
		result, err := guarded(within, c, e.op, f)
		fault := e.judge(within, err)
		c.metrics.observe(c.name, e.op, time.Since(began), fault)
		if ctx.Err() == nil { // a caller who gave up says nothing about the provider
			c.note(fault)
		}
		if fault == nil {
			return result, nil
		}
		pause := max(wait.NextBackOff(), fault.RetryAfter)
		if try >= c.limits.Tries || !e.repeatable(fault) || !sleep(within, pause) {
			return result, fault
		}
	}
}

func newBackOff() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 200 * time.Millisecond
	b.MaxInterval = 2 * time.Second
	return b
}

// judge turns whatever a driver returned into an error of ours.
func (e effort) judge(ctx context.Context, err error) *moderation.Error {
	if err == nil {
		return nil
	}
	var fault *moderation.Error
	switch {
	case errors.As(err, &fault):
	case ctx.Err() != nil && e.writes:
		fault = moderation.Errorf(moderation.CodeOutcomeUnknown, "%s: %w", e.op, ctx.Err())
	case ctx.Err() != nil:
		fault = moderation.Errorf(moderation.CodeUnavailable, "%s: %w", e.op, ctx.Err())
	default:
		fault = moderation.Errorf(moderation.CodeInternal, "%s: %w", e.op, err)
	}
	if fault.Code == moderation.CodeOutcomeUnknown && !e.writes {
		asked := *fault
		asked.Code = moderation.CodeUnavailable
		fault = &asked
	}
	return fault
}

// repeatable reports whether the call may be sent again. A write whose answer
// was lost never is: it may have been carried out.
func (e effort) repeatable(fault *moderation.Error) bool {
	switch fault.Code {
	case moderation.CodeOutcomeUnknown:
		return false
	case moderation.CodeUnavailable, moderation.CodeRateLimited:
		return fault.Repeatable || !e.writes
	default:
		return fault.Repeatable
	}
}

// guarded calls f; a panic in it is one failed call.
func guarded[T any](ctx context.Context, c *Client, op string, f func(context.Context) (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in a provider's driver", "provider", c.name, "op", op,
				"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = moderation.Errorf(moderation.CodeInternal, "%s: panic in the driver of %s", op, c.name)
		}
	}()
	return f(ctx)
}

// sleep waits for d and reports whether it did; it does not begin a wait that
// the context cannot outlive.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
