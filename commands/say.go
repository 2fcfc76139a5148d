package commands

import (
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// what names the attempt as the subject of a sentence: "Removing Chaos from sim:standup".
func (s *Service) what(a *attempt) moderation.Sentence {
	return moderation.Say("what."+string(a.action), s.facts(a)...)
}

// done says that the attempt came to its end.
func (s *Service) done(a *attempt, effect provider.Effect) moderation.Sentence {
	usual := append(s.facts(a), "Reached", effect.Reached)
	if effect.Done.IsZero() {
		return moderation.Say("done."+string(a.action), usual...)
	}
	own := s.discreet(effect.Done)
	for name, value := range own.Args {
		usual = append(usual, name, value)
	}
	return moderation.Say(own.Key, usual...)
}

// waiting says that the outcome is not known yet.
func (s *Service) waiting(a *attempt) moderation.Sentence {
	return moderation.Say("act.unknown", "What", s.what(a), "Provider", moderation.Literal(a.place.room.Provider))
}

// facts are the values that sentences about an attempt may use.
func (s *Service) facts(a *attempt) []any {
	facts := []any{"Room", a.place.room.Ref(), "Person", s.personOf(a), "Media", string(a.media)}
	if !a.details.Until.IsZero() {
		facts = append(facts, "Until", moderation.Moment(a.details.Until))
	}
	if a.order.Listener.ID != "" {
		facts = append(facts, "Listener", s.nameOf(a.order.Listener))
	}
	if a.details.Track != "" {
		facts = append(facts, "Track", moderation.Literal(a.details.Track))
	}
	if a.order.Number != "" {
		facts = append(facts, "Number", s.shown(a.order.Number))
	}
	return facts
}

// label is the text of the button of a command.
func label(command string, media moderation.Media) moderation.Sentence {
	if media != "" {
		switch command {
		case "mute", "unmute", "mute-all":
			return moderation.Say("label." + command + "_" + string(media))
		}
	}
	return moderation.Say("label." + command)
}

// tone is how an outcome is told.
func tone(o moderation.Outcome) Tone {
	switch o {
	case moderation.Succeeded, moderation.Partial:
		return Done
	case moderation.Failed:
		return Failure
	case moderation.Refused:
		return Refusal
	default:
		return Waiting
	}
}
