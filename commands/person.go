package commands

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

// participantPage is how many participants are asked for at once.
const participantPage = 200

// codeOf is moderation.CodeOf with the context's own ends told apart: a read
// that took too long is a provider that cannot be reached.
func codeOf(err error) moderation.Code {
	var known *moderation.Error
	if !errors.As(err, &known) && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return moderation.CodeUnavailable
	}
	return moderation.CodeOf(err)
}

// people finds who answers to a word: connection id, identity, label or number
// first, then the display name as it is, then the name in any case. Several
// mean that the word is not enough.
func people(ctx context.Context, p place, word string) ([]moderation.Participant, error) {
	if number := dialled(word); isNumber(number) {
		word = number
	}
	person, err := p.client.Participant(ctx, p.room, word)
	switch code := codeOf(err); code {
	case "":
		return []moderation.Participant{person}, nil
	case moderation.CodeNotFound, moderation.CodeAmbiguous, moderation.CodeInvalid:
	default:
		return nil, err
	}
	named := namesakes{word: word}
	err = everyone(ctx, p, word, func(one moderation.Participant) bool {
		named.hear(one)
		return len(named.same) < maxCandidates
	})
	if err != nil {
		return nil, err
	}
	return onePerson(ctx, p, named.all()), nil
}

// namesakes collects who answers to a word: as it is, or else in any case.
type namesakes struct {
	word        string
	same, alike []moderation.Participant
}

func (n *namesakes) hear(one moderation.Participant) {
	switch {
	case one.Name == n.word || one.Identity == n.word || one.Number != "" && one.Number == n.word:
		n.same = append(n.same, one)
	case strings.EqualFold(strings.TrimSpace(one.Name), strings.TrimSpace(n.word)) || strings.EqualFold(one.Identity, n.word):
		n.alike = append(n.alike, one)
	}
}

func (n *namesakes) all() []moderation.Participant {
	if len(n.same) == 0 {
		return n.alike
	}
	return n.same
}

// onePerson takes several connections of one identity for the one that the
// provider finds by it, where it can.
func onePerson(ctx context.Context, p place, all []moderation.Participant) []moderation.Participant {
	if len(all) < 2 {
		return all
	}
	for _, one := range all {
		if one.Identity == "" || one.Identity != all[0].Identity {
			return all
		}
	}
	person, err := p.client.Participant(ctx, p.room, all[0].Identity)
	if err != nil {
		return all
	}
	return []moderation.Participant{person}
}

// everyone calls f for each participant whose name, identity or number has
// the word in it, until f returns false.
func everyone(ctx context.Context, p place, word string, f func(moderation.Participant) (more bool)) error {
	q := provider.ParticipantQuery{Limit: participantPage, Search: word}
	for {
		page, err := p.client.Participants(ctx, p.room, q)
		if err != nil {
			return err
		}
		for _, one := range page.Participants {
			if !f(one) {
				return nil
			}
		}
		if page.Next == "" {
			return nil
		}
		q.Cursor = page.Next
	}
}

// dialled takes what people write between the digits out of a number.
func dialled(word string) string {
	return strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(word)
}

// noPerson says that nobody present answers to the word, and who nearly does.
func (s *Service) noPerson(ctx context.Context, in Invocation, arg string, p place) Answer {
	if in.Source == FromButton {
		return Notice{Tone: Failure, Code: moderation.CodeNotFound, Says: []moderation.Sentence{moderation.Say("person.left", "Room", p.room.Ref())}}
	}
	word := in.Args[arg]
	says := []moderation.Sentence{moderation.Say("person.not_found",
		"Person", words.Cut(word, 80), "Room", p.room.Ref())}
	var names []string
	err := everyone(ctx, p, "", func(one moderation.Participant) bool {
		names = append(names, s.nameOf(one))
		if one.Identity != one.Name {
			names = append(names, s.shown(one.Identity))
		}
		return len(names) < 2*participantPage
	})
	if err != nil {
		s.Log.Warn("who is near a name could not be read", "provider", p.room.Provider, "error", err)
	}
	if near := nearest(words.Cut(word, 80), names, 3); len(near) > 0 {
		says = append(says, moderation.Say("person.near", "People", near))
	} else {
		says = append(says, moderation.Say("person.list", "Command", moderation.Literal("/room-list "+Quote(p.room.Ref().String()))))
	}
	if in.Source == FromDialog {
		return Missing{Command: in.Command, Args: in.Args, Faults: map[string]moderation.Sentence{arg: says[0]}}
	}
	return Notice{Tone: Failure, Code: moderation.CodeNotFound, Says: says}
}

// whichPerson asks which of several people was meant, with what tells them apart.
func (s *Service) whichPerson(in Invocation, p place, all []moderation.Participant) Answer {
	args := in.Args.with(ArgRoom, p.arg())
	choice := Candidates{
		Says: moderation.Say("person.ambiguous", "Person", words.Cut(in.Args[ArgPerson], 80), "Room", p.room.Ref(), "Count", len(all)),
		Args: args, Command: in.Command, Arg: ArgPerson,
	}
	for _, one := range all[:min(len(all), maxCandidates)] {
		choice.Options = append(choice.Options, s.personCandidate(one))
	}
	return choice
}

func (s *Service) personCandidate(one moderation.Participant) Candidate {
	sends, muted := one.Sends(moderation.Audio)
	pairs := []any{"Identity", s.shown(one.Identity), "ID", one.ID, "Sends", sends, "Muted", muted || one.IsBlocked(moderation.Audio)}
	if !one.JoinedAt.IsZero() {
		pairs = append(pairs, "Joined", moderation.Moment(one.JoinedAt))
	}
	return Candidate{Value: one.ID, Label: s.nameOf(one), Hint: moderation.Say("person.hint", pairs...)}
}

// nameOf is how someone is named to people: the display name, else the
// identity, with telephone numbers masked where that is configured.
func (s *Service) nameOf(one moderation.Participant) string { return s.shown(one.DisplayName()) }

// shown masks a name that is a telephone number, where that is configured.
func (s *Service) shown(name string) string {
	if s.Rules.NumbersMasked {
		return MaskNumber(name)
	}
	return name
}

// discreet is a driver's sentence with its names as shown shows them.
func (s *Service) discreet(says moderation.Sentence) moderation.Sentence {
	args := make(map[string]any, len(says.Args))
	for name, value := range says.Args {
		if text, ok := value.(string); ok {
			value = s.shown(text)
		}
		args[name] = value
	}
	return moderation.Sentence{Key: says.Key, Args: args}
}

// with returns a copy of the words with one of them set.
func (a Args) with(name, value string) Args {
	out := make(Args, len(a)+1)
	for k, v := range a {
		out[k] = v
	}
	out[name] = value
	return out
}

func isNumber(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && len(digits) >= 6 && strings.Trim(digits, "0123456789") == ""
}

// numberIn finds telephone numbers in E.164 also where a provider puts them
// into a name: sip_+16175551212.
var numberIn = regexp.MustCompile(`\+[0-9]{6,15}`)

// MaskNumber hides the middle of each telephone number in E.164:
// +1 617 ••• 1212. Other text stays as it is.
func MaskNumber(text string) string {
	return numberIn.ReplaceAllStringFunc(text, func(number string) string {
		digits := number[1:]
		country := 2
		if digits[0] == '1' || digits[0] == '7' {
			country = 1
		}
		if len(digits) < 10 {
			return "+" + digits[:country] + " ••• " + digits[len(digits)-2:]
		}
		return "+" + digits[:country] + " " + digits[country:country+3] + " ••• " + digits[len(digits)-4:]
	})
}
