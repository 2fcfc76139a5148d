package twiliovoice

import (
	"regexp"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// personal is what must not be in a conference's name: numbers and addresses of people.
var personal = regexp.MustCompile(`\+?\d[\d\s().-]{6,}\d|\S+@\S+`)

// Options names the key=value words of set and dial.
func (d *Driver) Options(a moderation.Action) []provider.Option {
	switch a {
	case moderation.ActionSet:
		return list(settings)
	case moderation.ActionDial:
		return list(dialOptions)
	default:
		return nil
	}
}

// CheckOrder checks what an order says, before anything is written or sent.
func (d *Driver) CheckOrder(o provider.Order) error {
	switch o.Action {
	case moderation.ActionDial:
		return d.checkDial(o)
	case moderation.ActionSet:
		if len(o.Options) == 0 {
			return moderation.Fault(moderation.CodeInvalid, "twilio-voice.set.nothing", "Known", names(settings))
		}
		return checkOptions(settings, o.Options)
	case moderation.ActionHold:
		return checkPlayed(o)
	case moderation.ActionAnnounce:
		return d.checkAnnounce(o)
	case moderation.ActionCoach:
		if o.Participant.ID == o.Listener.ID {
			return moderation.Fault(moderation.CodeInvalid, "twilio-voice.coach.self")
		}
	}
	return nil
}

func (d *Driver) checkAnnounce(o provider.Order) error {
	switch {
	case o.URL != "":
		return checkPlayed(o)
	case o.Text == "":
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.announce.nothing")
	case d.host == nil:
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.announce.no_host")
	case len([]rune(o.Text)) > longestText:
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.announce.long", "Longest", longestText)
	}
	return checkPlayed(o)
}

// checkPlayed checks what Twilio shall fetch and how.
func checkPlayed(o provider.Order) error {
	if o.URL != "" && !isAddress(o.URL) {
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.option.bad", "Option", moderation.Literal("url"),
			"Value", o.URL, "Wanted", moderation.Say("twilio-voice.wanted.address"))
	}
	if o.Method != "" {
		if wrong := method.fault(o.Method); !wrong.IsZero() {
			return moderation.Fault(moderation.CodeInvalid, "twilio-voice.option.bad", "Option", moderation.Literal("method"), "Value", o.Method, "Wanted", wrong)
		}
	}
	return nil
}
