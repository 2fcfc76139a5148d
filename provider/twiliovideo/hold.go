package twiliovideo

import (
	"context"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Hold sets someone apart by rules: first they get nothing, then nobody gets
// anything of them.
func (d *Driver) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	people, err := d.everyoneWith(ctx, o)
	if err != nil {
		return provider.Effect{}, err
	}
	was := restore{}
	err = d.edit(ctx, o.Room, o.Participant, func(_ moderation.Participant, rules []rule) []rule {
		if apart(rules) {
			was.Had = append(was.Had, o.Participant.ID)
			return rules
		}
		return append(slices.Clone(rules), nothing)
	})
	if err != nil {
		return provider.Effect{}, d.whyNot(o, err)
	}
	effect, err := d.add(ctx, o, others(people, o.Participant.ID), holdRule(o.Participant))
	if err != nil {
		return effect, err
	}
	others, err := unpack(effect.Restore)
	if err != nil {
		return effect, err
	}
	was.Had = append(was.Had, others.Had...)
	effect.Restore = was.pack()
	effect.Says = append(effect.Says, moderation.Say("twilio-video.hold.how", "Person", o.Participant.DisplayName()))
	return effect, nil
}

// Unhold takes back what Hold added: first the others', so that who comes back
// is heard as soon as they hear.
func (d *Driver) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	subscribers := others(people, o.Participant.ID)
	was, none, err := before(o, subscribers, o.Participant.ID)
	switch {
	case err != nil:
		return provider.Effect{}, err
	case none:
		return provider.Effect{Done: moderation.Say("provider.stays.on_hold")}, nil
	}
	effect, err := d.spread(ctx, o, subscribers, func(s moderation.Participant, rules []rule) []rule {
		if was.had(s.ID) {
			return rules
		}
		return without(rules, holdRule(o.Participant))
	})
	if err != nil || slices.Contains(was.Had, o.Participant.ID) {
		return effect, err
	}
	return effect, d.whyNot(o, d.edit(ctx, o.Room, o.Participant, func(_ moderation.Participant, rules []rule) []rule {
		return without(rules, nothing)
	}))
}

// apart reports whether the rules of someone's own let nothing through to them.
func apart(rules []rule) bool { return len(rules) > 0 && rules[len(rules)-1] == nothing }

// whyNot turns the failure of an edit of the person's own rules into a sentence.
func (d *Driver) whyNot(o provider.Order, err error) error {
	switch {
	case err == nil:
		return nil
	case left(err):
		return nobody(o.Room, o.Participant.DisplayName()).Because(err)
	case why(err) == "twilio-video.why.rules_full":
		return moderation.Fault(moderation.CodeRejected, "twilio-video.rules_full").Because(err)
	default:
		return err
	}
}
