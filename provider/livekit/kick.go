package livekit

import (
	"context"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Kick removes a participant. Their token is revoked where the server knows how:
// on LiveKit Cloud one that was issued before now no longer lets them in; a
// self-hosted server goes on to accept it.
func (d *Driver) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	gone := provider.Effect{Says: []moderation.Sentence{moderation.Say("provider.already_gone")}}
	if _, err := d.present(ctx, o.Room, o.Participant); err != nil {
		if is(err, moderation.CodeNotFound) {
			return gone, nil
		}
		return provider.Effect{}, err
	}
	_, err := call(ctx, d, writes, "RemoveParticipant", func(ctx context.Context) (*lk.RemoveParticipantResponse, error) {
		return d.rooms.RemoveParticipant(ctx, &lk.RoomParticipantIdentity{
			Room: o.Room.ID, Identity: o.Participant.Identity, RevokeTokenTs: time.Now().Unix(),
		})
	})
	switch {
	case is(err, moderation.CodeNotFound):
		return gone, nil
	case err != nil:
		return provider.Effect{}, err
	case d.cloud:
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.token_revoked")}}, nil
	default:
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.token_lives")}}, nil
	}
}

// End deletes the room, which puts everyone out. Whoever joins with a token
// afterwards makes it anew, unless the server does not let rooms make themselves.
func (d *Driver) End(ctx context.Context, o provider.Order) (provider.Effect, error) {
	_, err := call(ctx, d, writes, "DeleteRoom", func(ctx context.Context) (*lk.DeleteRoomResponse, error) {
		return d.rooms.DeleteRoom(ctx, &lk.DeleteRoomRequest{Room: o.Room.ID})
	})
	switch {
	case is(err, moderation.CodeNotFound):
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("provider.already_ended")}}, nil
	case err != nil:
		return provider.Effect{}, err
	default:
		return provider.Effect{
			Reached: max(o.Room.Participants, 0), Says: []moderation.Sentence{moderation.Say("livekit.room_may_reopen")},
		}, nil
	}
}
