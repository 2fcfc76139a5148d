package commands

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

var caseCommand = &Command{
	Name:     "case",
	Args:     []Arg{caseArg},
	Summary:  moderation.Say("help.case"),
	Examples: []string{"/room-case 17"},
	Needs:    moderation.ReadAudit,
	run:      runCase,
}

// caseNumber reads the number of a case: 17 or #17.
func (a Args) caseNumber() (uint64, error) {
	word := strings.TrimPrefix(strings.TrimSpace(a[ArgCase]), "#")
	number, err := strconv.ParseUint(word, 10, 64)
	if err != nil || number == 0 {
		return 0, moderation.Fault(moderation.CodeInvalid, "case.number", "Word", moderation.Literal(a[ArgCase]))
	}
	return number, nil
}

// openCase reads the case of an invocation and asks whether the caller may p
// with it. A case about a room that the caller may not list does not exist for them.
func (s *Service) openCase(ctx context.Context, in Invocation, p moderation.Permission) (moderation.Case, Answer) {
	c, answer := s.findCase(ctx, in)
	if answer != nil {
		return c, answer
	}
	ask := func(t Target) Decision { return s.may(ctx, in.Caller, p, t) }
	switch d := s.aboutCase(ctx, c, ask); {
	case d.Hidden:
		return c, noCase(in)
	case !d.Allowed:
		return c, Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	return c, nil
}

// findCase reads the case of an invocation.
func (s *Service) findCase(ctx context.Context, in Invocation) (c moderation.Case, answer Answer) {
	number, err := in.Args.caseNumber()
	if err != nil {
		return c, fault(in, ArgCase, err)
	}
	c, err = s.caseOf(ctx, number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return c, noCase(in)
	case err != nil:
		return c, s.unreadable(err)
	}
	return c, nil
}

func noCase(in Invocation) Answer {
	return fault(in, ArgCase, moderation.Fault(moderation.CodeNotFound, "case.not_found", "Case", moderation.Literal(in.Args[ArgCase])))
}

// unreadable answers a store that could not be read.
func (s *Service) unreadable(err error) Answer {
	s.Log.Error("the store could not be read", "error", err)
	return Notice{Tone: Failure, Code: moderation.CodeInternal, Says: []moderation.Sentence{moderation.Say("act.store_unread")}}
}

// aboutCase asks a question about a case, whose room may be gone. Where what
// the case knows of the room does not allow it, the room as it is now is asked
// about: a tenant's rights follow from what the room says of itself.
func (s *Service) aboutCase(ctx context.Context, c moderation.Case, ask func(Target) Decision) Decision {
	t := targetOf(c)
	d := ask(t)
	if d.Allowed || t.Room.ID == "" {
		return d
	}
	live, ok := s.liveRoom(ctx, t.Room)
	if !ok {
		return d
	}
	return ask(Target{Room: live})
}

// caseTarget is what the offers about a case are about. The room is read again
// only where the caller can list it as what it says of itself.
func (s *Service) caseTarget(ctx context.Context, who authority, c moderation.Case) Target {
	t := targetOf(c)
	if t.Room.ID == "" || who.lists(t.Room) {
		return t
	}
	if live, ok := s.liveRoom(ctx, t.Room); ok {
		t.Room = live
	}
	return t
}

// targetOf is what a case is about as far as the case knows.
func targetOf(c moderation.Case) Target {
	switch {
	case c.Provider == "":
		return Target{Within: &moderation.Extent{Scope: cmp.Or(c.Scope, moderation.Everywhere), AuthID: c.AuthID}}
	case c.RoomID == EveryRoom:
		return Target{Within: &moderation.Extent{Scope: c.Provider + ":" + EveryRoom}}
	default:
		return Target{Room: caseRoom(c)}
	}
}

func (s *Service) liveRoom(ctx context.Context, room moderation.Room) (moderation.Room, bool) {
	client, ok := s.Providers.Get(room.Provider)
	if !ok {
		return room, false
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline/4)
	defer cancel()
	live, err := client.Room(ctx, room.ID)
	live.Provider = room.Provider
	return live, err == nil
}

func runCase(ctx context.Context, s *Service, in Invocation) Answer {
	c, answer := s.openCase(ctx, in, moderation.ReadAudit)
	if answer != nil {
		return answer
	}
	var records []moderation.Record
	err := s.view(ctx, func(tx store.Tx) (err error) {
		records, err = tx.Records(c.Number)
		return err
	})
	if err != nil {
		return s.unreadable(err)
	}
	return CaseHistory{Case: c, Records: records, Offers: s.caseOffers(ctx, in.Caller, c)}
}
