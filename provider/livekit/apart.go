package livekit

import (
	"context"
	"encoding/json"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// held is what a hold took, for the end of the hold.
type held struct {
	Subscribe bool `json:"subscribe"`
	Publish   bool `json:"publish"`
}

// Hold takes the rights to hear and to be heard; data messages still pass, so
// that an app can tell the participant.
func (d *Driver) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	info, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	permission := clone(info.GetPermission())
	if onHold(permission) {
		return provider.Effect{}, nil
	}
	restore, err := json.Marshal(held{Subscribe: permission.GetCanSubscribe(), Publish: permission.GetCanPublish()})
	if err != nil {
		return provider.Effect{}, moderation.Errorf(moderation.CodeInternal, "restore: %w", err)
	}
	permission.CanSubscribe, permission.CanPublish = false, false
	if err := d.permit(ctx, o.Room, info.GetIdentity(), permission); err != nil {
		return provider.Effect{}, err
	}
	return provider.Effect{Restore: restore, Says: []moderation.Sentence{moderation.Say("livekit.hold_emulated")}}, nil
}

// Unhold gives back what Hold took; both rights where that is not known.
func (d *Driver) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	info, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	permission := clone(info.GetPermission())
	if !onHold(permission) {
		return provider.Effect{}, nil
	}
	was := held{Subscribe: true, Publish: true}
	if len(o.Restore) > 0 && json.Unmarshal(o.Restore, &was) != nil {
		was = held{Subscribe: true, Publish: true}
	}
	permission.CanSubscribe, permission.CanPublish = was.Subscribe, was.Publish
	if err := d.permit(ctx, o.Room, info.GetIdentity(), permission); err != nil {
		return provider.Effect{}, err
	}
	if !was.Publish {
		return provider.Effect{}, nil
	}
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.must_publish_all")}}, nil
}

// Coach takes Participant's tracks from everyone but Listener. It is kept as an
// attribute of the coach, so that it shows and apps can follow; who comes in
// later is brought to it by Greet.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.whisper(ctx, o, o.Listener.Identity)
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
	if listener != "" {
		if _, err := d.present(ctx, o.Room, o.Listener); err != nil {
			return provider.Effect{}, err
		}
	}
	if err := d.mark(ctx, o.Room, coach.GetIdentity(), map[string]string{attrCoaching: listener}); err != nil {
		return provider.Effect{}, err
	}
	people, err := d.inRoom(ctx, o.Room.ID)
	if err != nil {
		return provider.Effect{}, err
	}
	o.Except = []string{coach.GetIdentity()}
	effect, err := d.each(ctx, o, people, func(ctx context.Context, info *lk.ParticipantInfo) error {
		hears := listener == "" || info.GetIdentity() == listener
		return d.subscribe(ctx, o.Room, info.GetIdentity(), allSIDs(coach), hears)
	})
	if listener != "" && err == nil {
		effect.Says = append(effect.Says, moderation.Say("livekit.coach_emulated"))
	}
	return effect, err
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

// mark sets attributes of a participant and leaves the others; "" takes one away.
func (d *Driver) mark(ctx context.Context, room moderation.Room, identity string, attributes map[string]string) error {
	_, err := call(ctx, d, writes, "UpdateParticipant", func(ctx context.Context) (*lk.ParticipantInfo, error) {
		return d.rooms.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{
			Room: room.ID, Identity: identity, Attributes: attributes,
		})
	})
	return err
}

// Greet brings standing measures to someone who came in: a token joins with its
// own rights, whatever was taken from the connection before.
func (d *Driver) Greet(ctx context.Context, o provider.Order, standing []provider.Order) (provider.Effect, error) {
	var all provider.Effect
	for _, s := range standing {
		if s.Action == moderation.ActionCoach {
			if err := d.keepFrom(ctx, o, s); err != nil {
				return all, err
			}
			continue
		}
		order, applies := s.ForNewcomer(o)
		if !applies {
			continue
		}
		do := d.Mute
		if order.Action == moderation.ActionHold {
			do = d.Hold
		}
		effect, err := do(ctx, order)
		if err != nil {
			return all, err
		}
		all.Says, all.Restore = append(all.Says, effect.Says...), effect.Restore
	}
	return all, nil
}

// keepFrom takes a coach's tracks from a newcomer.
func (d *Driver) keepFrom(ctx context.Context, newcomer, coaching provider.Order) error {
	who := newcomer.Participant.Identity
	if who == coaching.Participant.Identity || who == coaching.Listener.Identity {
		return nil
	}
	coach, err := d.present(ctx, newcomer.Room, coaching.Participant)
	if is(err, moderation.CodeNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.subscribe(ctx, newcomer.Room, who, allSIDs(coach), false)
}
