package commands

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// Both are reached by the buttons of a case that waits, or by its number.
var (
	approveCommand = &Command{
		Name: "approve", Args: []Arg{caseArg}, Summary: moderation.Say("help.approve"), Hidden: true, run: runApprove,
	}
	denyCommand = &Command{
		Name: "deny", Args: []Arg{caseArg, reasonArg}, Summary: moderation.Say("help.deny"), Hidden: true, run: runDeny,
	}
)

// runApprove carries out what waits for another person: a request by the rights
// of whoever approves it, a second signature by those of both. Everything is
// asked again, as the room and the rights are now.
func runApprove(ctx context.Context, s *Service, in Invocation) Answer {
	w, c, answer := s.presentWaiting(ctx, in)
	if answer != nil {
		return answer
	}
	switch {
	case in.Caller.Actor.Kind != moderation.SlackUser:
		return undoFault(c, "approve.people_alone")
	case in.Caller.Actor == w.Caller.Actor || in.Caller.Actor.String() == w.Caller.Actor.String():
		return undoFault(c, "approve.own")
	}
	command, ok := Lookup(w.Command)
	if !ok {
		return undoFault(c, "undo.impossible")
	}
	// The whole work has the time of its own invocation: it is confirmed, and
	// its records continue the case.
	return command.run(ctx, s, Invocation{
		Caller: w.Caller, Source: in.Source, Command: w.Command, Args: w.Args, Confirmed: true, Progress: in.Progress,
		undoes: w.Undoes, approvedBy: in.Caller.Actor.String(), approval: &approval{waiting: w, By: in},
	})
}

// runDeny refuses what waits. Whoever could approve may, and whoever asked for
// it takes it back by the same button.
func runDeny(ctx context.Context, s *Service, in Invocation) Answer {
	w, c, answer := s.presentWaiting(ctx, in)
	if answer != nil {
		return answer
	}
	own := in.Caller.Actor.String() == w.Caller.Actor.String()
	if !own {
		if d := s.mayAnswer(ctx, in.Caller, c); d.Hidden {
			return noCase(in)
		} else if !d.Allowed {
			return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
		}
	}
	by, number := actorArg(in.Caller.Actor.String()), c.Number
	says, done := moderation.Say("approve.denied", "By", by), moderation.Say("approve.denied_done", "Case", number)
	if own {
		says, done = moderation.Say("approve.withdrawn", "By", by), moderation.Say("approve.withdrawn_done", "Case", number)
	}
	c, err := s.decide(ctx, number, in.Caller.Actor, func(waiting) []moderation.Sentence { return []moderation.Sentence{says} }, in.Args[ArgReason])
	switch {
	case errors.Is(err, errDecided):
		return s.decidedBefore(ctx, in, number)
	case err != nil:
		return s.unstored(err)
	}
	s.metrics.ended(c)
	return CaseAnswer{Tone: Done, Says: []moderation.Sentence{done}, Case: c}
}

// presentWaiting finds what an approval or denial is about.
func (s *Service) presentWaiting(ctx context.Context, in Invocation) (w waiting, c moderation.Case, answer Answer) {
	number, err := in.Args.caseNumber()
	if err != nil {
		return w, c, fault(in, ArgCase, err)
	}
	w, c, err = s.waitingCase(ctx, number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return w, c, noCase(in)
	case errors.Is(err, errDecided) || err == nil && !time.Now().Before(w.Until):
		return w, c, s.decidedBefore(ctx, in, number)
	case err != nil:
		return w, c, s.unreadable(err)
	}
	return w, c, nil
}

// decidedBefore answers about a case that does not wait any more.
func (s *Service) decidedBefore(ctx context.Context, in Invocation, number uint64) Answer {
	in.Args = in.Args.with(ArgCase, strconv.FormatUint(number, 10))
	c, answer := s.findCase(ctx, in)
	if answer != nil {
		return answer
	}
	if c.AwaitsUntil.IsZero() || s.mayAnswer(ctx, in.Caller, c).Hidden {
		return noCase(in)
	}
	return Notice{Tone: Info, Code: moderation.CodeConflict, Case: c.Number, Says: []moderation.Sentence{
		moderation.Say("approve.decided", "Case", c.Number, "Text", c.Text),
	}}
}

// mayAnswer decides whether someone may deny what waits: whoever has the
// permission that it needs.
func (s *Service) mayAnswer(ctx context.Context, c Caller, of moderation.Case) Decision {
	return s.aboutCase(ctx, of, func(t Target) Decision {
		return s.may(ctx, c, moderation.PermissionFor(of.Action, of.Media), t)
	})
}

// judgeApprover asks whether whoever approves an attempt may make it. One who
// may not is refused by a case of their own, and what waited goes on waiting.
func (s *Service) judgeApprover(ctx context.Context, a *attempt) Answer {
	own := a.ofApprover()
	answer := s.permitCaller(ctx, own)
	a.judged = own.judged
	return answer
}

// ofApprover is the attempt as one of whoever approves it, with a case of its own.
func (a *attempt) ofApprover() *attempt {
	own := *a
	own.in.approval, own.in.approvedBy, own.in.undoes = nil, "", 0
	own.in.Caller, own.in.Source, own.in.Key = a.in.approval.By.Caller, a.in.approval.By.Source, a.in.approval.By.Key
	return &own
}
