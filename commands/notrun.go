package commands

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// NotRun makes the case of an accepted invocation that came too old to be
// carried out, and answers that it was not run. One that had been begun before
// is answered with its case.
func (s *Service) NotRun(ctx context.Context, in Invocation) Answer {
	return s.undone(ctx, in, Notice{Tone: Failure, Code: moderation.CodeBusy, Says: []moderation.Sentence{moderation.Say("act.not_run")}})
}

// undone makes the failed case of an invocation that did nothing, with what the
// notice says of it, where it asked for something that is a case.
func (s *Service) undone(ctx context.Context, in Invocation, notice Notice) Answer {
	command, in, err := read(in)
	if err != nil || command.Action == "" || len(command.missing(in.Args)) > 0 {
		return notice
	}
	if known, ok := s.answerKnown(ctx, in); ok {
		return known
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	a := &attempt{in: in, action: command.Action, reason: in.Args[ArgReason], who: in.Args[ArgPerson]}
	if command.Action == moderation.ActionMute || command.Action == moderation.ActionUnmute || command.Action == moderation.ActionMuteAll {
		a.media = in.Args.media()
	}
	found := s.search(ctx, in.Caller, in.Args[ArgRoom])
	switch {
	case len(found.seen) > 0:
		a.place = found.seen[0]
		a.person = unseenPerson(ctx, a.place, in)
	case len(found.hidden) > 0:
		if err := s.recordUnseen(ctx, a, found.hidden[0], nil); err != nil {
			return s.unstored(err)
		}
		return notice
	case len(found.down) > 0:
		name, room, ok := strings.Cut(in.Args[ArgRoom], ":")
		if !ok {
			name, room = "", in.Args[ArgRoom]
		}
		a.place.room = moderation.Room{Provider: name, Name: room}
	case in.Args[ArgRoom] != "":
		return notice // there is no such room, and so no case
	}
	r := s.record(a, moderation.RecordFailed)
	r.Details.Code, r.Words.Text = notice.Code, s.plain(notice.Says)
	c, err := s.write(ctx, entry{record: r})
	switch {
	case errors.Is(err, store.ErrKnownKey):
		return s.answerCase(ctx, in.Caller, c)
	case err != nil:
		return s.unstored(err)
	}
	s.metrics.ended(c)
	notice.Case = c.Number
	return notice
}
