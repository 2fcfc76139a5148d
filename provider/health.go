package provider

import (
	"context"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// State says whether a provider answers.
type State struct {
	Down  bool
	Since time.Time       // of the last change; zero before the first call
	Code  moderation.Code // why it is down
}

type health struct {
	mu    sync.Mutex
	state State
}

// State returns what the last calls told.
func (c *Client) State() State {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	return c.health.state
}

// Probe asks whether the provider answers and takes our credentials; State
// shows what came of it.
func (c *Client) Probe(ctx context.Context) error {
	_, err := read(ctx, c, "check", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.driver.Check(ctx)
	})
	return err
}

// How often a provider is asked again: while it is down, and while nobody else asks.
const (
	probeDown = 5 * time.Second
	probeUp   = time.Minute
)

// Run probes the provider now and then, more often while it is down, so that
// one that was down at start is found when it comes up. It returns nil when ctx ends.
func (c *Client) Run(ctx context.Context) error {
	for {
		_ = c.Probe(ctx) // what it found is in State, and logged when it changed
		pause := probeUp
		if c.State().Down {
			pause = probeDown
		}
		if !sleep(ctx, pause) {
			return nil
		}
	}
}

// note takes from the end of a call whether the provider is up. An answer of
// any kind, also a refusal, says that it is; a lost one says nothing.
func (c *Client) note(fault *moderation.Error) {
	var code moderation.Code
	if fault != nil {
		code = fault.Code
	}
	switch code {
	case moderation.CodeOutcomeUnknown, moderation.CodeInternal, moderation.CodeBusy:
		return
	case moderation.CodeUnavailable:
		if !fault.Says.IsZero() { // what was not reached is something of ours, and it says what
			return
		}
	}
	down := code == moderation.CodeUnavailable || code == moderation.CodeUnauthenticated
	if !down {
		code = ""
	}
	c.health.mu.Lock()
	before := c.health.state
	if before.Since.IsZero() || before.Down != down || before.Code != code {
		c.health.state = State{Down: down, Since: time.Now().UTC(), Code: code}
	}
	c.health.mu.Unlock()

	c.metrics.up(c.name, !down)
	switch {
	case down && (!before.Down || before.Code != code):
		c.log.Warn("provider is down", "provider", c.name, "code", string(code), "error", fault)
	case before.Down && !down:
		c.log.Info("provider is up again", "provider", c.name, "down_for", time.Since(before.Since).Round(time.Millisecond))
	}
}
