package commands

import (
	"context"
	"errors"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// Do carries an invocation out and returns what to tell the caller; it always
// returns an Answer and never panics on input. Work with the same Key is done
// once: a second call answers with the first one's case. It returns when the
// outcome is known or ctx ends; then the case stays open and is settled later.
func (s *Service) Do(ctx context.Context, in Invocation) (answer Answer) {
	defer func() {
		if fault := recover(); fault != nil {
			s.Log.Error("a command panicked", "command", in.Command, "panic", fault, "stack", string(debug.Stack()))
			answer = s.broken(ctx, in)
		}
	}()
	command, in, err := read(in)
	if err != nil {
		return failure(err)
	}
	if in.Key != "" && command.Action != "" {
		if known, ok := s.answerKnown(ctx, in); ok {
			return known
		}
	}
	if faults := command.check(in.Args); len(faults) > 0 {
		return faulty(command, in, faults)
	}
	if missing := command.missing(in.Args); len(missing) > 0 {
		return Missing{Command: command.Name, Args: in.Args, Missing: missing}
	}
	return command.run(ctx, s, in)
}

// read finds the command and brings its words apart.
func read(in Invocation) (*Command, Invocation, error) {
	if name := strings.TrimPrefix(strings.ToLower(in.Command), "/"); (name == "room" || name == "") && in.Args == nil {
		first, rest := cutWord(in.Text)
		in.Command, in.Text = first, rest
		if first == "" {
			in.Command = "help"
		}
	}
	command, ok := Lookup(in.Command)
	if !ok {
		return nil, in, unknownCommand(in.Command)
	}
	in.Command = command.Name
	if in.Args == nil {
		args, err := command.Parse(in.Text)
		if err != nil {
			return nil, in, err
		}
		in.Args = args
	}
	in.Args = maps.Clone(in.Args)
	for name, value := range in.Args {
		in.Args[name] = strings.ToValidUTF8(value, "\uFFFD")
	}
	return command, in, nil
}

// cutWord cuts the first word off a text without reading its quotes.
func cutWord(text string) (first, rest string) {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, " \t\n\u00a0"); i >= 0 {
		return text[:i], strings.TrimSpace(text[i:])
	}
	return text, ""
}

func unknownCommand(word string) error {
	var names []string
	for _, c := range table {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	word = words.Cut(word, 80)
	if near := nearest(word, names, 1); len(near) > 0 {
		return moderation.Fault(moderation.CodeInvalid, "parse.unknown_near",
			"Word", moderation.Literal(word), "Near", moderation.Literal("/room-"+near[0]))
	}
	return moderation.Fault(moderation.CodeInvalid, "parse.unknown", "Word", moderation.Literal(word))
}

// broken answers an invocation in which the program failed, with its case: the
// one that it has made by then, or one of its own that says so.
func (s *Service) broken(ctx context.Context, in Invocation) (answer Answer) {
	notice := Notice{Tone: Failure, Code: moderation.CodeInternal, Says: []moderation.Sentence{moderation.Say("error.internal")}}
	defer func() {
		if fault := recover(); fault != nil {
			s.Log.Error("what failed could not be written down", "command", in.Command, "panic", fault, "stack", string(debug.Stack()))
			answer = notice
		}
	}()
	return s.undone(context.WithoutCancel(ctx), in, notice)
}

// faulty answers words that cannot be used: at their fields where there is a
// dialog, else in sentences.
func faulty(c *Command, in Invocation, faults map[string]moderation.Sentence) Answer {
	if in.Source == FromDialog {
		return Missing{Command: c.Name, Args: in.Args, Missing: c.missing(in.Args), Faults: faults}
	}
	notice := Notice{Tone: Failure, Code: moderation.CodeInvalid}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		notice.Says = append(notice.Says, faults[name])
	}
	notice.Says = append(notice.Says, moderation.Say("parse.usage", "Usage", moderation.Literal(c.Usage())))
	return notice
}

// fault answers one word that cannot be used.
func fault(in Invocation, arg string, err error) Answer {
	if in.Source == FromDialog && moderation.CodeOf(err) != moderation.CodeInternal {
		c, ok := Lookup(in.Command)
		if _, takes := c.Arg(arg); ok && takes {
			return Missing{Command: in.Command, Args: in.Args, Faults: map[string]moderation.Sentence{arg: faultOf(err)}}
		}
	}
	return failure(err)
}

// failure answers an error: nothing was done, and no case was made.
func failure(err error) Answer {
	return Notice{Tone: Failure, Code: moderation.CodeOf(err), Says: []moderation.Sentence{faultOf(err)}}
}

// faultOf returns the sentence of an error that is safe to show.
func faultOf(err error) moderation.Sentence { return words.Fault(err) }

// unstored is the answer where the store did not take what had to be written
// before anything is done.
func (s *Service) unstored(err error) Answer {
	var known *moderation.Error
	if errors.As(err, &known) {
		return failure(err)
	}
	s.Log.Error("the store failed", "error", err)
	return Notice{Tone: Failure, Code: moderation.CodeInternal, Says: []moderation.Sentence{moderation.Say("store.unwritable")}}
}
