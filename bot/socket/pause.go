package socket

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"
)

// pause says how long to wait before the next connection is opened.
type pause struct{ grows *backoff.ExponentialBackOff }

func newPause() *pause {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval, b.RandomizationFactor = time.Second, 2, MaxPause, 0.5
	b.Reset()
	return &pause{grows: b}
}

// afterLife is the wait after a connection that had said hello: none after the
// clean end of a stable one.
func (p *pause) afterLife(lived time.Duration, end ending) time.Duration {
	if end.reason == crowded {
		return spread(Crowded)
	}
	if lived >= Stable {
		p.grows.Reset()
		if end.refresh() {
			return 0
		}
		return rand.N(250 * time.Millisecond)
	}
	return p.next()
}

// afterFault is the wait after a connection that could not be made.
func (p *pause) afterFault(err error) time.Duration {
	var away *turnedAway
	if errors.As(err, &away) && away.reason == crowded {
		return spread(Crowded)
	}
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return spread(max(limited.RetryAfter, p.next()))
	}
	return p.next()
}

func (p *pause) next() time.Duration { return min(p.grows.NextBackOff(), MaxPause) }

// spread keeps connections that wait for the same thing from coming back at once.
func spread(d time.Duration) time.Duration { return d + rand.N(d/4+1) }
