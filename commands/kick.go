package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var kickCommand = &Command{
	Name:     "kick",
	Args:     []Arg{roomArg, personArg, tellArg, reasonArg},
	Summary:  moderation.Say("help.kick"),
	Examples: []string{"/room-kick live:standup chaos shouting", `/room-kick standup "Ann Lee"`},
	Notes:    []moderation.Sentence{moderation.Say("help.kick_ends"), moderation.Say("help.kick_returns"), moderation.Say("help.tell")},
	Needs:    moderation.KickPermission,
	Action:   moderation.ActionKick,
	run:      runKick,
}

func runKick(ctx context.Context, s *Service, in Invocation) Answer {
	a, answer := s.aim(ctx, in, moderation.ActionKick, "")
	if answer != nil {
		return answer
	}
	if a.person.EndsRoom {
		a.ask = []moderation.Sentence{moderation.Say("kick.ends_room", s.facts(a)...)}
	}
	return s.carryOut(ctx, a)
}
