package livekit

import (
	"context"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Configure changes the name or the metadata of someone present, or the metadata
// of the room.
func (d *Driver) Configure(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if err := d.CheckOrder(o); err != nil {
		return provider.Effect{}, err
	}
	if metadata, given := o.Options[setRoom]; given {
		return provider.Effect{}, d.describe(ctx, o.Room, metadata)
	}
	if _, err := d.present(ctx, o.Room, o.Participant); err != nil {
		return provider.Effect{}, err
	}
	_, err := call(ctx, d, writes, "UpdateParticipant", func(ctx context.Context) (*lk.ParticipantInfo, error) {
		return d.rooms.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{
			Room: o.Room.ID, Identity: o.Participant.Identity, Name: o.Options[setName], Metadata: o.Options[setMetadata],
		})
	})
	return provider.Effect{}, err
}

// describe replaces a room's metadata.
func (d *Driver) describe(ctx context.Context, room moderation.Room, metadata string) error {
	now, err := d.list(ctx, room.ID)
	switch {
	case err != nil:
		return err
	case len(now) == 0:
		return errNoRoom
	case !sameTenant(now[0].Metadata, metadata):
		return moderation.Fault(moderation.CodeInvalid, "livekit.tenant_stays")
	}
	_, err = call(ctx, d, writes, "UpdateRoomMetadata", func(ctx context.Context) (*lk.Room, error) {
		return d.rooms.UpdateRoomMetadata(ctx, &lk.UpdateRoomMetadataRequest{Room: room.ID, Metadata: metadata})
	})
	return err
}

// checkRoomWords checks a set of the room's own: it stands alone, and the room
// stays whose it is.
func checkRoomWords(o provider.Order) error {
	metadata, given := o.Options[setRoom]
	switch {
	case !given && o.Participant.Identity == "":
		return moderation.Fault(moderation.CodeInvalid, "livekit.set_whom")
	case !given:
		return nil
	case len(o.Options) > 1:
		return moderation.Fault(moderation.CodeInvalid, "livekit.set_apart")
	case !sameTenant(o.Room.Metadata, metadata):
		return moderation.Fault(moderation.CodeInvalid, "livekit.tenant_stays")
	}
	return nil
}

// sameTenant reports whether two metadata have the same auth_id, or none.
func sameTenant(one, other string) bool {
	was, had := moderation.Room{Metadata: one}.AuthID()
	is, has := moderation.Room{Metadata: other}.AuthID()
	return had == has && was == is
}
