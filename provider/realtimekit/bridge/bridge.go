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
// those a pin takes the one whose peer is named, any where it is not there.
type Target struct {
	User   string `json:"user"`
	Custom string `json:"custom"`
	Peer   string `json:"peer,omitempty"`
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
	// Start is how long Chromium may take to start and open the page, before a
	// join: 15 s, as a busy machine needs them.
	Start time.Duration
	// Open is how long a browser at work may take to open another page before it
	// is taken to hang, and ended: 5 s.
	Open time.Duration
	// Most is how many meetings may be joined at once, 8 where it is zero. For one
	// more the meeting that has been idle the longest is left.
	Most int
	Log  *slog.Logger
}

// Patience is how long a control may take that has to join first, or anew.
func (c Config) Patience() time.Duration { return c.Start + c.Join + grace + 2*c.Act }

// Defaults returns the configuration with its defaults filled in.
func (c Config) Defaults() Config {
	fill := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	fill(&c.Idle, time.Minute)
	fill(&c.Start, 15*time.Second)
	fill(&c.Join, 15*time.Second)
	fill(&c.Act, 5*time.Second)
	fill(&c.Open, 5*time.Second)
	if c.Most <= 0 {
		c.Most = 8
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

var errClosed = moderation.Errorf(moderation.CodeUnavailable, "the bridge is closed")

// Bridge is safe for concurrent use. Its zero value is not usable; Close it.
type Bridge struct {
	config Config
	root   context.Context //nolint:containedctx // its end ends every tab
	stop   context.CancelFunc
	tabs   sync.WaitGroup
	keeper *keeper

	mu     sync.Mutex
	open   map[string]*tab
	closed bool
}

// New makes a bridge. It starts nothing.
func New(c Config) *Bridge {
	root, stop := context.WithCancel(context.Background())
	c = c.Defaults()
	return &Bridge{config: c, root: root, stop: stop, keeper: newKeeper(root, c), open: map[string]*tab{}}
}

// Do carries a control out and returns the peers whom it was for, once the SDK
// shows it. It joins the meeting where the bridge is not in it. Controls of one
// meeting wait for each other, those of several do not.
func (b *Bridge) Do(ctx context.Context, meeting string, control Control, targets ...Target) ([]string, error) {
	j := job{ctx: ctx, control: control, targets: targets, done: make(chan outcome, 1)}
	for {
		t, err := b.take(ctx, meeting)
		if err != nil {
			return nil, err
		}
		select {
		case t.jobs <- j: // it answers, within the context's time
			o := <-j.done
			b.give(t)
			return o.peers, o.err
		case <-t.ended:
			b.give(t)
		case <-ctx.Done():
			b.give(t)
			return nil, moderation.Errorf(moderation.CodeBusy, "the bridge is at work on %s: %w", meeting, ctx.Err())
		}
	}
}

// take returns the meeting's tab, a new one where there is none, and keeps it
// from being left for another meeting until it is given back.
func (b *Bridge) take(ctx context.Context, meeting string) (*tab, error) {
	for {
		t, idle, err := b.reserve(meeting)
		if t != nil || err != nil {
			return t, err
		}
		select {
		case idle.leaving <- struct{}{}:
		case <-idle.ended:
		case <-ctx.Done():
			return nil, busy(b.config.Most).Because(ctx.Err())
		}
		<-idle.ended // within the time of a goodbye
	}
}

// reserve returns the meeting's tab, or the one that must end first.
func (b *Bridge) reserve(meeting string) (t, idle *tab, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, nil, errClosed
	}
	t = b.open[meeting]
	if t == nil && len(b.open) >= b.config.Most {
		for _, o := range b.open {
			if o.wanted == 0 && (idle == nil || o.since.Before(idle.since)) {
				idle = o
			}
		}
		if idle == nil {
			err = busy(b.config.Most)
		}
		return nil, idle, err
	}
	if t == nil {
		t = newTab(b, meeting)
		b.open[meeting] = t
		b.tabs.Go(t.run)
	}
	t.wanted++
	return t, nil, nil
}

func (b *Bridge) give(t *tab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t.wanted--
	t.since = time.Now()
}

// forget takes a tab out that has ended.
func (b *Bridge) forget(t *tab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, t.meeting)
}

// Check starts the browser where it is not running and opens the page.
func (b *Bridge) Check(ctx context.Context) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return errClosed
	}
	b.tabs.Add(1)
	b.mu.Unlock()
	defer b.tabs.Done()
	ctx, cancel := context.WithTimeout(ctx, b.config.Start)
	defer cancel()
	defer context.AfterFunc(b.root, cancel)()
	t := newTab(b, "")
	defer t.end()
	if err := t.openPage(ctx); err != nil {
		return err
	}
	if _, err := t.call(ctx, b.config.Act, `() => warden.state()`); err != nil {
		return noBrowser(b.config, err)
	}
	return nil
}

// Close leaves every meeting and ends the browser. What is under way is given up.
func (b *Bridge) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.stop()
	b.tabs.Wait()
	return nil
}
