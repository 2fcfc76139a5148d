package livekit

import (
	"context"
	"strings"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var (
	errNoRoom   = moderation.Errorf(moderation.CodeNotFound, "no such room")
	errNoPerson = moderation.Errorf(moderation.CodeNotFound, "no such participant, or under another connection")
)

// counted is how many rooms of a page are counted by their participants; the
// server's own count is seconds late.
const counted = 25

// Rooms lists the rooms by name.
func (d *Driver) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	all, err := d.list(ctx)
	if err != nil {
		return provider.RoomPage{}, err
	}
	page, err := provider.PageRooms(all, q)
	if err != nil || len(page.Rooms) > counted {
		return page, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range page.Rooms {
		group.Go(func() error {
			people, err := d.people(ctx, page.Rooms[i].ID)
			page.Rooms[i].Participants = len(people)
			return err
		})
	}
	return page, group.Wait()
}

// Room finds a room by its exact name, or by its SID.
func (d *Driver) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	if idOrName == "" {
		return moderation.Room{}, errNoRoom
	}
	found, err := d.list(ctx, idOrName)
	if err != nil {
		return moderation.Room{}, err
	}
	if len(found) == 0 && strings.HasPrefix(idOrName, "RM_") {
		if found, err = d.bySID(ctx, idOrName); err != nil {
			return moderation.Room{}, err
		}
	}
	if len(found) == 0 {
		return moderation.Room{}, errNoRoom
	}
	people, err := d.people(ctx, found[0].ID)
	found[0].Participants = len(people)
	return found[0], err
}

func (d *Driver) bySID(ctx context.Context, sid string) ([]moderation.Room, error) {
	answer, err := call(ctx, d, reads, "ListRooms", func(ctx context.Context) (*lk.ListRoomsResponse, error) {
		return d.rooms.ListRooms(ctx, &lk.ListRoomsRequest{})
	})
	if err != nil {
		return nil, err
	}
	for _, r := range answer.GetRooms() {
		if r.GetSid() == sid {
			return []moderation.Room{d.room(r)}, nil
		}
	}
	return nil, nil
}

// list returns the rooms of these names, or all.
func (d *Driver) list(ctx context.Context, names ...string) ([]moderation.Room, error) {
	answer, err := call(ctx, d, reads, "ListRooms", func(ctx context.Context) (*lk.ListRoomsResponse, error) {
		return d.rooms.ListRooms(ctx, &lk.ListRoomsRequest{Names: names})
	})
	if err != nil {
		return nil, err
	}
	all := make([]moderation.Room, 0, len(answer.GetRooms()))
	for _, r := range answer.GetRooms() {
		all = append(all, d.room(r))
	}
	return all, nil
}

func (d *Driver) room(r *lk.Room) moderation.Room {
	return moderation.Room{
		Provider: d.name, ID: r.GetName(), Name: r.GetName(), Participants: int(r.GetNumParticipants()),
		CreatedAt: unix(r.GetCreationTimeMs(), r.GetCreationTime()), Recording: r.GetActiveRecording(),
		Metadata: r.GetMetadata(),
	}
}

// Participants lists who is in the room, in the order in which they came.
func (d *Driver) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	people, err := d.inRoom(ctx, room.ID)
	if err != nil {
		return provider.ParticipantPage{}, err
	}
	return provider.PageParticipants(participants(people), q)
}

// Participant finds someone present by SID, else by identity.
func (d *Driver) Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	people, err := d.inRoom(ctx, room.ID)
	if err != nil {
		return moderation.Participant{}, err
	}
	return provider.Find(participants(people), idOrIdentity)
}

// inRoom is people for a room that must be there: the server answers with an
// empty list also where there is no such room.
func (d *Driver) inRoom(ctx context.Context, room string) ([]*lk.ParticipantInfo, error) {
	people, err := d.people(ctx, room)
	if err != nil || len(people) > 0 {
		return people, err
	}
	if found, err := d.list(ctx, room); err != nil || len(found) > 0 {
		return nil, err
	}
	return nil, errNoRoom
}

// people returns who is in the room; nobody where there is no such room.
func (d *Driver) people(ctx context.Context, room string) ([]*lk.ParticipantInfo, error) {
	answer, err := call(ctx, d, reads, "ListParticipants", func(ctx context.Context) (*lk.ListParticipantsResponse, error) {
		return d.rooms.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: room})
	})
	if err != nil {
		return nil, err
	}
	present := make([]*lk.ParticipantInfo, 0, len(answer.GetParticipants()))
	for _, p := range answer.GetParticipants() {
		if p.GetState() != lk.ParticipantInfo_DISCONNECTED {
			present = append(present, p)
		}
	}
	return present, nil
}

// present returns the participant as they are now, where this connection of
// theirs is still there. It answers at once, unlike the calls that go to the
// participant's node.
func (d *Driver) present(ctx context.Context, room moderation.Room, p moderation.Participant) (*lk.ParticipantInfo, error) {
	info, err := call(ctx, d, reads, "GetParticipant", func(ctx context.Context) (*lk.ParticipantInfo, error) {
		return d.rooms.GetParticipant(ctx, &lk.RoomParticipantIdentity{Room: room.ID, Identity: p.Identity})
	})
	if err != nil {
		return nil, err
	}
	if p.ID != "" && info.GetSid() != p.ID || info.GetState() == lk.ParticipantInfo_DISCONNECTED {
		return nil, errNoPerson
	}
	return info, nil
}

// unix returns the time of a count of milliseconds, else of seconds.
func unix(ms, s int64) time.Time {
	switch {
	case ms > 0:
		return time.UnixMilli(ms).UTC()
	case s > 0:
		return time.Unix(s, 0).UTC()
	default:
		return time.Time{}
	}
}
