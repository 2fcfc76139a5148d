package commands

import (
	"context"
	"strings"
	"unicode"

	"github.com/roomwarden/roomwarden/moderation"
)

// argFirst and argRest are a typed text in two: its first word, which may name
// someone present, and what follows.
const (
	argFirst = "first"
	argRest  = "rest"
)

var announceCommand = &Command{
	Name: "announce",
	Args: []Arg{
		roomArg,
		{Name: ArgPerson, Usage: "[PERSON]"},
		{Name: ArgText, Usage: "TEXT|URL", Required: true, Rest: true},
		{Name: ArgOptions, Usage: ""},
	},
	Summary:  moderation.Say("help.announce"),
	Examples: []string{`/room-announce live:standup "We close in five minutes"`, "/room-announce calls:support agent-7 https://example.org/notice.mp3"},
	Notes:    []moderation.Sentence{moderation.Say("help.announce_person")},
	Needs:    moderation.AnnounceTo,
	Action:   moderation.ActionAnnounce,
	parse:    parseAnnounce,
	run:      runAnnounce,
}

func parseAnnounce(_ *Command, all []Word) (Args, error) {
	args := Args{}
	if len(all) == 0 {
		return args, nil
	}
	args[ArgRoom] = all[0].Text
	all = all[1:]
	if len(all) > 0 && !all[len(all)-1].Quoted && strings.HasPrefix(all[len(all)-1].Text, "method=") {
		rest, err := takeOptions(all[len(all)-1:], args)
		if err != nil {
			return nil, err
		}
		all = append(all[:len(all)-1:len(all)-1], rest...)
	}
	if len(all) == 0 {
		return args, nil
	}
	args[ArgText] = plainText(all)
	if len(all) == 1 {
		args[ArgText] = all[0].address()
	}
	// Quotes around the text keep its first word from being a person; a name
	// with blanks needs quotes of its own.
	first := all[0]
	named := !first.Quoted || strings.ContainsFunc(first.Text, unicode.IsSpace) && len(all) > 1
	if named && !strings.Contains(first.Text, "://") {
		args[argFirst], args[argRest] = first.Text, plainText(all[1:])
		if len(all) == 2 {
			args[argRest] = all[1].address()
		}
	}
	return args, checkAddresses(args[ArgText])
}

func runAnnounce(ctx context.Context, s *Service, in Invocation) Answer {
	method, err := in.Args.method()
	if err == nil {
		err = checkAddresses(in.Args[ArgText])
	}
	if err != nil {
		return fault(in, ArgText, err)
	}
	a := &attempt{in: in, action: moderation.ActionAnnounce}
	if answer := s.aimAt(ctx, a, true); answer != nil {
		return answer
	}
	if answer := s.aimFirst(ctx, a); answer != nil {
		return answer
	}
	text := strings.TrimSpace(a.in.Args[ArgText])
	if strings.Contains(text, "://") && !strings.ContainsFunc(text, unicode.IsSpace) {
		a.order.URL, a.order.Method = text, method
	} else {
		a.order.Text = text
	}
	a.reason, a.same, a.toOne = text, text, a.person != nil
	return s.carryOut(ctx, a)
}

// aimFirst takes the first word for the person where it names someone present.
func (s *Service) aimFirst(ctx context.Context, a *attempt) Answer {
	first := a.in.Args[argFirst]
	if a.person != nil || first == "" {
		return nil
	}
	reading, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	found, err := people(reading, a.place, first)
	if err != nil {
		return s.unread(a.place, err)
	}
	if len(found) == 0 {
		return nil
	}
	rest := a.in.Args[argRest]
	a.in.Args = a.in.Args.with(ArgText, rest).with(ArgRoom, a.place.arg()).with(ArgPerson, first)
	delete(a.in.Args, argFirst)
	delete(a.in.Args, argRest)
	if rest == "" {
		a.in.Args[ArgRoom] = a.place.room.Ref().String()
		return Missing{Command: a.in.Command, Args: a.in.Args, Missing: []string{ArgText}}
	}
	if len(found) > 1 {
		return s.whichPerson(a.in, a.place, found)
	}
	a.person = &found[0]
	return s.permit(ctx, a)
}
