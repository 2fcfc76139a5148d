package twiliotest

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// ring moves calls that were dialled on, as time passes.
func (s *Server) ring(c *conference) {
	if s.config.AnswersAfter == 0 {
		return
	}
	for _, p := range c.people {
		if p.dialled == nil || p.left || p.status == "connected" {
			continue
		}
		switch waited := s.config.Now().Sub(p.created); {
		case waited >= s.config.AnswersAfter:
			p.status = "connected"
		case waited >= s.config.AnswersAfter/4:
			p.status = "ringing"
		}
	}
}

func (s *Server) listParticipants(r *http.Request) (any, *problem) {
	c, wrong := s.conference(r)
	if wrong != nil {
		return nil, wrong
	}
	s.ring(c)
	if !c.live() {
		return nil, notFound(r)
	}
	q := r.URL.Query()
	items, p, wrong := cutPage(r, c.people, func(p *participant) bool {
		return !p.left && flag(q.Get("Muted"), p.muted) && flag(q.Get("Hold"), p.hold) && flag(q.Get("Coaching"), p.coaching)
	})
	if wrong != nil {
		return nil, wrong
	}
	return p.voiceList(r, "participants", drawn(items, func(p *participant) map[string]any { return drawParticipant(c, p) })), nil
}

func flag(wanted string, have bool) bool {
	return wanted == "" || wanted == strconv.FormatBool(have)
}

func (s *Server) fetchParticipant(r *http.Request) (any, *problem) {
	c, p, wrong := s.participant(r)
	if wrong != nil {
		return nil, wrong
	}
	return drawParticipant(c, p), nil
}

func (s *Server) updateParticipant(r *http.Request) (any, *problem) {
	c, p, wrong := s.participant(r)
	if wrong != nil {
		return nil, wrong
	}
	form := r.PostForm
	for _, key := range []string{"HoldUrl", "AnnounceUrl", "WaitUrl"} {
		if u := form.Get(key); u != "" && !fetchable(u) {
			return nil, badURL(key)
		}
	}
	if wrong := coach(c, p, form); wrong != nil {
		return nil, wrong
	}
	if form.Has("Muted") {
		p.muted = form.Get("Muted") == "true"
		s.tellConference(c, map[bool]string{true: "participant-mute", false: "participant-unmute"}[p.muted], p, nil)
	}
	if form.Has("Hold") {
		p.hold = form.Get("Hold") == "true"
		p.holdURL, p.holdMethod = form.Get("HoldUrl"), methodOr(form.Get("HoldMethod"), "GET")
		s.tellConference(c, map[bool]string{true: "participant-hold", false: "participant-unhold"}[p.hold], p, nil)
	}
	if u := form.Get("AnnounceUrl"); u != "" {
		p.announced = append(p.announced, Announcement{u, methodOr(form.Get("AnnounceMethod"), "POST")})
	}
	p.configure(form)
	p.updated = s.config.Now()
	return drawParticipant(c, p), nil
}

func (p *participant) configure(form url.Values) {
	if form.Has("WaitUrl") {
		p.waitMethod = methodOr(form.Get("WaitMethod"), "POST")
	}
	if form.Has("BeepOnExit") {
		p.beepOnExit = form.Get("BeepOnExit") == "true"
	}
	if form.Has("EndConferenceOnExit") {
		p.endsExit = form.Get("EndConferenceOnExit") == "true"
	}
}

// coach takes the two words about coaching: one needs the other.
func coach(c *conference, p *participant, form url.Values) *problem {
	whom := form.Get("CallSidToCoach")
	coaching := form.Get("Coaching") == "true" || !form.Has("Coaching") && whom != ""
	if !form.Has("Coaching") && whom == "" {
		return nil
	}
	if !coaching {
		p.coaching, p.coaches = false, ""
		return nil
	}
	if other := c.find(whom); other == nil || other == p || other.call.sid != whom {
		return &problem{http.StatusBadRequest, 21202, "CallSidToCoach must be a call in this conference"}
	}
	p.coaching, p.coaches = true, whom
	return nil
}

func (s *Server) deleteParticipant(r *http.Request) (any, *problem) {
	c, p, wrong := s.participant(r)
	if wrong != nil {
		return nil, wrong
	}
	s.leave(c, p, "kicked")
	return nil, nil
}

