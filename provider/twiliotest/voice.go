package twiliotest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

const accounts = "/2010-04-01/Accounts/{account}"

type conference struct {
	sid, name, status string
	reason, endedBy   string
	created, updated  time.Time
	callback          string
	people            []*participant // and those who left
	recordings        []string       // SIDs of those that run
	announced         []Announcement
}

func (c *conference) key() string { return c.sid }

func (c *conference) live() bool { return c.status != "completed" }

type participant struct {
	call                    *call
	label                   string
	muted, hold, coaching   bool
	coaches                 string
	startsOnEnter, endsExit bool
	status                  string
	created, updated        time.Time
	left                    bool
	holdURL, holdMethod     string
	waitMethod              string
	beepOnExit              bool
	announced               []Announcement
	dialled                 url.Values // the form that called them in; nil for who came by themselves
}

func (p *participant) key() string { return p.call.sid }

type call struct {
	sid, from, to, direction string
	created                  time.Time
}

// Announcement is something that was played.
type Announcement struct{ URL, Method string }

func (s *Server) routeVoice() {
	s.handle("GET "+accounts+"/Conferences.json", http.StatusOK, s.listConferences)
	s.handle("GET "+accounts+"/Conferences/{conference}", http.StatusOK, s.fetchConference)
	s.handle("POST "+accounts+"/Conferences/{conference}", http.StatusOK, s.updateConference)
	s.handle("GET "+accounts+"/Conferences/{conference}/Participants.json", http.StatusOK, s.listParticipants)
	s.handle("POST "+accounts+"/Conferences/{conference}/Participants.json", http.StatusCreated, s.createParticipant)
	s.handle("GET "+accounts+"/Conferences/{conference}/Participants/{who}", http.StatusOK, s.fetchParticipant)
	s.handle("POST "+accounts+"/Conferences/{conference}/Participants/{who}", http.StatusOK, s.updateParticipant)
	s.handle("DELETE "+accounts+"/Conferences/{conference}/Participants/{who}", http.StatusNoContent, s.deleteParticipant)
	s.handle("GET "+accounts+"/Conferences/{conference}/Recordings.json", http.StatusOK, s.listConferenceRecordings)
	s.handle("GET "+accounts+"/Calls/{call}", http.StatusOK, s.fetchCall)
}

func notFound(r *http.Request) *problem {
	return &problem{http.StatusNotFound, 20404, "The requested resource " + r.URL.Path + " was not found"}
}

// segment returns the last part of a path without its .json.
func segment(r *http.Request, name string) string {
	return strings.TrimSuffix(r.PathValue(name), ".json")
}

func (s *Server) conference(r *http.Request) (*conference, *problem) {
	sid := segment(r, "conference")
	i := slices.IndexFunc(s.conferences, func(c *conference) bool { return c.sid == sid })
	if i < 0 || r.PathValue("account") != AccountSID {
		return nil, notFound(r)
	}
	return s.conferences[i], nil
}

// participant finds someone by the call's SID, else by label, in a conference
// that has not ended.
func (s *Server) participant(r *http.Request) (*conference, *participant, *problem) {
	c, wrong := s.conference(r)
	if wrong != nil || !c.live() {
		return nil, nil, notFound(r)
	}
	s.ring(c)
	if p := c.find(segment(r, "who")); p != nil {
		return c, p, nil
	}
	return nil, nil, notFound(r)
}

func (c *conference) find(sidOrLabel string) *participant {
	for _, p := range c.people {
		if !p.left && (p.call.sid == sidOrLabel || p.label != "" && p.label == sidOrLabel) {
			return p
		}
	}
	return nil
}

func (c *conference) present() int {
	n := 0
	for _, p := range c.people {
		if !p.left {
			n++
		}
	}
	return n
}

var date = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func (s *Server) listConferences(r *http.Request) (any, *problem) {
	q := r.URL.Query()
	for _, key := range []string{"DateCreated", "DateCreated<", "DateCreated>", "DateUpdated", "DateUpdated<", "DateUpdated>"} {
		if v := q.Get(key); v != "" && !date.MatchString(v) {
			return nil, &problem{http.StatusBadRequest, 20001, "Invalid date"}
		}
	}
	newestFirst := slices.Clone(s.conferences)
	slices.Reverse(newestFirst)
	items, p, wrong := cutPage(r, newestFirst, func(c *conference) bool {
		return is(q.Get("Status"), c.status) && is(q.Get("FriendlyName"), c.name) &&
			onDate(q, "DateCreated", c.created) && onDate(q, "DateUpdated", c.updated)
	})
	if wrong != nil {
		return nil, wrong
	}
	return p.voiceList(r, "conferences", drawn(items, drawConference)), nil
}

func is(wanted, have string) bool { return wanted == "" || wanted == have }

func onDate(q url.Values, key string, t time.Time) bool {
	day := t.UTC().Format(time.DateOnly)
	before, after := q.Get(key+"<"), q.Get(key+">")
	return is(q.Get(key), day) && (before == "" || day <= before) && (after == "" || day >= after)
}

func (s *Server) fetchConference(r *http.Request) (any, *problem) {
	c, wrong := s.conference(r)
	if wrong != nil {
		return nil, wrong
	}
	return drawConference(c), nil
}

func (s *Server) updateConference(r *http.Request) (any, *problem) {
	c, wrong := s.conference(r)
	if wrong != nil {
		return nil, wrong
	}
	if !c.live() {
		return nil, &problem{http.StatusBadRequest, 21220, "Conference is not in-progress. Cannot update."}
	}
	if u := r.PostForm.Get("AnnounceUrl"); u != "" {
		if !fetchable(u) {
			return nil, badURL("AnnounceUrl")
		}
		c.announced = append(c.announced, Announcement{u, methodOr(r.PostForm.Get("AnnounceMethod"), "POST")})
		s.tellConference(c, "announcement-end", nil, nil)
	}
	if r.PostForm.Get("Status") == "completed" {
		s.endConference(c, "conference-ended-via-api", "")
	}
	c.updated = s.config.Now()
	return drawConference(c), nil
}

func badURL(name string) *problem {
	return &problem{http.StatusBadRequest, 21205, name + " is not a valid URL"}
}

func fetchable(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func methodOr(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

func (s *Server) endConference(c *conference, reason, call string) {
	c.status, c.reason, c.endedBy, c.updated = "completed", reason, call, s.config.Now()
	for _, p := range c.people {
		p.left = true
	}
	s.tellConference(c, "conference-end", nil, url.Values{"ReasonConferenceEnded": {reason}})
}

func (s *Server) fetchCall(r *http.Request) (any, *problem) {
	c, ok := s.calls[segment(r, "call")]
	if !ok || r.PathValue("account") != AccountSID {
		return nil, notFound(r)
	}
	return drawCall(c), nil
}

func (s *Server) listConferenceRecordings(r *http.Request) (any, *problem) {
	c, wrong := s.conference(r)
	if wrong != nil {
		return nil, wrong
	}
	items := make([]any, 0, len(c.recordings))
	for _, sid := range c.recordings {
		items = append(items, drawConferenceRecording(c, sid))
	}
	return page{size: defaultPageSize}.voiceList(r, "recordings", items), nil
}

func drawn[T any](items []T, draw func(T) map[string]any) []any {
	all := make([]any, 0, len(items))
	for _, each := range items {
		all = append(all, draw(each))
	}
	return all
}
