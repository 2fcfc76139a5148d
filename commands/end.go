package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var endCommand = &Command{
	Name:     "end",
	Args:     []Arg{roomArg, reasonArg},
	Summary:  moderation.Say("help.end"),
	Examples: []string{"/room-end live:standup time is over"},
	Notes:    []moderation.Sentence{moderation.Say("help.end_asks"), moderation.Say("help.end_lock")},
	Needs:    moderation.EndRoom,
	Action:   moderation.ActionEnd,
	run:      runEnd,
}

func runEnd(ctx context.Context, s *Service, in Invocation) Answer {
	a, answer := s.aim(ctx, in, moderation.ActionEnd, "")
	if answer != nil {
		return answer
	}
	a.ask = []moderation.Sentence{moderation.Say("end.ask", append(s.facts(a), "People", a.place.room.Participants)...)}
	return s.carryOut(ctx, a)
}
