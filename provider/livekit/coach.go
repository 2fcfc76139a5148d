package livekit

import (
	"context"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Coach takes Participant's tracks from everyone but Listener, agents and
// recorders too. It is kept as an attribute of the coach, so that it shows and
// apps can follow; Greet brings it to what the coach starts later and to who
// comes in later.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if _, err := d.present(ctx, o.Room, o.Listener); err != nil {
		return provider.Effect{}, err
	}
	effect, err := d.whisper(ctx, o, o.Listener.Identity)
	if err == nil {
		effect.Says = append(effect.Says, moderation.Say("livekit.coach_emulated"))
	}
	return effect, err
}

// Uncoach gives Participant's tracks to everyone again.
func (d *Driver) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.whisper(ctx, o, "")
}

// whisper lets a listener alone hear the participant, or everyone where it is empty.
func (d *Driver) whisper(ctx context.Context, o provider.Order, listener string) (provider.Effect, error) {
	coach, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	if coach.GetAttributes()[attrCoaching] != listener {
		if err := d.mark(ctx, o.Room, coach.GetIdentity(), map[string]string{attrCoaching: listener}); err != nil {
			return provider.Effect{}, err
		}
	}
	people, err := d.inRoom(ctx, o.Room.ID)
	if err != nil {
		return provider.Effect{}, err
	}
	var others []*lk.ParticipantInfo
	for _, info := range people {
		if info.GetIdentity() != coach.GetIdentity() && active(info) {
			others = append(others, info)
		}
	}
	return d.each(ctx, o, others, func(ctx context.Context, info *lk.ParticipantInfo) error {
		hears := listener == "" || info.GetIdentity() == listener
		return d.subscribe(ctx, o.Room, info.GetIdentity(), allSIDs(coach), hears)
	})
}

// keepWhisper brings a standing whisper to someone who came in, or to the coach
// who came back or began to send something.
func (d *Driver) keepWhisper(ctx context.Context, newcomer, whisper provider.Order) error {
	who, listener := newcomer.Participant, whisper.Listener.Identity
	if who.Identity == whisper.Participant.Identity {
		again := newcomer
		again.Progress = nil
		effect, err := d.whisper(ctx, again, listener)
		if err == nil && len(effect.Unreached) > 0 {
			err = moderation.Errorf(moderation.CodeOutcomeUnknown, "%d people may still hear the coach", len(effect.Unreached))
		}
		return err
	}
	if who.Identity == listener {
		return nil
	}
	coach, err := d.present(ctx, newcomer.Room, moderation.Participant{Identity: whisper.Participant.Identity})
	if is(err, moderation.CodeNotFound) {
		return nil // it is brought to everyone when the coach comes back
	}
	if err != nil {
		return err
	}
	return d.subscribe(ctx, newcomer.Room, who.Identity, allSIDs(coach), false)
}

// subscribe gives tracks to a participant or takes them away.
func (d *Driver) subscribe(ctx context.Context, room moderation.Room, identity string, sids []string, hears bool) error {
	if len(sids) == 0 {
		return nil
	}
	_, err := call(ctx, d, writes, "UpdateSubscriptions", func(ctx context.Context) (*lk.UpdateSubscriptionsResponse, error) {
		return d.rooms.UpdateSubscriptions(ctx, &lk.UpdateSubscriptionsRequest{
			Room: room.ID, Identity: identity, TrackSids: sids, Subscribe: hears,
		})
	})
	return err
}
