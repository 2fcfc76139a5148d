package commands

import (
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
	c, target, answer := s.findCase(ctx, in)
	if answer != nil {
		return c, answer
	}
	switch d := s.may(ctx, in.Caller, p, target); {
	case d.Hidden:
		return c, noCase(in)
	case !d.Allowed:
		return c, Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	return c, nil
}

// findCase reads the case of an invocation and what questions about it are about.
func (s *Service) findCase(ctx context.Context, in Invocation) (c moderation.Case, t Target, answer Answer) {
	number, err := in.Args.caseNumber()
	if err != nil {
		return c, t, fault(in, ArgCase, err)
	}
	err = s.view(ctx, func(tx store.Tx) (err error) {
		c, err = tx.Case(number)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return c, t, noCase(in)
	case err != nil:
		return c, t, s.unreadable(err)
	}
	return c, s.caseTarget(ctx, c), nil
}

func noCase(in Invocation) Answer {
	return fault(in, ArgCase, moderation.Fault(moderation.CodeNotFound, "case.not_found", "Case", moderation.Literal(in.Args[ArgCase])))
}

// unreadable answers a store that could not be read.
func (s *Service) unreadable(err error) Answer {
	s.Log.Error("the store could not be read", "error", err)
	return Notice{Tone: Failure, Code: moderation.CodeInternal, Says: []moderation.Sentence{moderation.Say("act.store_unread")}}
}

// caseTarget is what a question about a case is about: its room, if it has one,
// as it is now where it is live, so that a tenant's rights can be told.
func (s *Service) caseTarget(ctx context.Context, c moderation.Case) Target {
	if c.Provider == "" {
		return Target{}
	}
	return Target{Room: s.liveRoom(ctx, caseRoom(c))}
}

// liveRoom reads a room again where a tenant's right could depend on it.
func (s *Service) liveRoom(ctx context.Context, room moderation.Room) moderation.Room {
	client, ok := s.Providers.Get(room.Provider)
	if !ok || room.ID == "" || room.ID == EveryRoom || !s.tenants(ctx) {
		return room
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline/4)
	defer cancel()
	live, err := client.Room(ctx, room.ID)
	if err != nil {
		return room
	}
	live.Provider = room.Provider
	return live
}

// tenants reports whether any grant or token is bound to a tenant.
func (s *Service) tenants(ctx context.Context) bool {
	for _, t := range s.Rules.Tokens {
		if t.AuthID != "" {
			return true
		}
	}
	bound := false
	err := s.view(ctx, func(tx store.Tx) error {
		all, err := store.Grants.All(tx, "")
		for _, g := range all {
			bound = bound || g.AuthID != ""
		}
		return err
	})
	return bound || err != nil
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
