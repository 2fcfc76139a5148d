package twiliovideo

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	api "github.com/twilio/twilio-go/rest/video/v1"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const (
	inProgress = "in-progress"
	completed  = "completed"
)

// Rooms lists rooms in progress. Twilio can look for a whole name only, so a
// search reads pages.
func (d *Driver) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	var keep func(moderation.Room) bool
	if q.Search != "" {
		keep = q.Selects
	}
	rooms, next, err := twiliorest.Collect(ctx, twiliorest.Query[moderation.Room]{
		Limit: q.Limit, Cursor: q.Cursor, Keep: keep,
		List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Room], error) {
			return d.listRooms(ctx, new(api.ListRoomParams).SetPageSize(p.Size), p)
		},
	})
	return provider.RoomPage{Rooms: rooms, Next: next}, err
}

func (d *Driver) listRooms(ctx context.Context, params *api.ListRoomParams, p twiliorest.Page) (twiliorest.Chunk[moderation.Room], error) {
	res, err := twiliorest.Read(d.api(ctx).PageRoom(params.SetStatus(inProgress), p.Token, p.Number))
	if err != nil {
		return twiliorest.Chunk[moderation.Room]{}, err
	}
	rooms := make([]moderation.Room, 0, len(res.Rooms))
	for _, each := range res.Rooms {
		if twiliorest.Value(each.Status) == inProgress {
			rooms = append(rooms, d.room(each))
		}
	}
	return twiliorest.Chunk[moderation.Room]{Items: rooms, Next: res.Meta.NextPageUrl}, nil
}

// Room finds a room in progress by its SID, else by its unique name, which
// stands for the SID unless an address cannot hold it as it is.
func (d *Driver) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	isSID := twiliorest.IsSID("RM", idOrName)
	if !isSID && url.PathEscape(idOrName) != idOrName {
		return d.roomByName(ctx, idOrName)
	}
	room, err := d.fetchRoom(ctx, idOrName)
	switch {
	case moderation.CodeOf(err) != moderation.CodeNotFound:
		return room, err
	case isSID:
		return moderation.Room{}, err
	default:
		return d.roomByName(ctx, idOrName)
	}
}

func (d *Driver) fetchRoom(ctx context.Context, idOrName string) (moderation.Room, error) {
	segment, ok := twiliorest.Segment(idOrName)
	if !ok {
		return moderation.Room{}, noRoom(idOrName)
	}
	var recording bool
	var group errgroup.Group
	group.Go(func() error {
		recording = d.recording(ctx, segment)
		return nil
	})
	res, err := twiliorest.Read(d.api(ctx).FetchRoom(segment))
	_ = group.Wait()
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return moderation.Room{}, noRoom(idOrName).Because(err)
	}
	if err != nil {
		return moderation.Room{}, err
	}
	if s := twiliorest.Value(res.Status); s == completed || s == "failed" {
		return moderation.Room{}, moderation.Fault(moderation.CodeNotFound, "twilio-video.room_over", "Room", idOrName)
	}
	room := d.room(*res)
	room.Recording = recording
	return room, nil
}

func (d *Driver) roomByName(ctx context.Context, name string) (moderation.Room, error) {
	if name == "" {
		return moderation.Room{}, noRoom(name)
	}
	chunk, err := d.listRooms(ctx, new(api.ListRoomParams).SetUniqueName(name), twiliorest.Page{})
	if err != nil {
		return moderation.Room{}, err
	}
	for _, room := range chunk.Items {
		if room.Name == name {
			room.Recording = d.recording(ctx, room.ID)
			return room, nil
		}
	}
	return moderation.Room{}, noRoom(name)
}

// Complete adds whether the room is being recorded.
func (d *Driver) Complete(ctx context.Context, r moderation.Room) moderation.Room {
	r.Recording = d.recording(ctx, r.ID)
	return r
}

// recording reports whether the room is being recorded. It only adorns a room:
// where it cannot be read, the room is shown without it.
func (d *Driver) recording(ctx context.Context, sid string) bool {
	if !twiliorest.IsSID("RM", sid) {
		return false
	}
	res, err := d.api(ctx).PageRoomRecording(sid, new(api.ListRoomRecordingParams).SetStatus("processing").SetPageSize(1), "", "")
	return err == nil && slices.ContainsFunc(res.Recordings, func(r api.VideoV1RoomRecording) bool {
		return twiliorest.Value(r.Status) == "processing"
	})
}

func (d *Driver) room(r api.VideoV1Room) moderation.Room {
	sid := twiliorest.Value(r.Sid)
	return moderation.Room{
		Provider: d.name, ID: sid, Name: cmp.Or(twiliorest.Value(r.UniqueName), sid),
		Participants: -1, CreatedAt: twiliorest.Value(r.DateCreated),
	}
}

func noRoom(name string) *moderation.Error {
	return moderation.Fault(moderation.CodeNotFound, "twilio-video.no_room", "Room", name)
}
