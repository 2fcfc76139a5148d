// Package socket holds the Socket Mode connections to Slack: several side by
// side, each followed by its successor before it ends, opened no faster than
// Slack allows, and noticed within seconds when they die. A Link hands on what
// arrives and acknowledges it; it interprets no payload.
package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"
)

// The times of a link.
const (
	// AckWithin is when an ack must have left, counted from the envelope's
	// arrival; Slack gives up after 3 s.
	AckWithin = 2500 * time.Millisecond
	// PingEvery and PongWithin bound how long a dead connection goes unnoticed:
	// 10 s at most.
	PingEvery  = 5 * time.Second
	PongWithin = 5 * time.Second
	// Stable is the life from which on a connection's end is no sign of trouble.
	Stable = 60 * time.Second
	// MaxPause bounds the wait between two tries.
	MaxPause = 30 * time.Second
	// Crowded is how long we wait after Slack said that there are too many
	// connections.
	Crowded = 30 * time.Second

	openWithin  = 10 * time.Second // apps.connections.open
	helloWithin = 10 * time.Second // from dialling to the hello
	// lingers is how long a connection that is to be refreshed is still read
	// after its successor said hello: longer than the ten seconds that Slack
	// takes to cut it.
	lingers = 12 * time.Second
	// closeWithin bounds the goodbye.
	closeWithin = time.Second
)

// MaxAck is the size of an ack, in bytes, from which on Slack drops it unsaid.
const MaxAck = 20_000

// readLimit bounds a frame, in bytes. A view alone may have 250 KB.
const readLimit = 2 << 20

// ErrLeftOut is given to Ack.Then where the payload was left out of the ack:
// the envelope takes none, or Slack would have dropped the whole for its size.
var ErrLeftOut = errors.New("the answer does not fit into the ack")

// Envelope is one delivery as it came over a connection.
type Envelope struct {
	ID              string          `json:"envelope_id"`
	Type            string          `json:"type"`
	Payload         json.RawMessage `json:"payload"`
	AcceptsResponse bool            `json:"accepts_response_payload"`
	// Fault is why the frame could not be read whole; then only ID is sure.
	Fault error `json:"-"`
	// At is when the frame was read.
	At time.Time `json:"-"`
	// Closing is set while the link ends: nothing new should be taken on.
	Closing bool `json:"-"`
}

// Ack is what an envelope is answered with. The zero value is an ack without a
// payload.
type Ack struct {
	// Payload goes into the ack where it is not nil.
	Payload any
	// Withhold leaves the envelope without an ack, so that Slack sends an event again.
	Withhold bool
	// Then is called once the ack has been written, or could not be; may be nil.
	Then func(err error)
}

// Handler takes an envelope. It is called by a connection's reader, in the
// order of arrival, and must not block: it returns the ack, or, where that
// takes longer, a function that finds it. The link runs that function in a
// goroutine of its own, with the ack's deadline.
type Handler func(e Envelope) (now Ack, later func(ctx context.Context) Ack)

// Config is what a Link works with.
type Config struct {
	// Open asks Slack for the address of a new connection.
	Open func(ctx context.Context) (url string, err error)
	// Connections is how many are held side by side; 2 where zero.
	Connections int
	Log         *slog.Logger
	Metrics     prometheus.Registerer // may be nil
	// Client dials; nil means http.DefaultClient.
	Client *http.Client
	// AckWithin is when an ack must have left, counted from its envelope; the
	// constant where zero.
	AckWithin time.Duration
}

// Link is a set of connections to Slack.
type Link struct {
	Config
	// opens keeps all connections together under Slack's limit for
	// apps.connections.open; troubled those that follow a short life, so that a
	// storm stays one however many connections there are.
	opens, troubled *rate.Limiter
	metrics         *metrics
	handler         Handler
	retiring        sync.WaitGroup

	mu      sync.Mutex
	live    map[*conn]struct{}
	opening int    // dialled, without their hello yet: Slack may count them already
	trouble string // what the last failed try said, "" while all is well
}

// New makes a link; nothing is opened before Run.
func New(c Config) *Link {
	if c.Connections <= 0 {
		c.Connections = 2
	}
	if c.AckWithin <= 0 {
		c.AckWithin = AckWithin
	}
	return &Link{
		Config:   c,
		opens:    rate.NewLimiter(1, 4),
		troubled: rate.NewLimiter(rate.Every(3*time.Second), 4),
		metrics:  newMetrics(c.Metrics),
		live:     make(map[*conn]struct{}),
	}
}

