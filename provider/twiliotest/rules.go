package twiliotest

import (
	"encoding/json"
	"net/http"
)

// Rule is one subscribe rule. Rules are applied in their order to the empty
// set of tracks: include adds what matches, exclude takes it away.
// https://www.twilio.com/docs/video/api/track-subscriptions
type Rule struct {
	Type      string `json:"type"`
	All       bool   `json:"all,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	Track     string `json:"track,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Priority  string `json:"priority,omitempty"`
}

const mostRules = 20

// IncludeAll are the rules with which everybody comes in.
func IncludeAll() []Rule { return []Rule{{Type: "include", All: true}} }

func (s *Server) fetchRules(r *http.Request) (any, *problem) {
	in, p, wrong := s.person(r)
	if wrong != nil {
		return nil, wrong
	}
	if !p.present() {
		return nil, &problem{http.StatusNotFound, 53204, "Participant not found"}
	}
	return drawRules(in, p), nil
}

func (s *Server) updateRules(r *http.Request) (any, *problem) {
	in, p, wrong := s.person(r)
	if wrong != nil {
		return nil, wrong
	}
	if !in.live() {
		return nil, &problem{http.StatusBadRequest, 53118, "Room completed"}
	}
	if !p.present() {
		return nil, &problem{http.StatusNotFound, 53204, "Participant not found"}
	}
	var rules []Rule
	if json.Unmarshal([]byte(r.PostForm.Get("Rules")), &rules) != nil || !valid(rules) {
		return nil, &problem{http.StatusBadRequest, 53215, "Invalid subscribe rule"}
	}
	p.rules = rules
	return drawRules(in, p), nil
}

func valid(rules []Rule) bool {
	if len(rules) == 0 || len(rules) > mostRules {
		return false
	}
	for _, r := range rules {
		filters := r.Publisher != "" || r.Track != "" || r.Kind != "" || r.Priority != ""
		switch {
		case r.Type != "include" && r.Type != "exclude":
			return false
		case r.All == filters: // one of the two, and all stands alone
			return false
		case r.Kind != "" && r.Kind != "audio" && r.Kind != "video" && r.Kind != "data":
			return false
		}
	}
	return true
}

func (r Rule) matches(from *person, kind string) bool {
	return r.All || r.Track == "" && r.Priority == "" &&
		(r.Publisher == "" || r.Publisher == from.identity || r.Publisher == from.sid) &&
		(r.Kind == "" || r.Kind == kind)
}

// receives reports whether the rules let what a publisher sends of a kind through.
func (p *person) receives(from *person, kind string) bool {
	through := false
	for _, r := range p.rules {
		if r.matches(from, kind) {
			through = r.Type == "include"
		}
	}
	return through && from != p
}
