package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var pinCommand = &Command{
	Name:     "pin",
	Args:     []Arg{roomArg, personArg, reasonArg},
	Summary:  moderation.Say("help.pin"),
	Examples: []string{"/room-pin live:town-hall speaker"},
	Notes:    []moderation.Sentence{moderation.Say("help.pin_replaces")},
	Needs:    moderation.PinPermission,
	Action:   moderation.ActionPin,
	run: func(ctx context.Context, s *Service, in Invocation) Answer {
		a, answer := s.aim(ctx, in, moderation.ActionPin, "")
		if answer != nil {
			return answer
		}
		a.shows = a.person.Pinned
		return s.carryOut(ctx, a)
	},
}

var unpinCommand = &Command{
	Name:     "unpin",
	Args:     []Arg{roomArg, {Name: ArgPerson, Usage: "[PERSON]"}, reasonArg},
	Summary:  moderation.Say("help.unpin"),
	Examples: []string{"/room-unpin live:town-hall speaker", "/room-unpin live:town-hall"},
	Needs:    moderation.PinPermission,
	Action:   moderation.ActionUnpin,
	run: func(ctx context.Context, s *Service, in Invocation) Answer {
		a, answer := s.aimLift(ctx, in, moderation.ActionUnpin, "")
		if answer == nil && a.person == nil {
			answer = s.findPinned(ctx, a)
		}
		if answer != nil {
			return answer
		}
		a.shows = !a.person.Pinned
		return s.carryOut(ctx, a)
	},
}

// findPinned takes who is pinned where nobody was named.
func (s *Service) findPinned(ctx context.Context, a *attempt) Answer {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	err := everyone(ctx, a.place, "", func(one moderation.Participant) bool {
		if one.Pinned {
			a.person = &one
		}
		return a.person == nil
	})
	if err != nil {
		return s.unread(a.place, err)
	}
	if a.person == nil {
		key := "pin.none"
		if a.place.client.Capabilities(a.place.room)[moderation.CanPin].Level == moderation.ClientSide {
			key = "pin.none_of_ours" // others may have pinned someone
		}
		return Notice{Tone: Info, Code: moderation.CodeConflict, Says: []moderation.Sentence{moderation.Say(key, "Room", a.place.room.Ref())}}
	}
	if answer := s.permit(ctx, a); answer != nil {
		return answer
	}
	return s.restoring(ctx, a)
}
