package provider

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Client is a driver with what every driver needs around it: a deadline for
// each call, the provider's quota, repeats of what is safe to repeat, metrics
// by code, and whether the provider is up. It is safe for concurrent use.
type Client struct {
	name   string
	kind   string
	driver Driver
}

// NewClient wraps a driver under its configured name.
func NewClient(name, kind string, driver Driver) *Client {
	return &Client{name: name, kind: kind, driver: driver}
}

// Name returns the configured name; Type the provider's type.
func (c *Client) Name() string { return c.name }

// Type returns the provider's type, as in the configuration.
func (c *Client) Type() string { return c.kind }

// State says whether a provider answers.
type State struct {
	Down  bool
	Since time.Time
	Code  moderation.Code // why it is down
}

// State returns what the last calls told.
func (c *Client) State() State { return State{} }

// Rooms lists live rooms, a page at a time.
func (c *Client) Rooms(ctx context.Context, q RoomQuery) (RoomPage, error) {
	return c.driver.Rooms(ctx, q)
}

// Room finds a live room by id or exact name.
func (c *Client) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	return c.driver.Room(ctx, idOrName)
}

// Participants lists who is in the room, a page at a time.
func (c *Client) Participants(ctx context.Context, room moderation.Room, q ParticipantQuery) (ParticipantPage, error) {
	return c.driver.Participants(ctx, room, q)
}

// Participant finds someone present by connection id or identity.
func (c *Client) Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	return c.driver.Participant(ctx, room, idOrIdentity)
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

// Act carries the order out. Where the context ends before the provider has
// answered, the error's code is CodeOutcomeUnknown.
func (c *Client) Act(ctx context.Context, o Order) (Effect, error) {
	do := c.method(o.Action)
	if do == nil {
		return Effect{}, moderation.Fault(moderation.CodeUnsupported, "provider.cannot", "Provider", c.name)
	}
	return do(ctx, o)
}

// Look tells what became of an order by looking at the room: Succeeded where
// its effect shows, Failed where it does not, Unknown where that cannot be told.
func (c *Client) Look(ctx context.Context, o Order) (moderation.Outcome, error) {
	if l, ok := c.driver.(Looker); ok {
		return l.Look(ctx, o)
	}
	return moderation.Unknown, nil
}

// Greet brings standing measures to someone who just came in.
func (c *Client) Greet(ctx context.Context, o Order, standing []Order) (Effect, error) {
	if g, ok := c.driver.(Greeter); ok {
		return g.Greet(ctx, o, standing)
	}
	return Effect{}, nil
}

// Close closes the driver.
func (c *Client) Close() error { return c.driver.Close() }

func (c *Client) method(a moderation.Action) func(context.Context, Order) (Effect, error) {
	switch d := c.driver; a {
	case moderation.ActionKick:
		if d, ok := d.(Kicker); ok {
			return d.Kick
		}
	case moderation.ActionEnd:
		if d, ok := d.(Ender); ok {
			return d.End
		}
	case moderation.ActionMute:
		if d, ok := d.(Muter); ok {
			return d.Mute
		}
	case moderation.ActionUnmute:
		if d, ok := d.(Muter); ok {
			return d.Unmute
		}
	case moderation.ActionMuteAll:
		if d, ok := d.(AllMuter); ok {
			return d.MuteAll
		}
	case moderation.ActionLock:
		if d, ok := d.(Locker); ok {
			return d.Lock
		}
	case moderation.ActionUnlock:
		if d, ok := d.(Locker); ok {
			return d.Unlock
		}
	case moderation.ActionPin:
		if d, ok := d.(Pinner); ok {
			return d.Pin
		}
	case moderation.ActionUnpin:
		if d, ok := d.(Pinner); ok {
			return d.Unpin
		}
	case moderation.ActionHold:
		if d, ok := d.(Holder); ok {
			return d.Hold
		}
	case moderation.ActionUnhold:
		if d, ok := d.(Holder); ok {
			return d.Unhold
		}
	case moderation.ActionAnnounce:
		if d, ok := d.(Announcer); ok {
			return d.Announce
		}
	case moderation.ActionCoach:
		if d, ok := d.(Coacher); ok {
			return d.Coach
		}
	case moderation.ActionUncoach:
		if d, ok := d.(Coacher); ok {
			return d.Uncoach
		}
	case moderation.ActionDial:
		if d, ok := d.(Dialer); ok {
			return d.Dial
		}
	case moderation.ActionSet:
		if d, ok := d.(Configurer); ok {
			return d.Configure
		}
	}
	return nil
}

// Set holds the clients in the order of the configuration.
type Set struct {
	clients []*Client
}

// NewSet makes a set; names are unique.
func NewSet(clients ...*Client) *Set { return &Set{clients: clients} }

// All returns every client.
func (s *Set) All() []*Client { return s.clients }

// Get returns the client with the configured name.
func (s *Set) Get(name string) (*Client, bool) {
	for _, c := range s.clients {
		if c.name == name {
			return c, true
		}
	}
	return nil, false
}
