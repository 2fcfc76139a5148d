package realtimekit

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

type session = kit.SessionGetSessionsResponseDataSession

// Rooms lists the meetings with a live session. Locks and recordings cost
// requests for each: Room and Complete tell of them.
func (d *Driver) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	live, err := d.api.sessions(ctx)
	if err != nil {
		return provider.RoomPage{}, err
	}
	return provider.PageRooms(d.rooms(live), q)
}

// Room finds a live meeting by its id, else by its title.
func (d *Driver) Room(ctx context.Context, idOrTitle string) (moderation.Room, error) {
	if idOrTitle == "" {
		return moderation.Room{}, errNoRoom
	}
	live, err := d.api.sessions(ctx)
	if err != nil {
		return moderation.Room{}, err
	}
	var found []moderation.Room
	rooms := d.rooms(live)
	for i, r := range rooms {
		switch idOrTitle {
		case r.ID:
			return d.Complete(ctx, r), nil
		case live[i].MeetingDisplayName:
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return moderation.Room{}, errNoRoom
	case 1:
		return d.Complete(ctx, found[0]), nil
	default:
		return moderation.Room{}, moderation.Fault(moderation.CodeAmbiguous, "realtimekit.two_rooms", "Room", idOrTitle)
	}
}

// rooms names each meeting by its title where no other live one has it, else by
// its id.
func (d *Driver) rooms(live []session) []moderation.Room {
	titles := map[string]int{}
	for _, s := range live {
		titles[s.MeetingDisplayName]++
		titles[s.AssociatedID]++
	}
	all := make([]moderation.Room, len(live))
	for i, s := range live {
		all[i] = moderation.Room{
			Provider: d.name, ID: s.AssociatedID, Name: s.MeetingDisplayName,
			Participants: int(s.LiveParticipants), CreatedAt: moment(s.StartedAt, s.CreatedAt),
		}
		if s.MeetingDisplayName == "" || titles[s.MeetingDisplayName] > 1 {
			all[i].Name = s.AssociatedID
		}
	}
	return all
}

// Complete adds whether the meeting is locked and recorded. Both only adorn a
// room: where one cannot be read, the room is shown without it.
func (d *Driver) Complete(ctx context.Context, r moderation.Room) moderation.Room {
	var asked sync.WaitGroup
	var locked, recorded error
	asked.Go(func() { r.Locked, locked = d.api.inactive(ctx, r.ID) })
	asked.Go(func() { r.Recording, recorded = d.api.recording(ctx, r.ID) })
	asked.Wait()
	if err := cmp.Or(locked, recorded); err != nil {
		d.log.Debug("a meeting's lock or recording could not be read", "room", r.ID, "error", err)
	}
	return r
}

// sessions returns all live sessions, the oldest first. A meeting has one at most.
func (a *api) sessions(ctx context.Context) ([]session, error) {
	all, err := pages(&a.sizes.sessions, func(no int) ([]session, error) { return a.sessionsPage(ctx, no, perPage) }, func(s session) string { return s.ID })
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(s session) bool {
		over := s.Status == kit.SessionGetSessionsResponseDataSessionsStatusEnded || s.EndedAt != ""
		if over || seen[s.AssociatedID] || !segment.MatchString(s.AssociatedID) || !segment.MatchString(s.ID) {
			return true
		}
		seen[s.AssociatedID] = true
		return false
	}), err
}

func (a *api) sessionsPage(ctx context.Context, no, size int) ([]session, error) {
	answer, err := call(ctx, reads, func(ctx context.Context) (*kit.SessionGetSessionsResponse, error) {
		var p kit.SessionGetSessionsParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		put(&p.Status.Value, &p.Status.Present, kit.SessionGetSessionsParamsStatusLive)
		put(&p.SortBy.Value, &p.SortBy.Present, kit.SessionGetSessionsParamsSortByCreatedAt)
		put(&p.SortOrder.Value, &p.SortOrder.Present, kit.SessionGetSessionsParamsSortOrderAsc)
		put(&p.PageNo.Value, &p.PageNo.Present, float64(no))
		put(&p.PerPage.Value, &p.PerPage.Present, float64(size))
		return a.kit.Sessions.GetSessions(ctx, a.app, p)
	})
	if is(err, moderation.CodeNotFound) { // there is a list, perhaps an empty one, of every app
		return nil, moderation.Fault(moderation.CodeUnauthenticated, "realtimekit.no_app").Because(err)
	}
	if err != nil {
		return nil, err
	}
	return answer.Data.Sessions, nil
}

// inactive reports whether nobody new may join the meeting.
func (a *api) inactive(ctx context.Context, meeting string) (bool, error) {
	answer, err := call(ctx, reads, func(ctx context.Context) (*kit.MeetingGetMeetingByIDResponse, error) {
		var p kit.MeetingGetMeetingByIDParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		return a.kit.Meetings.GetMeetingByID(ctx, a.app, meeting, p)
	})
	if err != nil {
		return false, err
	}
	return answer.Data.Status == kit.MeetingGetMeetingByIDResponseDataStatusInactive, nil
}

// recording reports whether the meeting is being recorded.
func (a *api) recording(ctx context.Context, meeting string) (bool, error) {
	answer, err := call(ctx, reads, func(ctx context.Context) (*kit.RecordingGetActiveRecordingsResponse, error) {
		var p kit.RecordingGetActiveRecordingsParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		return a.kit.Recordings.GetActiveRecordings(ctx, a.app, meeting, p)
	})
	if is(err, moderation.CodeNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return answer.Data.Status == kit.RecordingGetActiveRecordingsResponseDataStatusRecording, nil
}

// moment reads the first of the times that is one.
func moment(texts ...string) time.Time {
	for _, text := range texts {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
