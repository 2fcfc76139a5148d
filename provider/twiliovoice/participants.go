package twiliovoice

import (
	"cmp"
	"context"
	"path"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Participants lists who is in the conference or being called into it, with
// Twilio's own filters. Only a search reads more than it shows.
func (d *Driver) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	var keep func(moderation.Participant) bool
	if q.Search != "" {
		keep = q.Selects
	}
	people, next, err := twiliorest.Collect(ctx, twiliorest.Query[moderation.Participant]{
		Limit: q.Limit, Cursor: q.Cursor, Keep: keep,
		List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[moderation.Participant], error) {
			return d.listParticipants(ctx, room, q, p)
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

func (d *Driver) listParticipants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery, p twiliorest.Page) (twiliorest.Chunk[moderation.Participant], error) {
	var none twiliorest.Chunk[moderation.Participant]
	sid, err := d.sid(room)
	if err != nil {
		return none, err
	}
	params := new(api.ListParticipantParams).SetPageSize(p.Size)
	params.Muted, params.Hold, params.Coaching = q.Muted, q.OnHold, q.Coaching
	res, err := twiliorest.Read(d.api(ctx).PageParticipant(sid, params, p.Token, p.Number))
	if err != nil {
		return none, err
	}
	people := make([]moderation.Participant, 0, len(res.Participants))
	for _, each := range res.Participants {
		people = append(people, participant(each))
	}
	if err := d.nameCallers(ctx, people); err != nil {
		return none, err
	}
	return twiliorest.Chunk[moderation.Participant]{Items: people, Next: res.NextPageUri}, nil
}

// everyone returns all who are in the conference.
func (d *Driver) everyone(ctx context.Context, room moderation.Room) ([]moderation.Participant, error) {
	var all []moderation.Participant
	q := provider.ParticipantQuery{Limit: twiliorest.LargestPage}
	for {
		page, err := d.Participants(ctx, room, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Participants...)
		if page.Next == "" {
			return all, nil
		}
		q.Cursor = page.Next
	}
}

// Participant finds one by the call's SID, else by label, else by number or address.
func (d *Driver) Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	p, err := d.fetch(ctx, room, idOrIdentity)
	if moderation.CodeOf(err) != moderation.CodeNotFound || twiliorest.IsSID("CA", idOrIdentity) {
		return p, err
	}
	people, err := d.everyone(ctx, room)
	if err != nil {
		return moderation.Participant{}, err
	}
	var found []moderation.Participant
	for _, each := range people {
		if each.Identity == idOrIdentity || each.Number == idOrIdentity && idOrIdentity != "" {
			found = append(found, each)
		}
	}
	switch len(found) {
	case 0:
		return moderation.Participant{}, nobody(room, idOrIdentity)
	case 1:
		return found[0], nil
	default:
		return moderation.Participant{}, moderation.Fault(moderation.CodeAmbiguous, "twilio-voice.two_calls", "Person", idOrIdentity)
	}
}

// fetch reads one participant by the call's SID or by label.
func (d *Driver) fetch(ctx context.Context, room moderation.Room, callSIDOrLabel string) (moderation.Participant, error) {
	conference, err := d.sid(room)
	if err != nil {
		return moderation.Participant{}, err
	}
	who, ok := twiliorest.Segment(callSIDOrLabel)
	if !ok {
		return moderation.Participant{}, nobody(room, callSIDOrLabel)
	}
	res, err := twiliorest.Read(d.api(ctx).FetchParticipant(conference, who, nil))
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return moderation.Participant{}, nobody(room, callSIDOrLabel).Because(err)
	}
	if err != nil {
		return moderation.Participant{}, err
	}
	p := participant(*res)
	if gone(p) {
		return moderation.Participant{}, nobody(room, callSIDOrLabel)
	}
	address, err := d.callerOf(ctx, p.ID)
	identify(&p, address)
	return p, err
}

func participant(p api.ApiV2010Participant) moderation.Participant {
	label, muted := twiliorest.Value(p.Label), twiliorest.Value(p.Muted)
	shown := moderation.Participant{
		Identity: label, Name: label, ID: callSID(p), Kind: moderation.Phone,
		Presence: moderation.Presence(cmp.Or(twiliorest.Value(p.Status), string(moderation.Connected))),
		JoinedAt: date(p.DateCreated), OnHold: twiliorest.Value(p.Hold),
		EndsRoom: twiliorest.Value(p.EndConferenceOnExit),
		Tracks:   []moderation.Track{{ID: callSID(p), Source: moderation.Microphone, Muted: muted}},
	}
	if muted {
		// Nobody on a telephone can take this back.
		shown.Blocked = []moderation.Media{moderation.Audio}
	}
	if twiliorest.Value(p.Coaching) {
		shown.Coaching = twiliorest.Value(p.CallSidToCoach)
	}
	return shown
}

// callSID returns the call's SID: asked for by label, Twilio's own examples
// carry the label in its place, and the SID in the address alone.
func callSID(p api.ApiV2010Participant) string {
	sid := twiliorest.Value(p.CallSid)
	if twiliorest.IsSID("CA", sid) {
		return sid
	}
	if s := strings.TrimSuffix(path.Base(twiliorest.Value(p.Uri)), ".json"); twiliorest.IsSID("CA", s) {
		return s
	}
	return sid
}

func nobody(room moderation.Room, who string) *moderation.Error {
	return moderation.Fault(moderation.CodeNotFound, "twilio-voice.nobody", "Person", who, "Room", room.Name)
}

// roomGone says that the conference is gone where Twilio says "not found".
func roomGone(room moderation.Room, err error) error {
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return conferenceOver(room).Because(err)
	}
	return err
}

func conferenceOver(room moderation.Room) *moderation.Error {
	return moderation.Fault(moderation.CodeNotFound, "twilio-voice.conference_over", "Room", cmp.Or(room.Name, room.ID))
}
