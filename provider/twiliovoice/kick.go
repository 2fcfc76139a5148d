package twiliovoice

import (
	"context"
	"slices"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Kick takes the call out of the conference, which hangs it up unless its
// TwiML goes on. A conference that ends when this call leaves ends for all.
func (d *Driver) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	conference, call, err := d.target(o)
	if err != nil {
		return provider.Effect{}, err
	}
	err = d.api(ctx).DeleteParticipant(conference, call, nil)
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("twilio-voice.kick.gone", "Person", o.Participant.DisplayName())}}, nil
	}
	if err == nil && o.Participant.EndsRoom {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("twilio-voice.kick.ended", "Room", o.Room.Name)}}, nil
	}
	return provider.Effect{}, err
}

// End ends the conference: every call leaves it.
func (d *Driver) End(ctx context.Context, o provider.Order) (provider.Effect, error) {
	sid, err := d.sid(o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	_, err = twiliorest.Wrote(d.api(ctx).UpdateConference(sid, new(api.UpdateConferenceParams).SetStatus(completed)))
	if err != nil && d.over(ctx, o.Room, err) {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("twilio-voice.end.over", "Room", o.Room.Name)}}, nil
	}
	return provider.Effect{}, err
}

// over reports whether err came because the conference has ended before.
func (d *Driver) over(ctx context.Context, room moderation.Room, err error) bool {
	if !slices.Contains([]moderation.Code{moderation.CodeNotFound, moderation.CodeConflict, moderation.CodeRejected}, moderation.CodeOf(err)) {
		return false
	}
	ended, err := d.ended(ctx, room)
	return err == nil && ended
}

func (d *Driver) ended(ctx context.Context, room moderation.Room) (bool, error) {
	sid, err := d.sid(room)
	if err != nil {
		return false, err
	}
	conference, err := twiliorest.Read(d.api(ctx).FetchConference(sid, nil))
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return twiliorest.Value(conference.Status) == completed, nil
}

// target returns the two segments that address a participant: the call's SID
// where it is known, else the label.
func (d *Driver) target(o provider.Order) (conference, call string, err error) {
	if conference, err = d.sid(o.Room); err != nil {
		return "", "", err
	}
	call, ok := twiliorest.Segment(o.Participant.ID)
	if !ok {
		call, ok = twiliorest.Segment(o.Participant.Identity)
	}
	if !ok {
		return "", "", nobody(o.Room, o.Participant.DisplayName())
	}
	return conference, call, nil
}
