package realtimekittest

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// token makes what a client comes in with: of a JWT's form, with the claims
// that the SDK reads, signed by nobody.
func token(m *meeting, e *enrolled) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v) // of strings: cannot fail
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	head := part(map[string]string{"alg": "RS256", "typ": "JWT"})
	return head + "." + part(map[string]string{"orgId": AppID, "meetingId": m.id, "participantId": e.id}) + ".unsigned"
}

// Holder is whom a token lets in.
type Holder struct {
	Meeting, Title       string
	User, Custom, Name   string
	Preset               Preset
	MeetingLocked, Known bool
}

// Holder reads a token; Known is not set where it lets nobody in.
func (s *Server) Holder(token string) Holder {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Holder{}
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Holder{}
	}
	var claims struct {
		Meeting     string `json:"meetingId"`
		Participant string `json:"participantId"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return Holder{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.meeting(claims.Meeting)
	if m == nil {
		return Holder{}
	}
	e := m.find(claims.Participant)
	if e == nil {
		return Holder{}
	}
	return Holder{
		Meeting: m.id, Title: m.title, User: e.id, Custom: e.custom, Name: e.name, Preset: *s.presetNamed(e.preset),
		MeetingLocked: m.inactive, Known: true,
	}
}

// Token returns a token for someone enrolled, "" where they are not.
func (s *Server) Token(meetingID, who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.meeting(meetingID)
	if m == nil || m.find(who) == nil {
		return ""
	}
	return token(m, m.find(who))
}
