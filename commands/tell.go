package commands

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// tellDeadline bounds what is said to a person before something is done to
// them: the action is what matters.
const tellDeadline = 3 * time.Second

// tellArg asks to tell the person, through the provider, what is being done and
// why. It stands anywhere before or among the reason.
var tellArg = Arg{Name: ArgTell, Values: []string{tellYes, tellNo}}

const (
	tellYes = "true"
	tellNo  = "false"
)

// takeTell moves the word tell=true out of the words.
func takeTell(words []Word, args Args) ([]Word, error) {
	var rest []Word
	for _, w := range words {
		value, is := strings.CutPrefix(w.Text, ArgTell+"=")
		if w.Quoted || !is {
			rest = append(rest, w)
			continue
		}
		if value != tellYes && value != tellNo {
			return nil, moderation.Fault(moderation.CodeInvalid, "parse.values",
				"Word", moderation.Literal(w.Text), "Values", strings.Join(tellArg.Values, ", "))
		}
		args[ArgTell] = value
	}
	return rest, nil
}

// CanTell reports whether someone in a room, typed as in a command, can be told
// something through its provider. It asks no provider.
func (s *Service) CanTell(room string) bool {
	clients, _ := s.providersOf(room)
	for _, client := range clients {
		if !canTell(client, moderation.Room{Provider: client.Name()}) {
			return false
		}
	}
	return len(clients) > 0
}

func canTell(client *provider.Client, room moderation.Room) bool {
	return client.Capabilities(room)[moderation.CanAnnounceOne].Available() && client.CheckOrder(provider.Order{
		Action: moderation.ActionAnnounce, Room: room, Participant: moderation.Participant{ID: "?"}, Text: "?",
	}) == nil
}

// noteTelling writes into the case that the person is to be told.
func (a *attempt) noteTelling() {
	if a.in.Args[ArgTell] != tellYes {
		return
	}
	options := maps.Clone(a.details.Options)
	if options == nil {
		options = map[string]string{}
	}
	options[ArgTell] = tellYes
	a.details.Options = options
}

// tell tells the person what is about to be done to them where that was asked
// for, and says what came of it; nothing where it was not. What fails here keeps
// nothing from being done.
func (s *Service) tell(ctx context.Context, a *attempt) (said []moderation.Sentence) {
	if a.in.Args[ArgTell] != tellYes {
		return nil
	}
	at := a.present
	if at == nil && a.person != nil && a.person.ID != "" {
		at = []presence{{a.place, *a.person}}
	}
	if len(at) == 0 {
		return []moderation.Sentence{moderation.Say("tell.absent", s.facts(a)...)}
	}
	defer func() {
		if fault := recover(); fault != nil {
			s.Log.Error("telling someone panicked", "provider", a.place.room.Provider, "panic", fault)
			said = []moderation.Sentence{moderation.Say("tell.failed", append(s.facts(a), "Why", moderation.Say("error.internal"))...)}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, tellDeadline)
	defer cancel()
	text := s.plain([]moderation.Sentence{moderation.Say("tell.notice."+string(a.action), append(s.facts(a), "Reason", a.reason)...)})
	for _, p := range at {
		if err := tellOne(ctx, p, text); err != nil {
			s.Log.Info("someone could not be told", "provider", p.place.room.Provider, "error", err)
			return []moderation.Sentence{moderation.Say("tell.failed", append(s.facts(a), "Why", why(err))...)}
		}
	}
	return []moderation.Sentence{moderation.Say("tell.done", s.facts(a)...)}
}

func tellOne(ctx context.Context, p presence, text string) error {
	order := provider.Order{Action: moderation.ActionAnnounce, Room: p.place.room, Participant: p.person, Text: text}
	if !p.place.client.Capabilities(p.place.room)[moderation.CanAnnounceOne].Available() {
		return moderation.Fault(moderation.CodeUnsupported, "tell.cannot", "Provider", moderation.Literal(p.place.room.Provider))
	}
	if err := p.place.client.CheckOrder(order); err != nil {
		return err
	}
	_, err := p.place.client.Act(ctx, order)
	return err
}
