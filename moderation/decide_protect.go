package moderation

import "encoding/json"

// Protection keeps everyone under a preset from touching some participants.
// All of its conditions must hold; one without any holds for everyone.
type Protection struct {
	Match      string            // pattern over the lasting identity, as Glob; empty: any
	Metadata   map[string]string // all must be in the participant's metadata, a JSON object
	Attributes map[string]string // all must be among the participant's attributes
	// User is a Slack user id whose own identity Match is: that user may touch it.
	User   string
	Preset string // the lowest preset that may touch them; an unknown one is the owner's
}

// guarded is a protection with the power that it asks for.
type guarded struct {
	Protection
	rank int
}

// isProtected holds the people whom the question touches against the
// protections.
func (p *Policy) isProtected(h holding, q asked) Sentence {
	if len(p.protections) == 0 || !touches(q.Permission) {
		return Sentence{}
	}
	if q.Participant != nil {
		if says := p.protects(*q.Participant, h, q.Asker.Actor); !says.IsZero() {
			return says
		}
	}
	for _, someone := range q.Everyone {
		if says := p.protects(someone, h, q.Asker.Actor); !says.IsZero() {
			return says
		}
	}
	return Sentence{}
}

func (p *Policy) protects(someone Participant, h holding, by Actor) Sentence {
	for _, rule := range p.protections {
		if rule.ownedBy(by) || !rule.matches(someone) || h.power >= rule.rank {
			continue
		}
		return Say("permission.protected", "Person", someone.DisplayName(), "Preset", Literal(rule.Preset))
	}
	return Sentence{}
}

func (r Protection) ownedBy(a Actor) bool {
	return r.User != "" && a.Kind == SlackUser && a.ID == r.User
}

func (r Protection) matches(someone Participant) bool {
	if r.Match != "" && !Glob(r.Match, someone.Identity) {
		return false
	}
	for name, value := range r.Attributes {
		if got, ok := someone.Attributes[name]; !ok || got != value {
			return false
		}
	}
	return len(r.Metadata) == 0 || hasFields(someone.Metadata, r.Metadata)
}

// hasFields reports whether text is a JSON object with all of the fields. A
// value that is no string counts as it is written: true, 3.
func hasFields(text string, want map[string]string) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &fields) != nil {
		return false
	}
	for name, value := range want {
		raw, ok := fields[name]
		if !ok {
			return false
		}
		got := string(raw)
		var s string
		if json.Unmarshal(raw, &s) == nil && got != "null" {
			got = s
		}
		if got != value {
			return false
		}
	}
	return true
}

// touches reports whether the permission is one over people; the others only
// look, or are about records and roles.
func touches(p Permission) bool {
	switch p {
	case ListRooms, WatchRoom, LockRoom, ReadAudit, ReviewAudit, WriteNote, ManageRoles:
		return false
	default:
		return true
	}
}
