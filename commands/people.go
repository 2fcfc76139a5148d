package commands

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// peoplePerPage is how many people one page of a room shows.
const peoplePerPage = 15

// recently is how long a case is told beside the person it was about.
const recently = 10 * time.Minute

func (s *Service) listPeople(ctx context.Context, in Invocation) Answer {
	p, answer := s.place(ctx, in, nil)
	if answer != nil {
		return answer
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	page, err := s.roomPage(ctx, in.Caller, p.room, in.Args[ArgSearch], in.Args[ArgCursor])
	gone := err == nil && len(page.People) == 0 && page.Cursor != ""
	if gone || stalePage(err) {
		page, err = s.roomPage(ctx, in.Caller, p.room, in.Args[ArgSearch], "")
		page.Says = append(page.Says, moderation.Say("list.stale"))
	}
	if err != nil {
		return s.unread(p, err)
	}
	page.Says = append(page.Says, p.caveat()...)
	return page
}

// roomPage reads a room and a page of the people in it, with what the caller
// may do to them. Whoever calls it has asked whether the caller may list the room.
func (s *Service) roomPage(ctx context.Context, c Caller, room moderation.Room, search, cursor string) (RoomPage, error) {
	client, ok := s.Providers.Get(room.Provider)
	if !ok {
		return RoomPage{}, moderation.Errorf(moderation.CodeNotFound, "no provider %q", room.Provider)
	}
	room.Locked = room.Locked || s.locked(ctx, room)
	from := readTrail(cursor)
	read, err := client.Participants(ctx, room, provider.ParticipantQuery{
		Limit: peoplePerPage, Cursor: from.here(), Search: search,
	})
	if err != nil {
		return RoomPage{}, err
	}
	who := s.authorityIn(ctx, c, room)
	page := RoomPage{
		Room: room, Total: read.Total, AsOf: time.Now().UTC(), Search: search,
		Cursor: from.String(), Back: from.back().String(), Next: from.to(read.Next).String(),
		Offers: s.roomOffers(who, room),
	}
	latest, err := s.latestCases(ctx, room)
	if err != nil {
		s.Log.Warn("the latest cases of a room could not be read", "error", err)
	}
	sets := who.may(moderation.Configure, Target{Room: room}).Allowed
	page.Metadata = s.described(room.Metadata, sets, roomMetadata)
	able := client.Capabilities(room)
	for _, one := range read.Participants {
		row := PersonRow{Shown: s.nameOf(one), Offers: s.personOffers(who, able, room, one)}
		row.Participant, row.Metadata = s.masked(one), s.described(one.Metadata, sets, personMetadata)
		if brief, ok := latest.about(one); ok {
			row.Last = &brief
		}
		page.People = append(page.People, row)
	}
	page.Gone = s.gone(latest, read.Participants)
	return page, nil
}

// latestCases are the cases of a room a moment ago, newest first.
type latestCases []moderation.Case

func (s *Service) latestCases(ctx context.Context, room moderation.Room) (latest latestCases, err error) {
	err = s.view(ctx, func(tx store.Tx) (err error) {
		latest, err = tx.Cases(store.CaseQuery{
			Provider: room.Provider, Room: room.Name, Since: time.Now().Add(-recently), Limit: 50,
		})
		return err
	})
	return latest, err
}

// about returns the latest case that did something to someone who is there.
func (l latestCases) about(one moderation.Participant) (CaseBrief, bool) {
	for _, c := range l {
		if !c.Awaits && !c.Expired && c.Outcome != moderation.Refused && c.Participant != "" && c.Participant == one.Identity {
			return brief(c), true
		}
	}
	return CaseBrief{}, false
}

func brief(c moderation.Case) CaseBrief {
	return CaseBrief{Case: c.Number, Action: c.Action, Outcome: c.Outcome, Actor: c.Actor, At: c.At, Media: c.Media}
}

// gone lists who was put out a moment ago and is not among those present.
func (s *Service) gone(latest latestCases, present []moderation.Participant) []GoneRow {
	inside := map[string]bool{}
	for _, one := range present {
		inside[one.ID], inside[one.Identity] = true, true
	}
	var rows []GoneRow
	seen := map[string]bool{}
	for _, c := range latest {
		removed := c.Action == moderation.ActionKick || c.Action == moderation.ActionBan && c.ParticipantID != ""
		if !removed || c.Outcome != moderation.Succeeded || c.Participant == "" ||
			inside[c.ParticipantID] || inside[c.Participant] || seen[c.Participant] {
			continue
		}
		seen[c.Participant] = true
		rows = append(rows, GoneRow{Name: s.shown(c.ParticipantName), Case: brief(c)})
	}
	return rows
}
