package realtimekit

import (
	"context"
	"time"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const (
	perPage  = 100
	maxPages = 100
)

type session = kit.SessionGetSessionsResponseDataSession

// Rooms lists the meetings with a live session. Locks and recordings are asked
// for one room at a time, by Room.
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
			return d.complete(ctx, r)
		case live[i].MeetingDisplayName:
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return moderation.Room{}, errNoRoom
	case 1:
		return d.complete(ctx, found[0])
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

// complete adds whether the meeting is locked and recorded.
func (d *Driver) complete(ctx context.Context, r moderation.Room) (moderation.Room, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		r.Locked, err = d.api.inactive(ctx, r.ID)
		return err
	})
	var recording bool
	group.Go(func() (err error) {
		recording, err = d.api.recording(ctx, r.ID)
		return err
	})
	err := group.Wait()
	r.Recording = recording
	return r, err
}

// sessions returns all live sessions, the oldest first. A meeting has one at most.
func (a *api) sessions(ctx context.Context) ([]session, error) {
	seen := map[string]bool{}
	return pages(func(no int) ([]session, error) { return a.sessionsPage(ctx, no, perPage) }, func(s session) bool {
		again := seen[s.AssociatedID]
		seen[s.AssociatedID] = true
		return !again && idForm.MatchString(s.AssociatedID) && idForm.MatchString(s.ID)
	})
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
	if err != nil {
		return nil, err
	}
	return answer.Data.Sessions, nil
}

// pages reads page after page until one has nothing new. An API that gives
// smaller pages than it was asked for is read to its end all the same: a page
// is the last only where it is smaller than the one before, or empty.
func pages[T any](read func(no int) ([]T, error), fresh func(T) bool) ([]T, error) {
	var all []T
	size := perPage
	for no := 1; no <= maxPages; no++ {
		page, err := read(no)
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, item := range page {
			if fresh(item) {
				all = append(all, item)
			}
		}
		if len(page) == 0 || len(all) == before || no > 1 && len(page) < size || no == 1 && len(page) < smallestPage {
			break
		}
		size = len(page)
	}
	return all, nil
}

// smallestPage is below every size of page that an API gives when asked for perPage.
const smallestPage = 10

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
