package provider

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/moderation"
)

// pacer keeps a provider's quota. A nil pacer bounds nothing.
type pacer struct {
	reads, writes *rate.Limiter
}

func newPacer(q Quota) *pacer {
	limiter := func(perSecond float64) *rate.Limiter {
		if perSecond <= 0 {
			return rate.NewLimiter(rate.Inf, 1)
		}
		return rate.NewLimiter(rate.Limit(perSecond), max(q.Burst, 1))
	}
	return &pacer{reads: limiter(q.ReadsPerSecond), writes: limiter(q.WritesPerSecond)}
}

// wait returns when one more call fits into the quota, or at once with
// CodeRateLimited where that would be after the deadline. Nothing was sent then.
func (p *pacer) wait(ctx context.Context, write bool) *moderation.Error {
	if err := ctx.Err(); err != nil {
		return moderation.Errorf(moderation.CodeUnavailable, "not sent: %w", err)
	}
	if p == nil {
		return nil
	}
	limiter := p.reads
	if write {
		limiter = p.writes
	}
	turn := limiter.Reserve()
	delay := turn.Delay()
	if delay == 0 {
		return nil
	}
	if !sleep(ctx, delay) {
		turn.Cancel()
		return &moderation.Error{
			Code: moderation.CodeRateLimited, RetryAfter: delay.Round(time.Millisecond), Repeatable: true,
			Cause: context.DeadlineExceeded,
		}
	}
	return nil
}
