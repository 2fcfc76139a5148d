package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

// argTail holds the words after except as they were typed, one a line: the
// first of them that names nobody present begins the reason.
const argTail = "tail"

const allowUnmute = "allow_unmute"

var muteAllCommand = &Command{
	Name: "mute-all",
	Args: []Arg{
		roomArg,
		{Name: ArgMedia, Usage: "[audio|video]", Values: []string{string(moderation.Audio), string(moderation.Video)}},
		{Name: ArgExcept, Usage: "[except PERSON…]"},
		{Name: ArgOptions, Usage: "[allow_unmute=true]"},
		reasonArg,
	},
	Summary:  moderation.Say("help.mute_all"),
	Examples: []string{"/room-mute-all live:town-hall", `/room-mute-all town-hall except "Ann Lee" bob allow_unmute=true`},
	Notes:    []moderation.Sentence{moderation.Say("help.mute_all_who"), moderation.Say("help.mute_all_except")},
	Needs:    moderation.AudioControl,
	Action:   moderation.ActionMuteAll,
	parse:    parseMuteAll,
	run:      runMuteAll,
}

func parseMuteAll(c *Command, all []Word) (Args, error) {
	at := slices.IndexFunc(all, func(w Word) bool { return !w.Quoted && strings.EqualFold(w.Text, "except") })
	// Except stands before the reason: room, medium and options may precede it.
	if at < 1 || at > 4 {
		at = len(all)
	}
	before, options := all[:at], Args{}
	if before = slices.Clone(before); at < len(all) {
		rest, err := takeOptions(all[at+1:], options)
		if err != nil {
			return nil, err
		}
		options[argTail] = oneALine(rest)
		if len(rest) == 0 {
			return nil, moderation.Fault(moderation.CodeInvalid, "parse.except")
		}
	}
	args, err := parseInOrder(c, before)
	if err != nil {
		return nil, err
	}
	if at < len(all) && args[ArgReason] != "" {
		// The word except belongs to the reason.
		if args, err = parseInOrder(c, all); err != nil {
			return nil, err
		}
		return args, nil
	}
	for name, value := range options {
		if name == ArgOptions && args[name] != "" {
			value = args[name] + "\n" + value
		}
		args[name] = value
	}
	return args, nil
}

// parseInOrder reads the words of mute-all but for those after except.
func parseInOrder(c *Command, all []Word) (Args, error) {
	without := *c
	without.Args = slices.DeleteFunc(slices.Clone(c.Args), func(a Arg) bool { return a.Name == ArgExcept })
	return without.parseWords(all)
}

func oneALine(all []Word) string {
	lines := make([]string, len(all))
	for i, w := range all {
		lines[i] = strings.ReplaceAll(w.Text, "\n", " ")
	}
	return strings.Join(lines, "\n")
}

func runMuteAll(ctx context.Context, s *Service, in Invocation) Answer {
	options, err := in.Args.options()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	allow := false
	for name, value := range options {
		if allow, err = strconv.ParseBool(value); name != allowUnmute || err != nil {
			return fault(in, ArgOptions, moderation.Fault(moderation.CodeInvalid, "mute_all.option",
				"Word", moderation.Literal(name+"="+value)))
		}
	}
	a, answer := s.aim(ctx, in, moderation.ActionMuteAll, in.Args.media())
	if answer != nil {
		return answer
	}
	a.order.AllowUnmute = allow
	if allow {
		a.details.Options = options
	}
	if answer := s.excepted(ctx, a); answer != nil {
		return answer
	}
	if answer := s.whomToMute(ctx, a); answer != nil {
		return answer
	}
	a.same = bulkMute(a.order)
	return s.carryOut(ctx, a)
}

// bulkMute tells mutes of a room apart: by whom they spare, and by what they
// allow the others. It is empty for one that spares nobody and allows nothing.
func bulkMute(o provider.Order) string {
	spared := slices.Sorted(slices.Values(o.Except))
	if o.AllowUnmute {
		spared = append(spared, allowUnmute+"=true")
	}
	return strings.Join(spared, "\n")
}

// whomToMute reads who is there, for whom the mute goes on when they come back,
// and leaves those alone whom a rule protects from this caller.
func (s *Service) whomToMute(ctx context.Context, a *attempt) Answer {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	who := s.authorityIn(ctx, a.in.Caller, a.place.room)
	needs := moderation.PermissionFor(a.action, a.media)
	whole := a.order
	whole.Action, whole.Media, whole.Room = a.action, a.media, a.place.room
	var m Measure
	var spared []string
	err := everyone(ctx, a.place, "", func(one moderation.Participant) bool {
		switch {
		case !one.Kind.Human() || a.order.Spares(one):
		case !who.may(needs, Target{Room: a.place.room, Participant: &one}).Allowed:
			a.order.Except = append(a.order.Except, one.Identity)
			spared = append(spared, s.nameOf(one))
		default:
			a.inside = append(a.inside, one.Identity)
			whole.Participant = one
			m.take(one.Identity, taken{Connection: one.ID, Restore: a.place.client.Remember(whole), Expected: true})
		}
		return true
	})
	if err != nil {
		return s.unread(a.place, err)
	}
	a.took = m.Took
	if len(spared) > 0 {
		a.also = append(a.also, moderation.Say("mute_all.spared", "Names", spared))
	}
	return nil
}

// excepted finds whom a bulk action leaves alone.
func (s *Service) excepted(ctx context.Context, a *attempt) Answer {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	listed, tail := lines(a.in.Args[ArgExcept]), lines(a.in.Args[argTail])
	names := append(slices.Clone(listed), tail...)
	for i, name := range names {
		word := name
		if i >= len(listed) {
			word = strings.TrimSuffix(name, ",")
		}
		found, err := people(ctx, a.place, word)
		switch {
		case err != nil:
			return s.unread(a.place, err)
		case len(found) == 1:
			a.order.Except = append(a.order.Except, found[0].Identity)
			continue
		case len(found) > 1:
			return fault(a.in, ArgExcept, moderation.Fault(moderation.CodeAmbiguous, "mute_all.except_ambiguous",
				"Person", words.Cut(word, 80), "Room", a.place.room.Ref()))
		case i > len(listed):
			a.reason = strings.Join(names[i:], " ")
			return nil
		}
		return s.noPerson(ctx, Invocation{
			Source: a.in.Source, Command: a.in.Command, Caller: a.in.Caller, Args: a.in.Args.with(ArgExcept, word),
		}, ArgExcept, a.place)
	}
	return nil
}

// lines takes a list apart that stands one a line.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
