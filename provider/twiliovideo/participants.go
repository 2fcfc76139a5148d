package twiliovideo

import (
	"context"
	"slices"

	api "github.com/twilio/twilio-go/rest/video/v1"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// present are the statuses of who is in a room, in the order of lists.
var present = []string{"connected", "reconnecting"}

// atOnce bounds how many requests of one call run at the same time.
const atOnce = 8

// Participants lists who is in the room with what they publish, and what the
// rules of the others keep from being heard and seen.
func (d *Driver) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	var keep func(moderation.Participant) bool
	if q.Search != "" || q.Muted != nil || q.OnHold != nil || q.Coaching != nil {
		keep = q.Selects
	}
	seen := sightOf(d, room)
	people, next, err := twiliorest.Collect(ctx, twiliorest.Query[moderation.Participant]{
		Limit: q.Limit, Cursor: q.Cursor, Phases: len(present), Keep: keep,
		List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Participant], error) {
			chunk, err := d.listPeople(ctx, room, new(api.ListRoomParticipantParams).SetStatus(present[p.Phase]).SetPageSize(p.Size), p)
			if err == nil {
				err = d.complete(ctx, room, chunk.Items, seen)
			}
			return chunk, err
		},
	})
	if err != nil {
		return provider.ParticipantPage{}, roomGone(room, err)
	}
	page := provider.ParticipantPage{Participants: people, Next: next, Total: -1}
	if q.Cursor == "" && next == "" {
		page.Total = provider.People(people)
	}
	return page, nil
}

// listPeople reads one page of who is in the room and nothing more.
func (d *Driver) listPeople(ctx context.Context, room moderation.Room, params *api.ListRoomParticipantParams, p twiliorest.Page) (twiliorest.Chunk[moderation.Participant], error) {
	var none twiliorest.Chunk[moderation.Participant]
	sid, ok := twiliorest.Segment(room.ID)
	if !ok {
		return none, noRoom(room.Name)
	}
	res, err := twiliorest.Read(d.api(ctx).PageRoomParticipant(sid, params, p.Token, p.Number))
	if err != nil {
		return none, err
	}
	people := make([]moderation.Participant, 0, len(res.Participants))
	for _, each := range res.Participants {
		if twiliorest.Value(each.Status) == twiliorest.Value(params.Status) {
			people = append(people, participant(each))
		}
	}
	return twiliorest.Chunk[moderation.Participant]{Items: people, Next: res.Meta.NextPageUrl}, nil
}

// everyone returns all who are in the room, without their tracks.
func (d *Driver) everyone(ctx context.Context, room moderation.Room) ([]moderation.Participant, error) {
	var all []moderation.Participant
	cursor := ""
	for {
		people, next, err := twiliorest.Collect(ctx, twiliorest.Query[moderation.Participant]{
			Limit: twiliorest.LargestPage, Cursor: cursor, Phases: len(present),
			List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Participant], error) {
				return d.listPeople(ctx, room, new(api.ListRoomParticipantParams).SetStatus(present[p.Phase]).SetPageSize(p.Size), p)
			},
		})
		if err != nil {
			return nil, roomGone(room, err)
		}
		all = append(all, people...)
		if next == "" {
			return all, nil
		}
		cursor = next
	}
}

// everyoneWith is everyone, and an error where whom the order is for has left.
func (d *Driver) everyoneWith(ctx context.Context, o provider.Order) ([]moderation.Participant, error) {
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(people, func(p moderation.Participant) bool { return p.ID == o.Participant.ID }) {
		return nil, nobody(o.Room, o.Participant.DisplayName())
	}
	return people, nil
}

// Participant finds someone by the connection's SID, else by identity.
func (d *Driver) Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	sid, ok1 := twiliorest.Segment(room.ID)
	who, ok2 := twiliorest.Segment(idOrIdentity)
	if !ok1 || !ok2 {
		return moderation.Participant{}, nobody(room, idOrIdentity)
	}
	res, err := twiliorest.Read(d.api(ctx).FetchRoomParticipant(sid, who))
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return moderation.Participant{}, nobody(room, idOrIdentity).Because(err)
	}
	if err != nil {
		return moderation.Participant{}, err
	}
	if !slices.Contains(present, twiliorest.Value(res.Status)) {
		return moderation.Participant{}, nobody(room, idOrIdentity)
	}
	people := []moderation.Participant{participant(*res)}
	err = d.complete(ctx, room, people, sightOf(d, room, people[0].ID))
	return people[0], err
}

// complete adds tracks, and what is known of rules.
func (d *Driver) complete(ctx context.Context, room moderation.Room, people []moderation.Participant, seen *sight) error {
	if len(people) == 0 {
		return nil
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	group.Go(func() error { return seen.open(within) })
	for i := range people {
		group.Go(func() (err error) {
			people[i].Tracks, err = d.tracks(within, room, people[i].ID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i := range people {
		if err := seen.show(ctx, &people[i]); err != nil {
			return err
		}
	}
	rights := seen.raw()
	for i := range people {
		people[i].Rights = rights
	}
	return nil
}

// tracks returns what someone publishes. Twilio does not tell a camera from a
// screen. Someone who has just left publishes nothing.
func (d *Driver) tracks(ctx context.Context, room moderation.Room, personSID string) ([]moderation.Track, error) {
	tracks, _, err := twiliorest.Collect(ctx, twiliorest.Query[moderation.Track]{
		Limit: twiliorest.LargestPage,
		List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Track], error) {
			res, err := twiliorest.Read(d.api(ctx).PageRoomParticipantPublishedTrack(room.ID, personSID,
				new(api.ListRoomParticipantPublishedTrackParams).SetPageSize(p.Size), p.Token, p.Number))
			if err != nil {
				return twiliorest.Chunk[moderation.Track]{}, err
			}
			return twiliorest.Chunk[moderation.Track]{Items: shownTracks(res.PublishedTracks), Next: res.Meta.NextPageUrl}, nil
		},
	})
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return nil, nil
	}
	return tracks, err
}

func shownTracks(published []api.VideoV1RoomParticipantPublishedTrack) []moderation.Track {
	sources := map[string]moderation.Source{"audio": moderation.Microphone, "video": moderation.Camera}
	var tracks []moderation.Track
	for _, t := range published {
		if source, ok := sources[twiliorest.Value(t.Kind)]; ok {
			tracks = append(tracks, moderation.Track{ID: twiliorest.Value(t.Sid), Source: source, Muted: !twiliorest.Value(t.Enabled)})
		}
	}
	return tracks
}

func participant(p api.VideoV1RoomParticipant) moderation.Participant {
	shown := moderation.Participant{
		Identity: twiliorest.Value(p.Identity), ID: twiliorest.Value(p.Sid), Kind: moderation.Person,
		Presence: moderation.Connected, JoinedAt: twiliorest.Value(p.StartTime),
	}
	if twiliorest.Value(p.Status) == "reconnecting" {
		shown.Presence = moderation.Connecting
	}
	return shown
}

func nobody(room moderation.Room, who string) *moderation.Error {
	return moderation.Fault(moderation.CodeNotFound, "twilio-video.nobody", "Person", who, "Room", room.Name)
}

// roomGone says that the room is gone where Twilio says "not found".
func roomGone(room moderation.Room, err error) error {
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return moderation.Fault(moderation.CodeNotFound, "twilio-video.room_over", "Room", room.Name).Because(err)
	}
	return err
}
