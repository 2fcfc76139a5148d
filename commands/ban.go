package commands

import (
	"context"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// defaultBan is how long a ban holds where no time is named.
const defaultBan = 24 * time.Hour

var banCommand = &Command{
	Name:     "ban",
	Args:     []Arg{{Name: ArgRoom, Usage: "ROOM|provider:*", Required: true}, personArg, forArg, reasonArg},
	Summary:  moderation.Say("help.ban"),
	Examples: []string{"/room-ban live:standup chaos 2h spam", "/room-ban live:* chaos permanent spam everywhere"},
	Notes:    []moderation.Sentence{moderation.Say("help.ban_absent"), moderation.Say("help.ban_for")},
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
	if answer := s.aimBan(ctx, a); answer != nil {
		return answer
	}
	m, _, err := s.standingBefore(ctx, a)
	if err != nil {
		return s.unstored(err)
	}
	a.shows = m.Case != 0 && m.Until.Equal(a.details.Until)
	a.send = func(ctx context.Context) (provider.Effect, error) { return s.putOut(ctx, a) }
	return s.carryOut(ctx, a)
}

// putOut brings a ban into force: who is there now is removed.
func (s *Service) putOut(ctx context.Context, a *attempt) (provider.Effect, error) {
	if a.person == nil {
		return provider.Effect{}, nil
	}
	kick := a.order
	kick.Action = moderation.ActionKick
	effect, err := a.place.client.Act(ctx, kick)
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return provider.Effect{}, nil // gone before; the ban stands
	}
	return effect, err
}

// aimBan is aimAt for bans, which may be of every room of a provider, of a room
// that is not live any more, and of someone who is not there.
func (s *Service) aimBan(ctx context.Context, a *attempt) Answer {
	if p, ok := s.everyRoom(a.in.Args[ArgRoom]); ok {
		a.place, a.who = p, a.in.Args[ArgPerson]
		return s.permit(ctx, a)
	}
	return s.aimAt(ctx, a, false)
}

// everyRoom reads provider:*.
func (s *Service) everyRoom(word string) (place, bool) {
	name, ok := strings.CutSuffix(word, ":"+EveryRoom)
	if !ok {
		return place{}, false
	}
	client, ok := s.Providers.Get(name)
	return place{client, moderation.Room{Provider: name, ID: EveryRoom, Name: EveryRoom}}, ok
}

func runUnban(ctx context.Context, s *Service, in Invocation) Answer {
	a := &attempt{in: in, action: moderation.ActionUnban, reason: in.Args[ArgReason]}
	m, there, err := s.measureNamed(ctx, in, moderation.ActionBan)
	if err != nil {
		return s.unstored(err)
	}
	if there {
		client, ok := s.Providers.Get(m.Provider)
		if !ok {
			return failure(moderation.Fault(moderation.CodeNotFound, "ban.no_provider", "Provider", moderation.Literal(m.Provider)))
		}
		a.place = place{client, s.roomOf(ctx, client, m)}
		a.person = &moderation.Participant{Identity: m.Identity, Name: m.Name}
		if answer := s.permit(ctx, a); answer != nil {
			return answer
		}
	} else {
		if answer := s.aimBan(ctx, a); answer != nil {
			return answer
		}
		return Notice{Tone: Info, Code: moderation.CodeConflict, Says: []moderation.Sentence{
			moderation.Say("ban.none", s.facts(a)...),
		}}
	}
	a.send = func(context.Context) (provider.Effect, error) { return provider.Effect{}, nil }
	return s.carryOut(ctx, a)
}

// measureNamed finds the measure that the words of an invocation mean: of the
// room, by name or id, and of the person, by identity or name.
func (s *Service) measureNamed(ctx context.Context, in Invocation, kind moderation.Action) (found Measure, there bool, err error) {
	room, person := in.Args[ArgRoom], in.Args[ArgPerson]
	err = s.view(ctx, func(tx store.Tx) error {
		found, there = Measure{}, false
		all, err := Measures.All(tx, "")
		for _, m := range all {
			if m.Kind != kind || !m.inRoom(room) {
				continue
			}
			if person == "" || m.Identity == person || strings.EqualFold(m.Name, person) {
				found, there = m, true
			}
		}
		return err
	})
	return found, there, err
}

// inRoom reports whether a word names the measure's room.
func (m Measure) inRoom(word string) bool {
	for _, name := range []string{m.Room, m.RoomID} {
		if word == name || word == m.Provider+":"+name {
			return true
		}
	}
	return false
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
