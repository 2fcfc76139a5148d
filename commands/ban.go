package commands

import (
	"context"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// defaultBan is how long a ban holds where no time is named.
const defaultBan = 24 * time.Hour

var banCommand = &Command{
	Name:     "ban",
	Args:     []Arg{{Name: ArgRoom, Usage: "ROOM|provider:*", Required: true}, personArg, forArg, tellArg, reasonArg},
	Summary:  moderation.Say("help.ban"),
	Examples: []string{"/room-ban live:standup chaos 2h spam", "/room-ban live:* chaos permanent spam everywhere"},
	Notes:    []moderation.Sentence{moderation.Say("help.ban_absent"), moderation.Say("help.ban_for"), moderation.Say("help.tell")},
	Needs:    moderation.BanPermission,
	Action:   moderation.ActionBan,
	run:      runBan,
}

var unbanCommand = &Command{
	Name:     "unban",
	Args:     []Arg{{Name: ArgRoom, Usage: "ROOM|provider:*", Required: true}, personArg, reasonArg},
	Summary:  moderation.Say("help.unban"),
	Examples: []string{"/room-unban live:standup chaos", "/room-unban live:* chaos"},
	Needs:    moderation.BanPermission,
	Action:   moderation.ActionUnban,
	run:      runUnban,
}

func runBan(ctx context.Context, s *Service, in Invocation) Answer {
	span, err := in.Args.span()
	if err != nil {
		return fault(in, ArgFor, err)
	}
	a := &attempt{in: in, action: moderation.ActionBan, reason: in.Args[ArgReason]}
	if span == (Span{}) {
		span.For = defaultBan
	}
	a.details.Permanent, a.target.Permanent, a.target.BanFor = span.Permanent, span.Permanent, span.For
	if !span.Permanent {
		a.details.Until = time.Now().Add(span.For).UTC()
	}
	at, answer := s.aimBan(ctx, a)
	if answer != nil {
		return answer
	}
	m, _, err := s.standingBefore(ctx, a)
	if err != nil {
		return s.unstored(err)
	}
	a.shows = m.Case != 0
	if answer := s.maySurpass(ctx, a, m); answer != nil {
		return answer
	}
	if a.person != nil && a.person.EndsRoom {
		a.ask = []moderation.Sentence{moderation.Say("kick.ends_room", s.facts(a)...)}
	}
	if support := a.place.client.Capabilities(a.place.room)[moderation.CanBan]; !support.Says.IsZero() {
		a.also = append(a.also, support.Says)
	}
	a.present = at
	a.send = func(ctx context.Context) (provider.Effect, error) { return s.putOut(ctx, at) }
	return s.carryOut(ctx, a)
}

// putOut brings a ban into force: who is there now is removed. A ban stands
// whatever comes of that: who could not be removed is at the next look.
func (s *Service) putOut(ctx context.Context, at []presence) (provider.Effect, error) {
	var all provider.Effect
	for _, p := range at {
		kick := provider.Order{Action: moderation.ActionKick, Room: p.place.room, Participant: p.person}
		effect, err := p.place.client.Act(ctx, kick)
		switch {
		case err == nil:
			all.Says = append(all.Says, effect.Says...)
			all.Reached++
		case moderation.CodeOf(err) != moderation.CodeNotFound: // else gone before
			s.Log.Warn("someone who is banned could not be put out yet", "provider", p.place.room.Provider, "error", err)
			all.Unreached = append(all.Unreached, moderation.Unreached{
				Identity: p.person.Identity, Name: s.nameOf(p.person), Why: s.plain([]moderation.Sentence{why(err)}),
			})
		}
	}
	if len(all.Unreached) > 0 {
		all.Says = append(all.Says, moderation.Say("ban.stands"))
	}
	return all, nil
}

// presence is someone where they are.
type presence struct {
	place  place
	person moderation.Participant
}

// aimBan is aimAt for bans, which may be of every room of a provider and of
// someone who is not there. It returns where the person is now.
func (s *Service) aimBan(ctx context.Context, a *attempt) ([]presence, Answer) {
	p, everywhere := s.everyRoom(a.in.Args[ArgRoom])
	if !everywhere {
		answer := s.aimAt(ctx, a, false)
		if answer != nil || a.person == nil {
			return nil, answer
		}
		return []presence{{a.place, *a.person}}, nil
	}
	a.place, a.who = p, a.in.Args[ArgPerson]
	a.target.Within = &moderation.Extent{Scope: p.arg()}
	if answer := s.permit(ctx, a); answer != nil {
		return nil, answer
	}
	found, err := s.presences(ctx, p.client, a.who)
	if err != nil {
		return nil, s.unread(a.place, err)
	}
	identities := map[string]moderation.Participant{}
	for _, f := range found {
		identities[f.person.Identity] = f.person
	}
	if len(identities) > 1 {
		var all []moderation.Participant
		for _, one := range identities {
			one.ID = one.Identity // a ban everywhere is of an identity, not of a connection
			all = append(all, one)
		}
		return nil, s.whichPerson(a.in, a.place, all)
	}
	if len(found) > 0 {
		one := found[0].person
		a.person = &moderation.Participant{Identity: one.Identity, Name: one.Name, Number: one.Number}
		return found, s.permit(ctx, a)
	}
	return nil, nil
}

// presences finds someone in all rooms of a provider, several rooms at once. One
// that ends meanwhile has nobody in it.
func (s *Service) presences(ctx context.Context, client *provider.Client, word string) ([]presence, error) {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	rooms, err := allRooms(ctx, client)
	if err != nil {
		return nil, err
	}
	inside := make([][]moderation.Participant, len(rooms))
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(roomsReadAtOnce)
	for i, room := range rooms {
		reading.Go(func() (err error) {
			inside[i], err = people(ctx, place{client: client, room: room}, word)
			if codeOf(err) == moderation.CodeNotFound {
				return nil
			}
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	var found []presence
	for i, room := range rooms {
		for _, one := range inside[i] {
			found = append(found, presence{place{client: client, room: room}, one})
		}
	}
	return found, nil
}

// roomsReadAtOnce bounds how many rooms of a provider are read at a time.
const roomsReadAtOnce = 16

// allRooms reads every live room of a provider.
func allRooms(ctx context.Context, client *provider.Client) (rooms []moderation.Room, err error) {
	q := provider.RoomQuery{Limit: roomsAtOnce}
	for {
		page, err := client.Rooms(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, room := range page.Rooms {
			room.Provider = client.Name()
			rooms = append(rooms, room)
		}
		if page.Next == "" {
			return rooms, nil
		}
		q.Cursor = page.Next
	}
}

// everyRoom reads provider:*.
func (s *Service) everyRoom(word string) (place, bool) {
	name, ok := strings.CutSuffix(word, ":"+EveryRoom)
	if !ok {
		return place{}, false
	}
	client, ok := s.Providers.Get(name)
	return place{client: client, room: moderation.Room{Provider: name, ID: EveryRoom, Name: EveryRoom}}, ok
}

// maySurpass asks, where a longer ban stands that this one would shorten,
// whether the caller may ban for as long as that.
func (s *Service) maySurpass(ctx context.Context, a *attempt, m Measure) Answer {
	shortens := m.Case != 0 && !a.details.Permanent && (m.Until.IsZero() || m.Until.After(a.details.Until))
	if !shortens {
		return nil
	}
	asked, longer := a.target, m.target()
	a.target.Permanent, a.target.BanFor = longer.Permanent, longer.BanFor
	answer := s.permit(ctx, a)
	a.target = asked
	return answer
}

func runUnban(ctx context.Context, s *Service, in Invocation) Answer {
	room, answer := s.oneRoom(ctx, in, moderation.ActionBan)
	if answer != nil {
		return answer
	}
	in.Args = in.Args.with(ArgRoom, room)
	a := &attempt{in: in, action: moderation.ActionUnban, reason: in.Args[ArgReason]}
	named, err := s.measuresNamed(ctx, room, in.Args[ArgPerson], moderation.ActionBan, "")
	switch {
	case err != nil:
		return s.unreadable(err)
	case len(named) == 0:
		if _, answer := s.aimBan(ctx, a); answer != nil {
			return answer
		}
		return Notice{Tone: Info, Code: moderation.CodeConflict, Says: []moderation.Sentence{
			moderation.Say("ban.none", s.facts(a)...),
		}}
	}
	if answer := s.aimBanned(ctx, a, named); answer != nil {
		return answer
	}
	a.send = func(context.Context) (provider.Effect, error) { return provider.Effect{}, nil }
	return s.carryOut(ctx, a)
}

// aimBanned aims at a ban that stands, and asks which where the name is that of
// several: not before the caller may lift one.
func (s *Service) aimBanned(ctx context.Context, a *attempt, named []Measure) Answer {
	m := named[0]
	client, ok := s.Providers.Get(m.Provider)
	if !ok {
		return failure(moderation.Fault(moderation.CodeNotFound, "ban.no_provider", "Provider", moderation.Literal(m.Provider)))
	}
	a.place, a.target = place{client: client, room: s.roomOf(ctx, client, m)}, m.target()
	a.person = &moderation.Participant{Identity: m.Identity, Name: m.Name}
	if answer := s.permit(ctx, a); answer != nil {
		return answer
	}
	if len(named) > 1 {
		return s.whichMeasure(a.in, a.place.room, named)
	}
	a.same = strconv.FormatUint(m.Case, 10) // a ban that was put up since is another one
	if a.in.undoes == 0 {
		a.in.undoes = m.Case
	}
	return nil
}

// roomOf reads the room of a measure, or makes one of what the measure knows
// where it is not live.
func (s *Service) roomOf(ctx context.Context, client *provider.Client, m Measure) moderation.Room {
	if m.Room != EveryRoom {
		ctx, cancel := context.WithTimeout(ctx, readDeadline)
		defer cancel()
		for _, name := range []string{m.RoomID, m.Room} {
			if room, err := client.Room(ctx, name); err == nil {
				room.Provider = client.Name()
				return room
			}
		}
	}
	return moderation.Room{Provider: m.Provider, ID: m.RoomID, Name: m.Room}
}