// leave takes someone out of a conference; how is kicked or left.
func (s *Server) leave(c *conference, p *participant, how string) {
	p.left, p.status, p.updated = true, "complete", s.config.Now()
	s.tellConference(c, "participant-leave", p, url.Values{"ReasonParticipantLeft": {"participant_" + how}})
	switch {
	case p.endsExit:
		s.endConference(c, "participant-with-end-conference-on-exit-"+how, p.call.sid)
	case c.present() == 0:
		s.endConference(c, "last-participant-"+how, p.call.sid)
	}
}

var (
	phone        = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	sipOrClient  = regexp.MustCompile(`^(sips?:[^@\s]+@\S+|client:\S+)$`)
	conferenceID = regexp.MustCompile(`^CF[0-9a-fA-F]{32}$`)
)

// unreachable are numbers that Twilio's own test credentials refuse.
// https://www.twilio.com/docs/iam/test-credentials#magic-input
var unreachable = map[string]*problem{
	"+15005550001": {http.StatusBadRequest, 21211, "The phone number you are attempting to call is not valid."},
	"+15005550002": {http.StatusBadRequest, 21214, "The phone number you are attempting to call cannot be reached."},
	"+15005550003": {http.StatusBadRequest, 21215, "Account not authorized to call this number."},
	"+15005550004": {http.StatusBadRequest, 21216, "Account not allowed to call this number."},
}

func (s *Server) createParticipant(r *http.Request) (any, *problem) {
	form := r.PostForm
	if wrong := checkCall(form); wrong != nil {
		return nil, wrong
	}
	c, wrong := s.conferenceToJoin(r)
	if wrong != nil {
		return nil, wrong
	}
	limit := 250
	if n, err := strconv.Atoi(form.Get("MaxParticipants")); err == nil {
		limit = n
	}
	if c.present() >= limit {
		return nil, &problem{http.StatusBadRequest, 16020, "The conference is full"}
	}
	now := s.config.Now()
	made := &call{sid: s.sid("CA"), from: form.Get("From"), to: form.Get("To"), direction: "outbound-api", created: now}
	s.calls[made.sid] = made
	p := &participant{
		call: made, label: form.Get("Label"), status: "queued", created: now, updated: now, dialled: form,
		muted: form.Get("Muted") == "true", endsExit: form.Get("EndConferenceOnExit") == "true",
		startsOnEnter: form.Get("StartConferenceOnEnter") != "false",
	}
	if wrong := coach(c, p, form); wrong != nil {
		return nil, wrong
	}
	c.people = append(c.people, p)
	body := drawParticipant(c, p)
	body["queue_time"] = "0"
	return body, nil
}

// checkCall refuses what Twilio refuses of who calls whom.
func checkCall(form url.Values) *problem {
	to, from := form.Get("To"), form.Get("From")
	if wrong := unreachable[to]; wrong != nil {
		return wrong
	}
	switch {
	case !phone.MatchString(to) && !sipOrClient.MatchString(to):
		return &problem{http.StatusBadRequest, 21211, "The phone number you are attempting to call, " + to + ", is not valid."}
	case from == "" || from == "+15005550001" || phone.MatchString(to) && !phone.MatchString(from):
		return &problem{http.StatusBadRequest, 21212, "The source phone number provided, " + from + ", is not valid."}
	}
	if n, err := strconv.Atoi(form.Get("Timeout")); form.Has("Timeout") && (err != nil || n < 5 || n > 600) {
		return &problem{http.StatusBadRequest, 20001, "Timeout must be between 5 and 600"}
	}
	return nil
}

// conferenceToJoin finds the conference by SID, or by name, or makes one of
// that name.
func (s *Server) conferenceToJoin(r *http.Request) (*conference, *problem) {
	name := segment(r, "conference")
	if r.PathValue("account") != AccountSID {
		return nil, notFound(r)
	}
	for _, c := range s.conferences {
		if c.live() && (c.sid == name || c.name == name) {
			return c, nil
		}
	}
	if conferenceID.MatchString(name) || strings.TrimSpace(name) == "" {
		return nil, notFound(r)
	}
	return s.newConference(name, "in-progress"), nil
}
