package twiliovoice

import (
	"cmp"
	"context"
	"slices"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// live are the statuses of a conference that has not ended: init is one in
// which people wait for it to start.
var live = []string{"in-progress", "init"}

const completed = "completed"

// Rooms lists conferences that are in progress, then those that have not
// started. Twilio can look for a whole name only, so a search reads pages.
func (d *Driver) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	var keep func(moderation.Room) bool
	if q.Search != "" {
		keep = q.Selects
	}
	rooms, next, err := twiliorest.Collect(ctx, twiliorest.Query[moderation.Room]{
		Limit: q.Limit, Cursor: q.Cursor, Phases: len(live), Keep: keep,
		List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Room], error) {
			params := new(api.ListConferenceParams).SetStatus(live[p.Phase]).SetPageSize(p.Size)
			return d.listConferences(ctx, params, p)
		},
	})
	return provider.RoomPage{Rooms: rooms, Next: next}, err
}

func (d *Driver) listConferences(ctx context.Context, params *api.ListConferenceParams, p twiliorest.Page) (twiliorest.Chunk[moderation.Room], error) {
	res, err := twiliorest.Read(d.api(ctx).PageConference(params, p.Token, p.Number))
	if err != nil {
		return twiliorest.Chunk[moderation.Room]{}, err
	}
	rooms := make([]moderation.Room, 0, len(res.Conferences))
	for _, c := range res.Conferences {
		if twiliorest.Value(c.Status) == twiliorest.Value(params.Status) {
			rooms = append(rooms, d.room(c))
		}
	}
	return twiliorest.Chunk[moderation.Room]{Items: rooms, Next: res.NextPageUri}, nil
}

// Room finds a conference by its SID, else by its friendly name.
func (d *Driver) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	if twiliorest.IsSID("CF", idOrName) {
		return d.roomBySID(ctx, idOrName)
	}
	found, err := d.roomsByName(ctx, idOrName)
	switch {
	case err != nil:
		return moderation.Room{}, err
	case len(found) == 0:
		return moderation.Room{}, d.noRoom(idOrName)
	case len(found) > 1:
		return moderation.Room{}, moderation.Fault(moderation.CodeAmbiguous, "twilio-voice.two_conferences", "Room", idOrName)
	}
	room := found[0]
	room.Recording = d.recording(ctx, room.ID)
	return room, nil
}

func (d *Driver) roomBySID(ctx context.Context, sid string) (moderation.Room, error) {
	var recording bool
	var group errgroup.Group
	group.Go(func() error {
		recording = d.recording(ctx, sid)
		return nil
	})
	conference, err := twiliorest.Read(d.api(ctx).FetchConference(sid, nil))
	_ = group.Wait()
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return moderation.Room{}, d.noRoom(sid).Because(err)
	}
	if err != nil {
		return moderation.Room{}, err
	}
	if twiliorest.Value(conference.Status) == completed {
		return moderation.Room{}, moderation.Fault(moderation.CodeNotFound, "twilio-voice.conference_over",
			"Room", cmp.Or(twiliorest.Value(conference.FriendlyName), sid))
	}
	room := d.room(*conference)
	room.Recording = recording
	return room, nil
}

func (d *Driver) roomsByName(ctx context.Context, name string) ([]moderation.Room, error) {
	if name == "" {
		return nil, nil
	}
	found := make([][]moderation.Room, len(live))
	group, ctx := errgroup.WithContext(ctx)
	for i, status := range live {
		group.Go(func() error {
			var err error
			found[i], _, err = twiliorest.Collect(ctx, twiliorest.Query[moderation.Room]{
				Limit: 2, // one, or too many
				// Twilio compares names in its own way; ours must be exact.
				Keep: func(r moderation.Room) bool { return r.Name == name },
				List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Room], error) {
					params := new(api.ListConferenceParams).SetStatus(status).SetFriendlyName(name).SetPageSize(p.Size)
					return d.listConferences(ctx, params, p)
				},
			})
			return err
		})
	}
	err := group.Wait()
	return slices.Concat(found...), err
}

// Complete adds whether the conference is being recorded.
func (d *Driver) Complete(ctx context.Context, r moderation.Room) moderation.Room {
	r.Recording = d.recording(ctx, r.ID)
	return r
}

// recording reports whether the conference is being recorded. It only adorns a
// room: where it cannot be read, the room is shown without it.
func (d *Driver) recording(ctx context.Context, sid string) bool {
	res, err := d.api(ctx).PageConferenceRecording(sid, new(api.ListConferenceRecordingParams).SetPageSize(20), "", "")
	if err != nil {
		return false
	}
	return slices.ContainsFunc(res.Recordings, func(r api.ApiV2010ConferenceRecording) bool {
		return twiliorest.Value(r.Status) == "in-progress"
	})
}

func (d *Driver) room(c api.ApiV2010Conference) moderation.Room {
	sid := twiliorest.Value(c.Sid)
	return moderation.Room{
		Provider: d.name, ID: sid, Name: cmp.Or(twiliorest.Value(c.FriendlyName), sid),
		Participants: -1, CreatedAt: date(c.DateCreated),
	}
}

// sid returns what addresses a conference: its SID, and nothing else.
func (d *Driver) sid(room moderation.Room) (string, error) {
	if !twiliorest.IsSID("CF", room.ID) {
		return "", d.noRoom(cmp.Or(room.Name, room.ID))
	}
	return room.ID, nil
}

func (d *Driver) noRoom(name string) *moderation.Error {
	return moderation.Fault(moderation.CodeNotFound, "twilio-voice.no_conference", "Room", name)
}

// date reads RFC 2822, as this API writes times.
func date(s *string) time.Time {
	t, err := time.Parse(time.RFC1123Z, twiliorest.Value(s))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
