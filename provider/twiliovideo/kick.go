package twiliovideo

import (
	"context"
	"errors"
	"slices"

	api "github.com/twilio/twilio-go/rest/video/v1"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Kick disconnects someone. Their access token stays good until it expires.
func (d *Driver) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	room, ok1 := twiliorest.Segment(o.Room.ID)
	who, ok2 := twiliorest.Segment(o.Participant.ID)
	if !ok2 {
		who, ok2 = twiliorest.Segment(o.Participant.Identity)
	}
	if !ok1 || !ok2 {
		return provider.Effect{}, moderation.Fault(moderation.CodeInvalid, "twilio-video.kick.missing")
	}
	_, err := twiliorest.Wrote(d.api(ctx).UpdateRoomParticipant(room, who, new(api.UpdateRoomParticipantParams).SetStatus("disconnected")))
	if left(err) {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("twilio-video.kick.gone", "Person", o.Participant.DisplayName())}}, nil
	}
	return provider.Effect{}, notRemoved(o.Participant, err)
}

// left reports whether err says that the person or the whole room is gone.
func left(err error) bool {
	return moderation.CodeOf(err) == moderation.CodeNotFound ||
		slices.Contains([]int{twiliorest.CodePersonStatus, twiliorest.CodeRoomCompleted}, twiliorest.NumberOf(err))
}

// notRemoved names whom a refusal left in the room.
func notRemoved(p moderation.Participant, err error) error {
	var fault *moderation.Error
	if !errors.As(err, &fault) || fault.Code != moderation.CodeRejected && fault.Code != moderation.CodeConflict {
		return err
	}
	e := *fault
	e.Says = moderation.Say("twilio-video.kick.failed", "Person", p.DisplayName(), "Number", twiliorest.NumberOf(err))
	return &e
}

// End completes the room: everyone is disconnected and nobody can come back to it.
func (d *Driver) End(ctx context.Context, o provider.Order) (provider.Effect, error) {
	sid, ok := twiliorest.Segment(o.Room.ID)
	if !ok {
		return provider.Effect{}, noRoom(o.Room.Name)
	}
	_, err := twiliorest.Wrote(d.api(ctx).UpdateRoom(sid, new(api.UpdateRoomParams).SetStatus(completed)))
	if left(err) {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("twilio-video.end.over", "Room", o.Room.Name)}}, nil
	}
	return provider.Effect{}, err
}