// Run holds the connections until ctx ends and hands h what arrives; then what has arrived is still
// acknowledged, what arrives meanwhile is handed on with Closing set, and every
// connection is closed. An error that no repeat can mend ends it at once: a
// *moderation.Error whose sentence names the remedy.
func (l *Link) Run(ctx context.Context, h Handler) error {
	l.handler = h
	group, ctx := errgroup.WithContext(ctx)
	for range l.Connections {
		group.Go(func() error { return l.hold(ctx) })
	}
	err := group.Wait()
	l.retiring.Wait()
	return err
}

// Alive returns how many connections have said hello and were heard of within
// the last ping interval, and what is wrong where there is none.
func (l *Link) Alive() (count int, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.live {
		if time.Since(c.heardAt()) <= PingEvery+PongWithin {
			count++
		}
	}
	if count > 0 {
		return count, ""
	}
	if l.trouble != "" {
		return 0, l.trouble
	}
	return 0, "no connection to Slack yet"
}

// hold keeps one connection open: it opens the successor while the old
// connection is still read, and waits before it opens another where the last
// one did not last.
func (l *Link) hold(ctx context.Context) error {
	var (
		old  *conn
		wait = newPause()
	)
	defer func() {
		if old != nil {
			old.leave()
		}
	}()
	for ctx.Err() == nil {
		c, err := l.connect(ctx)
		if err != nil {
			if fault := Lasting(err); fault != nil && ctx.Err() == nil {
				return fault
			}
			l.pause(ctx, wait.afterFault(err), err)
			continue
		}
		if old != nil {
			l.retire(ctx, old)
			old = nil
		}
		end := c.wait(ctx)
		lived := time.Since(c.since)
		if end.refresh() {
			old = c
		} else {
			c.leave()
		}
		if end.reason == disabled {
			return errLinkDisabled
		}
		l.pause(ctx, wait.afterLife(lived, end), end.err)
		if lived < Stable && ctx.Err() == nil {
			_ = l.troubled.Wait(ctx) // its error is ctx's, which the loop sees
		}
	}
	return nil
}

// retire reads a connection on until Slack cuts it, so that nothing that was
// sent its way is lost, then closes it.
func (l *Link) retire(ctx context.Context, old *conn) {
	l.retiring.Go(func() {
		select {
		case <-old.done:
		case <-time.After(lingers):
		case <-ctx.Done():
		}
		old.leave()
	})
}

// pause waits, and says why where something went wrong.
func (l *Link) pause(ctx context.Context, d time.Duration, cause error) {
	if cause != nil && ctx.Err() == nil {
		l.mu.Lock()
		l.trouble = cause.Error()
		l.mu.Unlock()
		l.Log.WarnContext(ctx, "a connection to Slack is gone or could not be made; trying again",
			"in", d.Round(time.Millisecond).String(), "error", cause)
	}
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// connect opens a connection and returns it once Slack has said hello.
func (l *Link) connect(ctx context.Context) (*conn, error) {
	if err := l.opens.Wait(ctx); err != nil {
		return nil, err
	}
	url, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return l.dial(ctx, url)
}

func (l *Link) open(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	url, err := l.Open(ctx)
	l.metrics.opened(err)
	if err != nil {
		return "", fmt.Errorf("apps.connections.open: %w", err)
	}
	return url, nil
}

func (l *Link) joined(c *conn, h hello) {
	l.mu.Lock()
	l.live[c] = struct{}{}
	own := len(l.live)
	counted := own - 1 + l.opening // c itself is still among those opening
	l.trouble = ""
	l.mu.Unlock()
	l.metrics.live.Inc()
	l.Log.Info("connected to Slack", "host", h.host, "connections", h.connections, "own", own)
	if h.connections > counted {
		l.Log.Warn("Slack counts more connections of this app than are ours: another roomwarden, or dead ones that Slack still sends to",
			"connections", h.connections, "own", own)
	}
}

// count keeps how many connections are being opened.
func (l *Link) count(by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opening += by
}

func (l *Link) left(c *conn) {
	l.mu.Lock()
	_, was := l.live[c]
	delete(l.live, c)
	l.mu.Unlock()
	if was {
		l.metrics.live.Dec()
	}
}
