// Package bridge carries out what Cloudflare RealtimeKit lets a client do and
// no REST call: stop someone's camera while they stay in, pin and unpin. It
// runs the official client SDK in a headless Chromium on a page of its own that
// is served on loopback: one tab a meeting, joined as a hidden participant when
// first needed, left when nobody has asked for a while.
//
// The SDK is @cloudflare/realtimekit 2.0.2 (sdk.js, Apache-2.0, its licence
// beside it). It was tested against a stand-in, never against Cloudflare.
package bridge

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Identity is the custom participant id under which the bridge is enrolled.
const Identity = "roomwarden-bridge"

// Control is one thing that the bridge does.
type Control string

// The controls. DisableAllVideo and Pinned are for nobody in particular; Pinned
// changes nothing and returns the peers who are pinned.
const (
	DisableVideo    Control = "video"
	DisableAllVideo Control = "video_all"
	Pin             Control = "pin"
	Unpin           Control = "unpin"
	Pinned          Control = "pinned"
)

// Target is someone by user id or custom participant id: all their devices. Of
// those a pin takes Peer, any where it is empty.
type Target struct {
	User   string `json:"user"`
	Custom string `json:"custom"`
	Peer   string `json:"peer"`
}

// Config says how a Bridge works. A zero duration takes its default.
type Config struct {
	Chromium string // path of the browser
	// Token enrols the bridge in a meeting and returns what it joins with.
	Token func(ctx context.Context, meeting string) (string, error)
	// BaseURI replaces the host of Cloudflare's client service, and Certificate
	// is the SHA-256 in base64 of a public key that is taken there: for tests.
	BaseURI, Certificate string
	// Idle is how long a meeting is stayed in after the last control: 60 s, as
	// Cloudflare bills each minute. Join and Act bound the two steps: 15 s and 5 s.
	Idle, Join, Act time.Duration
	Log             *slog.Logger
}

// Patience is how long a control may take that has to join first, or anew.
func (c Config) Patience() time.Duration { return c.Join + 2*c.Act }

// Defaults returns the configuration with its defaults filled in.
func (c Config) Defaults() Config {
	fill := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	fill(&c.Idle, time.Minute)
	fill(&c.Join, 15*time.Second)
	fill(&c.Act, 5*time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Bridge is safe for concurrent use. Its zero value is not usable; Close it.
type Bridge struct {
	config Config
	root   context.Context //nolint:containedctx // its end ends every tab
	stop   context.CancelFunc
	tabs   sync.WaitGroup

	mu      sync.Mutex
	open    map[string]*tab
	browser *browser
	closed  bool
}

// New makes a bridge. It starts nothing.
func New(c Config) *Bridge {
	root, stop := context.WithCancel(context.Background())
	return &Bridge{config: c.Defaults(), root: root, stop: stop, open: map[string]*tab{}}
}

// Do carries a control out and returns the peers whom it was for, once the SDK
// shows it. It joins the meeting where the bridge is not in it.
func (b *Bridge) Do(ctx context.Context, meeting string, control Control, targets ...Target) ([]string, error) {
	j := job{ctx: ctx, control: control, targets: targets, done: make(chan outcome, 1)}
	for {
		t, err := b.tab(meeting)
		if err != nil {
			return nil, err
		}
		select {
		case t.jobs <- j:
		case <-t.ended:
			continue
		case <-ctx.Done():
			return nil, moderation.Errorf(moderation.CodeUnavailable, "the bridge is at work on %s: %w", meeting, ctx.Err())
		}
		select {
		case o := <-j.done:
			return o.peers, o.err
		case <-ctx.Done():
			return nil, moderation.Errorf(moderation.CodeOutcomeUnknown, "the bridge: %w", ctx.Err())
		}
	}
}

// tab returns the meeting's tab, a new one where there is none.
func (b *Bridge) tab(meeting string) (*tab, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, moderation.Errorf(moderation.CodeUnavailable, "the bridge is closed")
	}
	t := b.open[meeting]
	if t == nil {
		t = &tab{bridge: b, meeting: meeting, jobs: make(chan job), ended: make(chan struct{})}
		b.open[meeting] = t
		b.tabs.Go(t.run)
	}
	return t, nil
}

// forget takes a tab out that has ended; the browser ends with the last one.
func (b *Bridge) forget(t *tab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, t.meeting)
	if len(b.open) == 0 && b.browser != nil {
		b.browser.close()
		b.browser = nil
	}
}

// running returns the browser, started where it is not running.
func (b *Bridge) running() (*browser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.browser != nil && b.browser.alive() {
		return b.browser, nil
	}
	if b.browser != nil {
		b.browser.close()
		b.browser = nil
	}
	started, err := startBrowser(b.root, b.config)
	if err != nil {
		return nil, err
	}
	b.browser = started
	return started, nil
}

// Close leaves every meeting and ends the browser.
func (b *Bridge) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.stop()
	b.tabs.Wait()
	return nil
}

var errNoBrowser = errors.New("the browser could not be started")
