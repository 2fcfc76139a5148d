package twiliovoice

import (
	"encoding/json"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// before is what a participant was like before a mute, a hold or a whisper of
// ours, as far as Twilio shows it: what is played to someone on hold it does not.
type before struct {
	Muted    bool   `json:"muted,omitempty"`
	OnHold   bool   `json:"on_hold,omitempty"`
	Coaching string `json:"coaching,omitempty"` // the call that alone heard them
}

// Remember says how the participant was seen before a mute, a hold or a whisper.
func (d *Driver) Remember(o provider.Order) json.RawMessage {
	var was before
	switch o.Action {
	case moderation.ActionMute:
		was.Muted = o.Participant.IsBlocked(moderation.Audio)
	case moderation.ActionHold:
		was.OnHold = o.Participant.OnHold
	case moderation.ActionCoach:
		was.Coaching = o.Participant.Coaching
	default:
		return nil
	}
	raw, _ := json.Marshal(was) // booleans and a string: cannot fail
	return raw
}

// leaving adds to the effect of an order what it leaves to give back. The
// participant was read a moment ago, with the order.
func (d *Driver) leaving(o provider.Order, effect provider.Effect, err error) (provider.Effect, error) {
	if err == nil {
		effect.Restore = d.Remember(o)
	}
	return effect, err
}

// undoing returns what an order that undoes another has to give back. It is
// nothing where someone asks for the order itself: that is done whatever was before.
func undoing(o provider.Order) (was before, err error) {
	if !o.Undoes || len(o.Restore) == 0 {
		return was, nil
	}
	if err := json.Unmarshal(o.Restore, &was); err != nil {
		return was, moderation.Errorf(moderation.CodeInternal, "what an order left to restore: %w", err)
	}
	return was, nil
}
