package provider

import (
	"context"
	"encoding/json"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Act carries the order out. Where the context ends before the provider has
// answered, the error's code is CodeOutcomeUnknown. A lock or a ban that the
// provider does not have is kept by whoever puts newcomers out again: Act then
// sends nothing, and says of one that begins how it works.
func (c *Client) Act(ctx context.Context, o Order) (Effect, error) {
	do := method(c.driver, o.Action)
	if do == nil {
		if s, ok := c.kept(o); ok {
			if o.Action == moderation.ActionUnlock || o.Action == moderation.ActionUnban {
				return Effect{}, nil
			}
			return Effect{Says: []moderation.Sentence{s.Says}}, nil
		}
		return Effect{}, moderation.Fault(moderation.CodeUnsupported, "provider.cannot", "Provider", c.name)
	}
	timeout := max(c.limits.Write, c.Patience(o))
	if o.Action == moderation.ActionMuteAll {
		timeout = c.limits.Bulk
	}
	return call(ctx, c, effort{op: string(o.Action), timeout: timeout, writes: true}, func(ctx context.Context) (Effect, error) {
		return do(ctx, o)
	})
}

// Patience returns how long the driver may take for an order where that is
// longer than usual, else zero.
func (c *Client) Patience(o Order) time.Duration {
	if p, ok := c.driver.(Patient); ok {
		return p.Patience(o)
	}
	return 0
}

// Greet brings the room's standing measures to someone who just came in, o's
// Participant. Without a Greeter that is each mute and hold of that identity,
// and every mute of all that spares nobody of that name. It returns what each of
// them left to give back, in their order; it may be shorter than they are.
func (c *Client) Greet(ctx context.Context, o Order, standing []Order) ([]json.RawMessage, error) {
	g, ok := c.driver.(Greeter)
	if ok {
		return call(ctx, c, effort{op: "greet", timeout: c.limits.Write, writes: true}, func(ctx context.Context) ([]json.RawMessage, error) {
			return g.Greet(ctx, o, standing)
		})
	}
	var restore []json.RawMessage
	for _, s := range standing {
		order, applies := s.ForNewcomer(o)
		if !applies {
			restore = append(restore, nil)
			continue
		}
		effect, err := c.Act(ctx, order)
		if err != nil {
			return restore, err
		}
		restore = append(restore, effect.Restore)
	}
	return restore, nil
}

// ForNewcomer returns what a standing order of a mute or hold asks for someone
// who came in, newcomer's Participant, and whether it asks for anything.
func (o Order) ForNewcomer(newcomer Order) (Order, bool) {
	order := o
	order.Room, order.Participant = newcomer.Room, newcomer.Participant
	switch o.Action {
	case moderation.ActionMute, moderation.ActionHold:
		return order, o.Participant.Identity == newcomer.Participant.Identity
	case moderation.ActionMuteAll:
		order.Action = moderation.ActionMute
		return order, !o.AllowUnmute && newcomer.Participant.Kind.Human() && !o.Spares(newcomer.Participant)
	default:
		return Order{}, false
	}
}

// Remember returns what an order will leave to give back as far as the driver
// can tell before it; nil where it cannot. It asks no provider.
func (c *Client) Remember(o Order) json.RawMessage {
	if r, ok := c.driver.(Rememberer); ok {
		return r.Remember(o)
	}
	return nil
}

// Spares reports whether a bulk order leaves the participant alone.
func (o Order) Spares(p moderation.Participant) bool {
	for _, e := range o.Except {
		if e != "" && (e == p.Identity || e == p.ID) {
			return true
		}
	}
	return false
}

// kept returns the support of an order that is carried out by looking after
// the room and not by a call to the provider.
func (c *Client) kept(o Order) (moderation.Support, bool) {
	switch o.Action {
	case moderation.ActionLock, moderation.ActionUnlock, moderation.ActionBan, moderation.ActionUnban:
		s := c.driver.Capabilities(o.Room)[moderation.CapabilityFor(o.Action, o.Media, false)]
		return s, s.Level == moderation.Emulated
	default:
		return moderation.Support{}, false
	}
}

// Implements reports whether a driver has the method that carries an action out.
func Implements(d Driver, a moderation.Action) bool { return method(d, a) != nil }

type operation = func(context.Context, Order) (Effect, error)

// methods are what carries each action out.
var methods = map[moderation.Action]func(Driver) operation{
	moderation.ActionKick:     of(Kicker.Kick),
	moderation.ActionEnd:      of(Ender.End),
	moderation.ActionMute:     of(Muter.Mute),
	moderation.ActionUnmute:   of(Muter.Unmute),
	moderation.ActionMuteAll:  of(AllMuter.MuteAll),
	moderation.ActionLock:     of(Locker.Lock),
	moderation.ActionUnlock:   of(Locker.Unlock),
	moderation.ActionPin:      of(Pinner.Pin),
	moderation.ActionUnpin:    of(Pinner.Unpin),
	moderation.ActionHold:     of(Holder.Hold),
	moderation.ActionUnhold:   of(Holder.Unhold),
	moderation.ActionAnnounce: of(Announcer.Announce),
	moderation.ActionCoach:    of(Coacher.Coach),
	moderation.ActionUncoach:  of(Coacher.Uncoach),
	moderation.ActionDial:     of(Dialer.Dial),
	moderation.ActionSet:      of(Configurer.Configure),
}

// of finds a method of one of the small interfaces in a driver; nil where the
// driver does not have it.
func of[Has any](call func(Has, context.Context, Order) (Effect, error)) func(Driver) operation {
	return func(driver Driver) operation {
		d, ok := driver.(Has)
		if !ok {
			return nil
		}
		return func(ctx context.Context, o Order) (Effect, error) { return call(d, ctx, o) }
	}
}

// method returns what carries an action out at a driver; nil where nothing does.
func method(driver Driver, a moderation.Action) operation {
	if find := methods[a]; find != nil {
		return find(driver)
	}
	return nil
}
