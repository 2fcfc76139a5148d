package provider

import (
	"context"
	"log/slog"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Client is a driver with what every driver needs around it: a deadline for
// each call, the provider's quota, repeats of what is safe to repeat, metrics
// by code, and whether the provider is up. It is safe for concurrent use.
type Client struct {
	name    string
	kind    string
	driver  Driver
	limits  Limits
	pacer   *pacer
	metrics *Metrics
	log     *slog.Logger
	health  health
}

// Limits bounds a client's calls. A zero field takes its default.
type Limits struct {
	// Read and Write bound one call with all its repeats: 5 s and 10 s.
	Read, Write time.Duration
	// Bulk bounds an order that goes from one participant to the next: one minute.
	Bulk time.Duration
	// Tries is how often a call is sent where a repeat is safe: 3.
	Tries int
}

// ClientOption changes how a Client works.
type ClientOption func(*Client)

// WithLimits replaces the defaults of Limits.
func WithLimits(l Limits) ClientOption { return func(c *Client) { c.limits = l } }

// WithMetrics counts the client's calls.
func WithMetrics(m *Metrics) ClientOption { return func(c *Client) { c.metrics = m } }

// WithLog tells when a provider goes down and comes back, and what panicked in its driver.
func WithLog(log *slog.Logger) ClientOption { return func(c *Client) { c.log = log } }

// NewClient wraps a driver under its configured name. It sends nothing.
func NewClient(name, kind string, driver Driver, options ...ClientOption) *Client {
	c := &Client{name: name, kind: kind, driver: driver, log: slog.New(slog.DiscardHandler)}
	for _, o := range options {
		o(c)
	}
	c.limits = c.limits.orDefaults()
	if q, ok := driver.(Quotaed); ok {
		c.pacer = newPacer(q.Quota())
	}
	return c
}

func (l Limits) orDefaults() Limits {
	if l.Read <= 0 {
		l.Read = 5 * time.Second
	}
	if l.Write <= 0 {
		l.Write = 10 * time.Second
	}
	if l.Bulk <= 0 {
		l.Bulk = time.Minute
	}
	if l.Tries <= 0 {
		l.Tries = 3
	}
	return l
}

// Name returns the configured name.
func (c *Client) Name() string { return c.name }

// Type returns the provider's type, as in the configuration.
func (c *Client) Type() string { return c.kind }

// Driver returns what is wrapped, for what only one kind of driver has.
func (c *Client) Driver() Driver { return c.driver }

// Rooms lists live rooms, a page at a time.
func (c *Client) Rooms(ctx context.Context, q RoomQuery) (RoomPage, error) {
	page, err := read(ctx, c, "rooms", func(ctx context.Context) (RoomPage, error) {
		return c.driver.Rooms(ctx, q)
	})
	for i := range page.Rooms {
		page.Rooms[i].Provider = c.name
	}
	return page, err
}

// Room finds a live room by id or exact name.
func (c *Client) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	room, err := read(ctx, c, "room", func(ctx context.Context) (moderation.Room, error) {
		return c.driver.Room(ctx, idOrName)
	})
	room.Provider = c.name
	return room, err
}

// Complete adds to a room of a list what the list does not show, as far as it
// can be read: that says nothing of whether the provider is up.
func (c *Client) Complete(ctx context.Context, room moderation.Room) moderation.Room {
	completer, ok := c.driver.(Completer)
	if !ok {
		return room
	}
	ctx, cancel := context.WithTimeout(ctx, c.limits.Read)
	defer cancel()
	if c.pacer.wait(ctx, false) != nil {
		return room
	}
	whole, err := guarded(ctx, c, "complete", func(ctx context.Context) (moderation.Room, error) {
		return completer.Complete(ctx, room), nil
	})
	if err != nil {
		return room
	}
	return whole
}

// Recaller returns the driver where it is to be told of earlier pins, else nil.
func (c *Client) Recaller() Recaller {
	r, _ := c.driver.(Recaller)
	return r
}

// Participants lists who is in the room, a page at a time.
func (c *Client) Participants(ctx context.Context, room moderation.Room, q ParticipantQuery) (ParticipantPage, error) {
	return read(ctx, c, "participants", func(ctx context.Context) (ParticipantPage, error) {
		return c.driver.Participants(ctx, room, q)
	})
}

// Participant finds someone present by connection id or identity.
func (c *Client) Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	return read(ctx, c, "participant", func(ctx context.Context) (moderation.Participant, error) {
		return c.driver.Participant(ctx, room, idOrIdentity)
	})
}

// Capabilities says what can be done in the room.
func (c *Client) Capabilities(room moderation.Room) moderation.CapabilitySet {
	return c.driver.Capabilities(room)
}

// Options names the key=value words of set and dial.
func (c *Client) Options(a moderation.Action) []Option {
	if l, ok := c.driver.(OptionLister); ok {
		return l.Options(a)
	}
	return nil
}

// CheckOrder checks an order's words before anything is written or sent.
func (c *Client) CheckOrder(o Order) error {
	if k, ok := c.driver.(OrderChecker); ok {
		return k.CheckOrder(o)
	}
	return nil
}

// Diagnose returns what the doctor finds; a driver that has no more to say has
// its Check alone, which is told by err. It may have to start something: it has
// the time of a bulk order.
func (c *Client) Diagnose(ctx context.Context) (findings []Finding, err error) {
	if err := c.Probe(ctx); err != nil {
		return nil, err
	}
	d, ok := c.driver.(Doctor)
	if !ok {
		return nil, nil
	}
	return call(ctx, c, effort{op: "diagnose", timeout: c.limits.Bulk}, func(ctx context.Context) ([]Finding, error) {
		return d.Diagnose(ctx), nil
	})
}

// Close closes the driver.
func (c *Client) Close() error { return c.driver.Close() }
