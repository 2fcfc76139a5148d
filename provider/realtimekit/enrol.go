package realtimekit

import (
	"context"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// enrolBridge lets the bridge into a meeting, with a preset that must be there,
// and returns a new token. It is enrolled once: a custom participant id must be
// unique, and what Cloudflare makes of one that it knows already is not described.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/meetings/
func (a *api) enrolBridge(preset string) func(ctx context.Context, meeting string) (string, error) {
	return func(ctx context.Context, meeting string) (string, error) {
		if !segment.MatchString(meeting) {
			return "", errNoRoom
		}
		token, err := a.enrol(ctx, meeting, preset)
		if is(err, moderation.CodeConflict) || is(err, moderation.CodeRejected) { // it may be enrolled
			again, wrong := a.readmit(ctx, meeting, preset)
			if !is(wrong, moderation.CodeNotFound) {
				token, err = again, wrong
			}
		}
		if is(err, moderation.CodeNotFound) {
			return "", moderation.Fault(moderation.CodeRejected, "realtimekit.preset.missing", "Preset", moderation.Literal(preset)).Because(err)
		}
		if err != nil {
			return "", moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.not_let_in").Because(err)
		}
		return token, nil
	}
}

func (a *api) enrol(ctx context.Context, meeting, preset string) (string, error) {
	answer, err := call(ctx, writes, func(ctx context.Context) (*kit.MeetingAddParticipantResponse, error) {
		var p kit.MeetingAddParticipantParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		put(&p.CustomParticipantID.Value, &p.CustomParticipantID.Present, bridge.Identity)
		put(&p.PresetName.Value, &p.PresetName.Present, preset)
		put(&p.Name.Value, &p.Name.Present, "roomwarden")
		return a.kit.Meetings.AddParticipant(ctx, a.app, meeting, p)
	})
	if err != nil {
		return "", err
	}
	return answer.Data.Token, nil
}

// readmit gives the enrolment that the bridge has in a meeting the preset, and
// makes another token for it.
func (a *api) readmit(ctx context.Context, meeting, preset string) (string, error) {
	own, err := a.enrolled(ctx, meeting, bridge.Identity)
	if err != nil {
		return "", err
	}
	if own.PresetName != preset {
		if err := a.editPreset(ctx, meeting, own.ID, preset); err != nil {
			return "", err
		}
	}
	answer, err := call(ctx, writes, func(ctx context.Context) (*kit.MeetingRefreshParticipantTokenResponse, error) {
		var p kit.MeetingRefreshParticipantTokenParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		return a.kit.Meetings.RefreshParticipantToken(ctx, a.app, meeting, own.ID, p)
	})
	if err != nil {
		return "", err
	}
	return answer.Data.Token, nil
}

// enrolled finds an enrolment of a meeting by custom participant id, else by id.
func (a *api) enrolled(ctx context.Context, meeting, identity string) (kit.MeetingGetMeetingParticipantsResponseData, error) {
	all, err := pages(&a.sizes.enrolled, func(no int) ([]kit.MeetingGetMeetingParticipantsResponseData, error) {
		answer, err := call(ctx, reads, func(ctx context.Context) (*kit.MeetingGetMeetingParticipantsResponse, error) {
			var p kit.MeetingGetMeetingParticipantsParams
			put(&p.AccountID.Value, &p.AccountID.Present, a.account)
			put(&p.PageNo.Value, &p.PageNo.Present, float64(no))
			put(&p.PerPage.Value, &p.PerPage.Present, float64(perPage))
			return a.kit.Meetings.GetMeetingParticipants(ctx, a.app, meeting, p)
		})
		if err != nil {
			return nil, err
		}
		return answer.Data, nil
	}, func(e kit.MeetingGetMeetingParticipantsResponseData) string { return e.ID })
	if err != nil {
		return kit.MeetingGetMeetingParticipantsResponseData{}, err
	}
	for _, id := range []func(kit.MeetingGetMeetingParticipantsResponseData) string{
		func(e kit.MeetingGetMeetingParticipantsResponseData) string { return e.CustomParticipantID },
		func(e kit.MeetingGetMeetingParticipantsResponseData) string { return e.ID },
	} {
		for _, e := range all {
			if identity != "" && id(e) == identity && segment.MatchString(e.ID) {
				return e, nil
			}
		}
	}
	return kit.MeetingGetMeetingParticipantsResponseData{}, errNoPerson
}
