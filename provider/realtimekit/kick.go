package realtimekit

import (
	"context"
	"slices"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Kick removes a participant, on all devices on which they are in: RealtimeKit
// takes the user's id and not the connection's. Where it does not know them and
// yet lists them, that is said.
func (d *Driver) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	gone := provider.Effect{Says: []moderation.Sentence{moderation.Say("provider.already_gone")}}
	all, err := d.present(ctx, o.Room)
	if is(err, moderation.CodeNotFound) {
		return gone, nil
	}
	if err != nil {
		return provider.Effect{}, err
	}
	who, there := connection(all, o.Participant)
	if !there {
		return gone, nil
	}
	var effect provider.Effect
	on := devices(all, who)
	if len(on) > 1 {
		effect.Says = append(effect.Says, moderation.Say("realtimekit.several_devices", "Person", who.DisplayName(), "Count", len(on)))
	}
	err = d.api.kick(ctx, o.Room.ID, targets(on...))
	if is(err, moderation.CodeNotFound) {
		if stay, unread := d.stay(ctx, o.Room, on); unread == nil && stay {
			return provider.Effect{}, moderation.Fault(moderation.CodeRejected, "realtimekit.kick.still_listed", "Person", who.DisplayName()).Because(err)
		}
		return gone, nil
	}
	if err != nil {
		return provider.Effect{}, err
	}
	return effect, nil
}

// stay reports whether the meeting shows any of these connections still.
func (d *Driver) stay(ctx context.Context, room moderation.Room, people []moderation.Participant) (bool, error) {
	all, err := d.present(ctx, room)
	if is(err, moderation.CodeNotFound) {
		return false, nil
	}
	return slices.ContainsFunc(people, func(p moderation.Participant) bool {
		_, there := connection(all, p)
		return there
	}), err
}

// End puts everyone out, which ends the session.
func (d *Driver) End(ctx context.Context, o provider.Order) (provider.Effect, error) {
	over := provider.Effect{Says: []moderation.Sentence{moderation.Say("provider.already_ended")}}
	if !segment.MatchString(o.Room.ID) {
		return over, nil
	}
	_, err := call(ctx, writes, func(ctx context.Context) (*kit.ActiveSessionKickAllParticipantsResponse, error) {
		var p kit.ActiveSessionKickAllParticipantsParams
		put(&p.AccountID.Value, &p.AccountID.Present, d.api.account)
		return d.api.kit.ActiveSession.KickAllParticipants(ctx, d.api.app, o.Room.ID, p)
	})
	if is(err, moderation.CodeNotFound) {
		return over, nil
	}
	return provider.Effect{}, err
}

// Lock makes the meeting inactive: nobody new joins, also no new session starts;
// who is inside stays.
func (d *Driver) Lock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return provider.Effect{}, d.api.setStatus(ctx, o.Room.ID, kit.MeetingUpdateMeetingByIDParamsStatusInactive)
}

// Unlock makes the meeting active again.
func (d *Driver) Unlock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return provider.Effect{}, d.api.setStatus(ctx, o.Room.ID, kit.MeetingUpdateMeetingByIDParamsStatusActive)
}

func (a *api) setStatus(ctx context.Context, meeting string, status kit.MeetingUpdateMeetingByIDParamsStatus) error {
	if !segment.MatchString(meeting) {
		return errNoRoom
	}
	_, err := call(ctx, writes, func(ctx context.Context) (*kit.MeetingUpdateMeetingByIDResponse, error) {
		var p kit.MeetingUpdateMeetingByIDParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		put(&p.Status.Value, &p.Status.Present, status)
		return a.kit.Meetings.UpdateMeetingByID(ctx, a.app, meeting, p)
	})
	if is(err, moderation.CodeNotFound) {
		return errNoRoom
	}
	return err
}

func (a *api) kick(ctx context.Context, meeting string, who addressees) error {
	_, err := call(ctx, writes, func(ctx context.Context) (*kit.ActiveSessionKickParticipantsResponse, error) {
		var p kit.ActiveSessionKickParticipantsParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		put(&p.ParticipantIDs.Value, &p.ParticipantIDs.Present, who.Users)
		put(&p.CustomParticipantIDs.Value, &p.CustomParticipantIDs.Present, who.Custom)
		return a.kit.ActiveSession.KickParticipants(ctx, a.app, meeting, p)
	})
	return err
}

// addressees are whom a kick or a mute is for; both lists must be there.
type addressees struct {
	Users  []string `json:"participant_ids"`
	Custom []string `json:"custom_participant_ids"`
}

func targets(people ...moderation.Participant) addressees {
	to := addressees{Users: []string{}, Custom: []string{}}
	named := map[string]bool{}
	for _, p := range people {
		id := p.Attributes[userID]
		switch {
		case named[id+" "+p.Identity]:
		case id != "":
			to.Users = append(to.Users, id)
		default:
			to.Custom = append(to.Custom, p.Identity)
		}
		named[id+" "+p.Identity] = true
	}
	return to
}

// connection finds the very connection of someone, or whoever is there of that
// identity where no connection is named.
func connection(all []moderation.Participant, who moderation.Participant) (moderation.Participant, bool) {
	for _, p := range all {
		if p.ID == who.ID || who.ID == "" && who.Identity != "" && p.Identity == who.Identity {
			return p, true
		}
	}
	return moderation.Participant{}, false
}

// devices are the connections of someone. One identity may have several user
// ids: whoever was enrolled anew has another one.
func devices(all []moderation.Participant, who moderation.Participant) []moderation.Participant {
	return slices.DeleteFunc(slices.Clone(all), func(p moderation.Participant) bool { return p.Identity != who.Identity })
}
