package twiliovideo

import (
	"context"
	"slices"

	api "github.com/twilio/twilio-go/rest/video/v1"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
)

// mostRules is how many rules a subscriber may have.
const mostRules = 20

// A rule adds tracks to what a subscriber gets, or takes them away. Rules are
// applied in their order, so that the last one that matches a track decides.
//
// Ours are told apart by what they name: a mute names the identity and a kind,
// so that it holds when the person comes back; a hold names the identity and
// no kind; a whisper names the connection, and is over with it.
type rule struct {
	Type      string `json:"type"`
	All       bool   `json:"all,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	Track     string `json:"track,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Priority  string `json:"priority,omitempty"`
}

const (
	include = "include"
	exclude = "exclude"
)

var (
	everything = rule{Type: include, All: true}
	nothing    = rule{Type: exclude, All: true}
)

func muteRule(p moderation.Participant, kind string) rule {
	return rule{Type: exclude, Publisher: p.Identity, Kind: kind}
}

func holdRule(p moderation.Participant) rule { return rule{Type: exclude, Publisher: p.Identity} }

func whisperRule(coach moderation.Participant) rule {
	return rule{Type: exclude, Publisher: coach.ID, Kind: "audio"}
}

// kindOf returns Twilio's word for a medium.
func kindOf(m moderation.Media) (string, error) {
	switch m {
	case "", moderation.Audio:
		return "audio", nil
	case moderation.Video:
		return "video", nil
	default:
		return "", moderation.Fault(moderation.CodeUnsupported, "twilio-video.can.no_screen")
	}
}

// silences reports whether the rules keep what p sends of a kind away by a rule
// that names the kind. A subscriber that takes nothing at all says nothing
// about p.
func silences(rules []rule, p moderation.Participant, kind string) bool {
	silent := false
	for _, r := range rules {
		switch {
		case r == everything:
			silent = false
		case r.All, r.Track != "", r.Priority != "", r.Publisher != "" && r.Publisher != p.Identity:
		case r.Type == exclude && r.Kind == kind:
			silent = true
		case r.Type == include && (r.Kind == "" || r.Kind == kind):
			silent = false
		}
	}
	return silent
}

// holds reports whether the rules keep away all that p sends.
func holds(rules []rule, p moderation.Participant) bool {
	held := false
	for _, r := range rules {
		switch {
		case r == holdRule(p):
			held = true
		case r == everything, r.Type == include && r.Publisher == p.Identity && r.Kind == "" && r.Track == "":
			held = false
		}
	}
	return held
}

// effective reports whether r, which excludes, is among the rules and none
// after it may give back what it takes away.
func effective(rules []rule, r rule) bool {
	for _, each := range slices.Backward(rules) {
		if each == r {
			return true
		}
		if each.Type == include && (each.Publisher == "" || r.Publisher == "" || each.Publisher == r.Publisher) {
			return false
		}
	}
	return false
}

// without returns the rules without the last one that equals r. Twilio takes no
// empty list.
func without(rules []rule, r rule) []rule {
	for i, each := range slices.Backward(rules) {
		if each == r {
			rest := slices.Delete(slices.Clone(rules), i, i+1)
			if len(rest) == 0 {
				rest = []rule{everything}
			}
			return rest
		}
	}
	return rules
}

func (d *Driver) readRules(ctx context.Context, room moderation.Room, subscriberSID string) ([]rule, error) {
	res, err := twiliorest.Read(d.api(ctx).FetchRoomParticipantSubscribeRule(room.ID, subscriberSID))
	if err != nil {
		return nil, err
	}
	var rules []rule
	for _, r := range twiliorest.Value(res.Rules) {
		rules = append(rules, rule{Type: r.Type, All: r.All, Publisher: r.Publisher, Track: r.Track, Kind: r.Kind, Priority: r.Priority})
	}
	return rules, nil
}

func (d *Driver) writeRules(ctx context.Context, room moderation.Room, subscriberSID string, rules []rule) error {
	_, err := twiliorest.Wrote(d.api(ctx).UpdateRoomParticipantSubscribeRule(room.ID, subscriberSID,
		new(api.UpdateRoomParticipantSubscribeRuleParams).SetRules(rules)))
	return err
}
