package twiliovoice

import (
	"cmp"
	"context"
	"strings"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// label takes what may name a participant: not what looks like a call's SID,
// because both stand in the same place of an address.
var label = check{fault: func(value string) moderation.Sentence {
	if wrong := text(128).fault(value); !wrong.IsZero() {
		return wrong
	}
	if _, ok := twiliorest.Segment(value); !ok || twiliorest.IsSID("CA", value) {
		return moderation.Say("twilio-voice.wanted.label")
	}
	return moderation.Sentence{}
}}

// Dial calls a number, a SIP address or a client into the conference. The call
// is only queued when Twilio has answered.
func (d *Driver) Dial(ctx context.Context, o provider.Order) (provider.Effect, error) {
	conference, ok := twiliorest.Segment(cmp.Or(o.Room.ID, o.Room.Name))
	if !ok {
		return provider.Effect{}, d.noRoom(o.Room.Name)
	}
	params := &dialParams{}
	apply(dialOptions, params, o.Options)
	params.SetTo(o.Number)
	if o.Label != "" {
		params.SetLabel(o.Label)
	}
	if params.From == nil {
		params.SetFrom(d.callerID)
	}
	res, err := twiliorest.Wrote(d.api(ctx).CreateParticipant(conference, params))
	if err != nil {
		return provider.Effect{}, roomGone(o.Room, err)
	}
	called := participant(*res)
	address, _, _ := strings.Cut(o.Number, "?")
	d.callers.put(called.ID, address)
	identify(&called, address)
	return provider.Effect{Participant: called}, nil
}

// checkDial checks a whole dial order.
func (d *Driver) checkDial(o provider.Order) error {
	if err := checkOptions(dialOptions, o.Options); err != nil {
		return err
	}
	if o.Label != "" {
		if wrong := label.fault(o.Label); !wrong.IsZero() {
			return moderation.Fault(moderation.CodeInvalid, "twilio-voice.option.bad", "Option", moderation.Literal("label"), "Value", o.Label, "Wanted", wrong)
		}
	}
	if o.Options["coaching"] == yes && o.Options["call_sid_to_coach"] == "" {
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.dial.coach_whom")
	}
	if o.Room.ID == "" && personal.MatchString(o.Room.Name) {
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.dial.personal_name", "Room", o.Room.Name)
	}
	return d.checkEnds(o)
}

// checkEnds checks who calls whom: a number can only be called by a number.
func (d *Driver) checkEnds(o provider.Order) error {
	phone := e164.MatchString(o.Number)
	if !phone && !client.MatchString(o.Number) && !sip.MatchString(o.Number) {
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.dial.bad_number", "Number", o.Number)
	}
	from := cmp.Or(o.Options["from"], d.callerID)
	switch {
	case from == "":
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.dial.no_caller")
	case phone && !e164.MatchString(from):
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.dial.number_calls_number", "Option", moderation.Literal("from"))
	case phone && o.Options["caller_id"] != "" && !e164.MatchString(o.Options["caller_id"]):
		return moderation.Fault(moderation.CodeInvalid, "twilio-voice.dial.number_calls_number", "Option", moderation.Literal("caller_id"))
	}
	return nil
}
