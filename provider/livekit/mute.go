package livekit

import (
	"context"
	"encoding/json"
	"slices"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Mute mutes the participant's tracks of a medium and takes the right to
// publish it, everything else of the permission kept: the server then takes the
// tracks away and refuses new ones. With Track set it mutes that track alone,
// which its owner can undo.
func (d *Driver) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	info, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	if o.Track != "" {
		if err := d.muteTrack(ctx, o.Room, info, o.Track, true); err != nil {
			return provider.Effect{}, err
		}
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.track_is_theirs")}}, nil
	}
	for _, sid := range tracks(info, medium(o), false) { // what fails here, the permission still does
		if err := d.muteTrack(ctx, o.Room, info, sid, true); is(err, moderation.CodeUnauthenticated) {
			return provider.Effect{}, err
		}
	}
	return d.silence(ctx, o.Room, info, medium(o))
}

// silence takes the right to publish a medium; the server then takes away what
// is published of it.
func (d *Driver) silence(ctx context.Context, room moderation.Room, info *lk.ParticipantInfo, m moderation.Media) (provider.Effect, error) {
	permission, took := without(info.GetPermission(), m)
	effect := provider.Effect{Restore: took.raw()}
	if len(took.Sources) == 0 {
		effect.Says = append(effect.Says, moderation.Say("livekit.could_not_send", "Media", string(m)))
		return effect, nil
	}
	if err := d.permit(ctx, room, info.GetIdentity(), permission); err != nil {
		return effect, err
	}
	if len(tracks(info, m, false))+len(tracks(info, m, true)) == 0 {
		effect.Says = append(effect.Says, moderation.Say("livekit.sent_nothing", "Media", string(m)))
	}
	return effect, nil
}

// muteTrack mutes or unmutes one track. The server answers OK also for a track
// that is not the participant's: nothing is sent for one that is not among
// theirs, and one that went since shows by the missing track in the answer.
func (d *Driver) muteTrack(ctx context.Context, room moderation.Room, info *lk.ParticipantInfo, sid string, muted bool) error {
	unknown := moderation.Fault(moderation.CodeNotFound, "livekit.no_such_track", "Track", moderation.Literal(sid))
	if !slices.ContainsFunc(info.GetTracks(), func(t *lk.TrackInfo) bool { return t.GetSid() == sid }) {
		return unknown
	}
	answer, err := call(ctx, d, writes, "MutePublishedTrack", func(ctx context.Context) (*lk.MuteRoomTrackResponse, error) {
		return d.rooms.MutePublishedTrack(ctx, &lk.MuteRoomTrackRequest{
			Room: room.ID, Identity: info.GetIdentity(), TrackSid: sid, Muted: muted,
		})
	})
	if err != nil {
		return err
	}
	if answer.GetTrack() == nil {
		return unknown
	}
	return nil
}

// permit replaces a participant's permission.
func (d *Driver) permit(ctx context.Context, room moderation.Room, identity string, p *lk.ParticipantPermission) error {
	_, err := call(ctx, d, writes, "UpdateParticipant", func(ctx context.Context) (*lk.ParticipantInfo, error) {
		return d.rooms.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{Room: room.ID, Identity: identity, Permission: p})
	})
	return err
}

// Unmute gives the right to publish back, and unmutes what is still there where
// the server lets one; it says what the participant still has to do.
func (d *Driver) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	info, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	if o.Track != "" {
		err := d.muteTrack(ctx, o.Room, info, o.Track, false)
		if is(err, moderation.CodeRejected) {
			return provider.Effect{}, moderation.Fault(moderation.CodeRejected, "livekit.no_remote_unmute").Because(err)
		}
		return provider.Effect{}, err
	}
	m := medium(o)
	permission, changed := with(info.GetPermission(), m, append([]json.RawMessage{o.Restore}, o.OfAll...)...)
	switch {
	case changed:
		if err := d.permit(ctx, o.Room, info.GetIdentity(), permission); err != nil {
			return provider.Effect{}, err
		}
	case !mayPublish(info.GetPermission(), m):
		return provider.Effect{Done: moderation.Say("livekit.never_could")}, nil
	}
	return d.wake(ctx, o.Room, info, m)
}

// wake unmutes the tracks that are still there.
func (d *Driver) wake(ctx context.Context, room moderation.Room, info *lk.ParticipantInfo, m moderation.Media) (provider.Effect, error) {
	say := func(key string) provider.Effect {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say(key, "Media", string(m))}}
	}
	muted := tracks(info, m, true)
	if len(muted) == 0 {
		if len(tracks(info, m, false)) > 0 {
			return provider.Effect{}, nil // it is sending
		}
		return say("livekit.must_publish"), nil
	}
	for _, sid := range muted {
		err := d.muteTrack(ctx, room, info, sid, false)
		switch {
		case is(err, moderation.CodeRejected): // remote unmute is off
			return say("livekit.must_unmute"), nil
		case is(err, moderation.CodeNotFound):
			return say("livekit.must_publish"), nil
		case err != nil:
			return provider.Effect{}, err
		}
	}
	return provider.Effect{}, nil
}

func medium(o provider.Order) moderation.Media {
	if o.Media == "" {
		return moderation.Audio
	}
	return o.Media
}
