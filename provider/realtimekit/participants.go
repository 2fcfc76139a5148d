package realtimekit

import (
	"cmp"
	"context"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// What a participant's attributes hold of RealtimeKit's own.
const (
	userID     = "user_id" // what calls take; the participant's id is the peer's
	presetName = "preset_name"
)

type row = kit.SessionGetSessionParticipantsResponseDataParticipant

// Participants lists who is in the meeting's live session.
func (d *Driver) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	all, err := d.present(ctx, room)
	if err != nil {
		return provider.ParticipantPage{}, err
	}
	return provider.PageParticipants(all, q)
}

// Participant finds someone present by peer, else by custom participant id or
// user id: of several devices the one that came in last, as calls take the user.
func (d *Driver) Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	all, err := d.present(ctx, room)
	if err != nil {
		return moderation.Participant{}, err
	}
	var found *moderation.Participant
	for i, p := range all {
		switch idOrIdentity {
		case p.ID:
			return p, nil
		case p.Identity, p.Attributes[userID]:
			if found == nil || !p.JoinedAt.Before(found.JoinedAt) {
				found = &all[i]
			}
		}
	}
	if found == nil || idOrIdentity == "" {
		return moderation.Participant{}, errNoPerson
	}
	return *found, nil
}

// present returns who is in the meeting's live session: the rows of it that
// nobody has left.
func (d *Driver) present(ctx context.Context, room moderation.Room) ([]moderation.Participant, error) {
	id, err := d.api.live(ctx, room.ID)
	if err != nil {
		return nil, err
	}
	rows, err := d.api.participants(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []moderation.Participant
	for _, r := range rows {
		if r.LeftAt == "" && r.ID != "" {
			all = append(all, d.participant(r))
		}
	}
	for _, m := range []*marks{&d.muted, &d.dark, &d.pinned} {
		m.keep(room.ID, all)
	}
	for i := range all {
		all[i].Pinned = d.pinned.has(room.ID, all[i].ID)
	}
	return all, nil
}

func (d *Driver) participant(r row) moderation.Participant {
	p := moderation.Participant{
		ID: r.ID, Identity: cmp.Or(r.CustomParticipantID, r.UserID, r.ID), Name: r.DisplayName,
		Kind: moderation.Person, JoinedAt: moment(r.JoinedAt, r.CreatedAt),
		Attributes: map[string]string{userID: r.UserID, presetName: r.PresetName},
	}
	if d.presets.noVideo != "" && r.PresetName == d.presets.noVideo {
		p.Blocked = []moderation.Media{moderation.Video}
	}
	if r.CustomParticipantID == bridge.Identity {
		p.Kind = moderation.Observer
	}
	return p
}

// live returns the meeting's live session.
func (a *api) live(ctx context.Context, meeting string) (string, error) {
	if !segment.MatchString(meeting) {
		return "", errNoRoom
	}
	answer, err := call(ctx, reads, func(ctx context.Context) (*kit.ActiveSessionGetActiveSessionResponse, error) {
		var p kit.ActiveSessionGetActiveSessionParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		return a.kit.ActiveSession.GetActiveSession(ctx, a.app, meeting, p)
	})
	switch {
	case is(err, moderation.CodeNotFound):
		return "", errNoRoom
	case err != nil:
		return "", err
	case answer.Data.Status == kit.ActiveSessionGetActiveSessionResponseDataStatusEnded || !segment.MatchString(answer.Data.ID):
		return "", errNoRoom
	}
	return answer.Data.ID, nil
}

// participants returns everyone who was ever in the session, a row a connection.
func (a *api) participants(ctx context.Context, session string) ([]row, error) {
	return pages(&a.sizes.participants, func(no int) ([]row, error) {
		answer, err := call(ctx, reads, func(ctx context.Context) (*kit.SessionGetSessionParticipantsResponse, error) {
			var p kit.SessionGetSessionParticipantsParams
			put(&p.AccountID.Value, &p.AccountID.Present, a.account)
			put(&p.View.Value, &p.View.Present, kit.SessionGetSessionParticipantsParamsViewRaw)
			put(&p.SortBy.Value, &p.SortBy.Present, kit.SessionGetSessionParticipantsParamsSortByJoinedAt)
			put(&p.SortOrder.Value, &p.SortOrder.Present, kit.SessionGetSessionParticipantsParamsSortOrderAsc)
			put(&p.PageNo.Value, &p.PageNo.Present, float64(no))
			put(&p.PerPage.Value, &p.PerPage.Present, float64(perPage))
			return a.kit.Sessions.GetSessionParticipants(ctx, a.app, session, p)
		})
		if err != nil {
			return nil, err
		}
		return answer.Data.Participants, nil
	}, func(r row) string { return r.ID })
}
