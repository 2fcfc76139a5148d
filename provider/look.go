package provider

import (
	"context"
	"strconv"

	"github.com/roomwarden/roomwarden/moderation"
)

// Look tells what became of an order by looking at the room: Succeeded where
// its effect shows, Partial where a bulk order reached some, Failed where it
// does not show (also where whom it was for has left before it), Unknown where
// the room cannot tell.
func (c *Client) Look(ctx context.Context, o Order) (moderation.Outcome, error) {
	if l, ok := c.driver.(Looker); ok {
		return read(ctx, c, "look", func(ctx context.Context) (moderation.Outcome, error) {
			return l.Look(ctx, o)
		})
	}
	return c.Observe(ctx, o)
}

// Observe is what Look does for a driver that cannot do better: it asks for the
// room and its participants.
func (c *Client) Observe(ctx context.Context, o Order) (moderation.Outcome, error) {
	if _, ours := c.kept(o); ours && method(c.driver, o.Action) == nil {
		return moderation.Succeeded, nil
	}
	switch o.Action {
	case moderation.ActionEnd, moderation.ActionLock, moderation.ActionUnlock:
		return c.lookAtRoom(ctx, o)
	case moderation.ActionMuteAll:
		return c.lookAtAll(ctx, o)
	case moderation.ActionDial:
		return c.lookForCall(ctx, o)
	case moderation.ActionKick, moderation.ActionMute, moderation.ActionUnmute, moderation.ActionHold,
		moderation.ActionUnhold, moderation.ActionPin, moderation.ActionUnpin, moderation.ActionCoach,
		moderation.ActionUncoach, moderation.ActionSet:
		return c.lookAtOne(ctx, o)
	default:
		return moderation.Unknown, nil
	}
}

func (c *Client) lookAtRoom(ctx context.Context, o Order) (moderation.Outcome, error) {
	room, err := c.Room(ctx, o.Room.ID)
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return settled(o.Action == moderation.ActionEnd), nil
	}
	if err != nil {
		return moderation.Unknown, err
	}
	switch o.Action {
	case moderation.ActionEnd: // a room that was made anew since is another one
		return settled(!o.Room.CreatedAt.IsZero() && room.CreatedAt.After(o.Room.CreatedAt)), nil
	case moderation.ActionLock:
		return settled(room.Locked), nil
	default:
		return settled(!room.Locked), nil
	}
}

func (c *Client) lookAtOne(ctx context.Context, o Order) (moderation.Outcome, error) {
	p, err := c.Participant(ctx, o.Room, o.Participant.ID)
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		if o.Action == moderation.ActionSet { // it may have been changed before they left
			return moderation.Unknown, nil
		}
		return settled(o.Action == moderation.ActionKick), nil
	}
	if err != nil {
		return moderation.Unknown, err
	}
	switch o.Action {
	case moderation.ActionKick:
		return moderation.Failed, nil
	case moderation.ActionMute:
		return settled(TrackSilenced(p, o.Media, o.Track)), nil
	case moderation.ActionUnmute:
		if o.Track != "" {
			return settled(!TrackSilenced(p, o.Media, o.Track)), nil
		}
		return settled(!p.IsBlocked(orAudio(o.Media))), nil
	case moderation.ActionHold:
		return settled(p.OnHold), nil
	case moderation.ActionUnhold:
		return settled(!p.OnHold), nil
	case moderation.ActionPin:
		return settled(p.Pinned), nil
	case moderation.ActionUnpin:
		return settled(!p.Pinned), nil
	case moderation.ActionSet:
		return lookAtSettings(p, o), nil
	case moderation.ActionCoach:
		return settled(p.Coaching != "" && p.Coaching == o.Listener.ID), nil
	default:
		return settled(p.Coaching == ""), nil
	}
}

// optionEndsRoom is the one setting that shows in a participant.
const optionEndsRoom = "end_conference_on_exit"

// lookAtSettings tells by what shows of them whether settings were changed: all
// go in one request, so that one of them that does not show as asked is enough.
func lookAtSettings(p moderation.Participant, o Order) moderation.Outcome {
	wanted, asked := o.Options[optionEndsRoom]
	switch ends, err := strconv.ParseBool(wanted); {
	case !asked || err != nil:
		return moderation.Unknown
	case ends != p.EndsRoom:
		return moderation.Failed
	case len(o.Options) > 1:
		return moderation.Unknown
	default:
		return moderation.Succeeded
	}
}

func (c *Client) lookAtAll(ctx context.Context, o Order) (moderation.Outcome, error) {
	quiet, loud := 0, 0
	err := EachParticipant(ctx, c, o.Room, func(p moderation.Participant) bool {
		if !p.Kind.Human() || o.Spares(p) {
			return true
		}
		sends, _ := p.Sends(orAudio(o.Media))
		switch {
		case Silenced(p, o.Media):
			quiet++
		case sends:
			loud++
		}
		return true
	})
	switch {
	case err != nil:
		return moderation.Unknown, err
	case loud == 0:
		return moderation.Succeeded, nil
	case quiet > 0:
		return moderation.Partial, nil
	default:
		return moderation.Failed, nil
	}
}

func (c *Client) lookForCall(ctx context.Context, o Order) (moderation.Outcome, error) {
	for _, who := range []string{o.Label, o.Number} {
		if who == "" {
			continue
		}
		_, err := c.Participant(ctx, o.Room, who)
		if err == nil {
			return moderation.Succeeded, nil
		}
		if moderation.CodeOf(err) != moderation.CodeNotFound {
			return moderation.Unknown, err
		}
	}
	return moderation.Unknown, nil // a call that nobody answered shows as little as one never made
}

// Silenced reports whether nothing of the medium can come from p: it is
// blocked, or all of what p sends of it is muted.
func Silenced(p moderation.Participant, m moderation.Media) bool {
	sends, muted := p.Sends(orAudio(m))
	return p.IsBlocked(orAudio(m)) || (sends && muted)
}

// TrackSilenced is Silenced for one track of p, or for all of the medium where
// track is empty. A track that is gone is silent.
func TrackSilenced(p moderation.Participant, m moderation.Media, track string) bool {
	if track == "" {
		return Silenced(p, m)
	}
	t, there := p.Track(track)
	return !there || t.Muted
}

func orAudio(m moderation.Media) moderation.Media {
	if m == "" {
		return moderation.Audio
	}
	return m
}

func settled(done bool) moderation.Outcome {
	if done {
		return moderation.Succeeded
	}
	return moderation.Failed
}
