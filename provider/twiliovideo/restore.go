package twiliovideo

import (
	"encoding/json"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// restore is what taking an order back needs to know.
type restore struct {
	// Had are the subscribers that had the same rule before: it is theirs to keep.
	// Whoever was set apart is among them where they got nothing before.
	Had []string `json:"had,omitempty"`
	// Everyone is set where all others whose rules were seen before had it.
	Everyone bool `json:"everyone,omitempty"`
	// All is set by a mute of all, of which an unmute lets one through.
	All bool `json:"all,omitempty"`
	// Coaching is the connection that alone heard a coach before.
	Coaching string `json:"coaching,omitempty"`
}

func (r restore) pack() json.RawMessage {
	slices.Sort(r.Had)
	raw, _ := json.Marshal(r) // strings and booleans: cannot fail
	return raw
}

func unpack(raw json.RawMessage) (r restore, err error) {
	if len(raw) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, moderation.Errorf(moderation.CodeInternal, "what an order left to restore: %w", err)
	}
	return r, nil
}

// had reports whether one of the others keeps its rule.
func (r restore) had(subscriberSID string) bool {
	return r.Everyone || slices.Contains(r.Had, subscriberSID)
}

// before returns what an order that takes another back has to leave alone, and
// whether nothing is left to do then: all of the others had the rule before, and
// so, where it has one, had the person. An undo changes nothing then; someone who
// asks for the order itself means what was so before.
func before(o provider.Order, others []moderation.Participant, person ...string) (r restore, nothing bool, err error) {
	if r, err = unpack(o.Restore); err != nil {
		return r, false, err
	}
	for _, raw := range o.OfAll {
		if ofAll, err := unpack(raw); err != nil {
			return r, false, err
		} else if ofAll.All {
			return restore{All: true}, false, nil // both mutes are to end
		}
	}
	ours := slices.ContainsFunc(others, func(p moderation.Participant) bool { return !r.had(p.ID) }) ||
		slices.ContainsFunc(person, func(sid string) bool { return !slices.Contains(r.Had, sid) })
	switch {
	case ours || len(r.Had) == 0 && !r.Everyone:
		return r, false, nil
	case o.Undoes:
		return r, true, nil
	default:
		r.Had, r.Everyone = nil, false
		return r, false, nil
	}
}

// Remember says what the rules that were read with the participant tell of an
// order before it: those of a few others, and the participant's own where they
// were asked for by name.
func (d *Driver) Remember(o provider.Order) json.RawMessage {
	var seen map[string][]rule
	if len(o.Participant.Rights) > 0 && json.Unmarshal(o.Participant.Rights, &seen) != nil {
		return nil
	}
	switch o.Action {
	case moderation.ActionMute:
		kind, err := kindOf(o.Media)
		if err != nil {
			return nil
		}
		return hadBefore(seen, o.Participant, muteRule(o.Participant, kind)).pack()
	case moderation.ActionHold:
		r := hadBefore(seen, o.Participant, holdRule(o.Participant))
		if own, known := seen[o.Participant.ID]; known && apart(own) {
			r.Had = append(r.Had, o.Participant.ID)
		}
		return r.pack()
	case moderation.ActionCoach:
		return restore{Coaching: o.Participant.Coaching}.pack()
	default:
		return nil
	}
}

// hadBefore tells from the rules that were seen who had a rule before.
func hadBefore(seen map[string][]rule, p moderation.Participant, ours rule) (r restore) {
	others := 0
	for subscriber, rules := range seen {
		if subscriber == p.ID {
			continue
		}
		others++
		if effective(rules, ours) {
			r.Had = append(r.Had, subscriber)
		}
	}
	if others > 0 && len(r.Had) == others {
		return restore{Everyone: true}
	}
	return r
}
