package realtimekittest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	noMeeting = &problem{http.StatusNotFound, 404, "Meeting not found"}
	noSession = &problem{http.StatusNotFound, 404, "No active session found for this meeting"}
	noPerson  = &problem{http.StatusNotFound, 404, "Participant not found"}
	noPreset  = &problem{http.StatusNotFound, 404, "Preset not found"}
)

func badRequest(message string) *problem { return &problem{http.StatusBadRequest, 400, message} }

func (s *Server) route() {
	s.handle("GET /sessions", s.listSessions)
	s.handle("GET /sessions/{session}/participants", s.listPeers)
	s.handle("GET /meetings/{meeting}", s.inMeeting(s.getMeeting))
	s.handle("PATCH /meetings/{meeting}", s.inMeeting(s.patchMeeting))
	s.handle("GET /meetings/{meeting}/active-session", s.inSession(func(_ *http.Request, m *meeting) (reply, *problem) {
		return granted(m.describeSession())
	}))
	s.handle("POST /meetings/{meeting}/active-session/kick", s.inSession(s.kick))
	s.handle("POST /meetings/{meeting}/active-session/kick-all", s.inSession(s.kickAll))
	s.handle("POST /meetings/{meeting}/active-session/mute", s.inSession(s.mute))
	s.handle("POST /meetings/{meeting}/active-session/mute-all", s.inSession(s.muteAll))
	s.handle("GET /meetings/{meeting}/participants", s.inMeeting(s.listEnrolled))
	s.handle("POST /meetings/{meeting}/participants", s.inMeeting(s.enrolByAPI))
	s.handle("GET /meetings/{meeting}/participants/{who}", s.enrolledOne(func(_ *http.Request, m *meeting, e *enrolled) (reply, *problem) {
		return granted(e.json())
	}))
	s.handle("PATCH /meetings/{meeting}/participants/{who}", s.enrolledOne(s.patchEnrolled))
	s.handle("POST /meetings/{meeting}/participants/{who}/token", s.enrolledOne(func(_ *http.Request, m *meeting, e *enrolled) (reply, *problem) {
		return granted(map[string]any{"token": token(m, e)})
	}))
	s.handle("GET /presets", func(r *http.Request) (reply, *problem) {
		rows := make([]any, len(s.presets))
		for i, p := range s.presets {
			at := stamp(time.Unix(1700000000, 0))
			rows[i] = map[string]any{"id": p.ID, "name": p.Name, "created_at": at, "updated_at": at}
		}
		return s.paged(r, rows)
	})
	s.handle("GET /presets/{preset}", func(r *http.Request) (reply, *problem) {
		for _, p := range s.presets {
			if p.ID == r.PathValue("preset") {
				return granted(p.JSON())
			}
		}
		return reply{}, noPreset
	})
	s.handle("GET /recordings/active-recording/{meeting}", s.inMeeting(s.activeRecording))
	s.routes.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, 7003, "Could not route")
	})
}

type inMeeting = func(r *http.Request, m *meeting) (reply, *problem)

func (s *Server) inMeeting(f inMeeting) func(*http.Request) (reply, *problem) {
	return func(r *http.Request) (reply, *problem) {
		m := s.meeting(r.PathValue("meeting"))
		if m == nil {
			return reply{}, noMeeting
		}
		return f(r, m)
	}
}

func (s *Server) inSession(f inMeeting) func(*http.Request) (reply, *problem) {
	return s.inMeeting(func(r *http.Request, m *meeting) (reply, *problem) {
		if m.session == nil {
			return reply{}, noSession
		}
		return f(r, m)
	})
}

func (s *Server) enrolledOne(f func(*http.Request, *meeting, *enrolled) (reply, *problem)) func(*http.Request) (reply, *problem) {
	return s.inMeeting(func(r *http.Request, m *meeting) (reply, *problem) {
		for _, e := range m.enrolled {
			if e.id == r.PathValue("who") {
				return f(r, m, e)
			}
		}
		return reply{}, noPerson
	})
}

// page cuts the page that a request asks for.
func (s *Server) page(r *http.Request, rows []any) ([]any, int) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n > 0 {
			return n
		}
		return otherwise
	}
	size := min(number("per_page", 20), s.config.PageSize)
	from := min((number("page_no", 1)-1)*size, len(rows))
	return rows[from:min(from+size, len(rows))], from
}

func (s *Server) paged(r *http.Request, rows []any) (reply, *problem) {
	page, from := s.page(r, rows)
	return reply{Success: true, Data: page, Paging: &paging{TotalCount: len(rows), StartOffset: from, EndOffset: from + len(page)}}, nil
}

func (s *Server) listSessions(r *http.Request) (reply, *problem) {
	rows := []any{}
	for _, m := range s.meetings {
		if m.session != nil && r.URL.Query().Get("status") != "ENDED" {
			rows = append(rows, m.describeSession())
		}
	}
	if r.URL.Query().Get("sort_order") == "DESC" {
		slices.Reverse(rows)
	}
	page, _ := s.page(r, rows)
	return granted(map[string]any{"sessions": page})
}

func (m *meeting) describeSession() map[string]any {
	live := 0
	for _, p := range m.session.peers {
		if p.left.IsZero() {
			live++
		}
	}
	at := stamp(m.session.started)
	return map[string]any{
		"id": m.session.id, "associated_id": m.id, "meeting_display_name": m.title, "status": "LIVE", "type": "meeting",
		"live_participants": live, "max_concurrent_participants": len(m.session.peers), "minutes_consumed": 0,
		"organization_id": AppID, "created_at": at, "started_at": at, "updated_at": at, "breakout_rooms": []any{},
	}
}

func (s *Server) listPeers(r *http.Request) (reply, *problem) {
	for _, m := range s.meetings {
		if m.session == nil || m.session.id != r.PathValue("session") {
			continue
		}
		rows := make([]any, len(m.session.peers))
		for i, p := range m.session.peers {
			row := map[string]any{
				"id": p.id, "user_id": p.who.id, "custom_participant_id": p.who.custom, "display_name": p.who.name,
				"preset_name": p.preset.Name, "joined_at": stamp(p.joined), "created_at": stamp(p.joined),
				"updated_at": stamp(p.joined), "duration": 0,
			}
			if !p.left.IsZero() {
				row["left_at"] = stamp(p.left)
			}
			rows[i] = row
		}
		page, _ := s.page(r, rows)
		return granted(map[string]any{"participants": page})
	}
	return reply{}, noSession
}

func (m *meeting) json() map[string]any {
	status := "ACTIVE"
	if m.inactive {
		status = "INACTIVE"
	}
	return map[string]any{
		"id": m.id, "title": m.title, "status": status, "created_at": stamp(m.created), "updated_at": stamp(m.created),
		"live_stream_on_start": false, "record_on_start": false, "persist_chat": false, "summarize_on_end": false,
	}
}

func (s *Server) getMeeting(_ *http.Request, m *meeting) (reply, *problem) { return granted(m.json()) }

func (s *Server) patchMeeting(r *http.Request, m *meeting) (reply, *problem) {
	var asked struct {
		Status string `json:"status"`
		Title  string `json:"title"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return reply{}, badRequest(err.Error())
	}
	switch asked.Status {
	case "ACTIVE", "INACTIVE":
		m.inactive = asked.Status == "INACTIVE"
	case "":
	default:
		return reply{}, badRequest("status must be ACTIVE or INACTIVE")
	}
	if asked.Title != "" {
		m.title = asked.Title
	}
	return granted(m.json())
}

// whom reads whom a kick or a mute is for, and finds them: by user id or custom
// participant id, never by the peer's.
func (s *Server) whom(r *http.Request, m *meeting) ([]*peer, *problem) {
	var asked struct {
		Users  *[]string `json:"participant_ids"`
		Custom *[]string `json:"custom_participant_ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Users == nil || asked.Custom == nil {
		return nil, badRequest("participant_ids and custom_participant_ids are required")
	}
	if len(*asked.Users)+len(*asked.Custom) == 0 {
		return nil, badRequest("at least one participant id is required")
	}
	var found []*peer
	for _, p := range m.session.peers {
		if p.left.IsZero() && (slices.Contains(*asked.Users, p.who.id) || slices.Contains(*asked.Custom, p.who.custom)) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil, noPerson
	}
	return found, nil
}

func told(action string, people []*peer) map[string]any {
	rows := make([]any, len(people))
	for i, p := range people {
		rows[i] = map[string]any{
			"id": p.who.id, "name": p.who.name, "created_at": stamp(p.who.created), "updated_at": stamp(p.who.created),
		}
	}
	return map[string]any{"action": action, "participants": rows}
}

func (s *Server) kick(r *http.Request, m *meeting) (reply, *problem) {
	people, wrong := s.whom(r, m)
	if wrong != nil {
		return reply{}, wrong
	}
	for _, p := range people {
		p.kicked = true
		s.out(m, p)
		s.tellKicked(m, p)
	}
	return granted(told("kick", people))
}

func (s *Server) kickAll(_ *http.Request, m *meeting) (reply, *problem) {
	n := 0
	for _, p := range m.session.peers {
		if p.left.IsZero() {
			n++
			p.ended, p.left = true, s.config.Now()
			s.tellKicked(m, p)
		}
	}
	m.session = nil
	return granted(map[string]any{"action": "kick-all", "kicked_participants_count": n})
}

func (s *Server) tellKicked(m *meeting, p *peer) {
	for _, w := range s.watchers {
		if w.Kicked != nil {
			w.Kicked(m.id, p.id, p.ended)
		}
	}
}

func (s *Server) mute(r *http.Request, m *meeting) (reply, *problem) {
	people, wrong := s.whom(r, m)
	if wrong != nil {
		return reply{}, wrong
	}
	s.silence(m, people, true)
	return granted(told("mute", people))
}

func (s *Server) muteAll(r *http.Request, m *meeting) (reply, *problem) {
	var asked struct {
		AllowUnmute *bool `json:"allow_unmute"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.AllowUnmute == nil {
		return reply{}, badRequest("allow_unmute is required")
	}
	var people []*peer
	for _, p := range m.session.peers {
		if p.left.IsZero() {
			people = append(people, p)
		}
	}
	s.silence(m, people, *asked.AllowUnmute)
	return granted(map[string]any{"action": "mute-all", "muted_participants_count": len(people)})
}

func (s *Server) silence(m *meeting, people []*peer, mayUnmute bool) {
	for _, p := range people {
		p.muted, p.mayUnmute = true, mayUnmute
		for _, w := range s.watchers {
			if w.Muted != nil {
				w.Muted(m.id, p.id)
			}
		}
	}
}

func (e *enrolled) json() map[string]any {
	return map[string]any{
		"id": e.id, "custom_participant_id": e.custom, "name": e.name, "preset_name": e.preset, "picture": nil,
		"created_at": stamp(e.created), "updated_at": stamp(e.created),
	}
}

func (s *Server) listEnrolled(r *http.Request, m *meeting) (reply, *problem) {
	rows := make([]any, len(m.enrolled))
	for i, e := range m.enrolled {
		rows[i] = e.json()
	}
	return s.paged(r, rows)
}

type participantParams struct {
	Custom string `json:"custom_participant_id"`
	Name   string `json:"name"`
	Preset string `json:"preset_name"`
}

func (s *Server) enrolByAPI(r *http.Request, m *meeting) (reply, *problem) {
	var asked participantParams
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Custom == "" || asked.Preset == "" {
		return reply{}, badRequest("custom_participant_id and preset_name are required")
	}
	if !s.hasPreset(asked.Preset) {
		return reply{}, noPreset
	}
	e := m.find(asked.Custom)
	if e == nil {
		e = &enrolled{id: newID(), custom: asked.Custom, created: s.config.Now()}
		m.enrolled = append(m.enrolled, e)
	}
	e.name, e.preset = asked.Name, asked.Preset
	return granted(withToken(m, e))
}

func (s *Server) patchEnrolled(r *http.Request, m *meeting, e *enrolled) (reply, *problem) {
	var asked participantParams
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return reply{}, badRequest(err.Error())
	}
	if asked.Preset != "" && !s.hasPreset(asked.Preset) {
		return reply{}, noPreset
	}
	if asked.Preset != "" {
		e.preset = asked.Preset
	}
	if asked.Name != "" {
		e.name = asked.Name
	}
	return granted(withToken(m, e))
}

func withToken(m *meeting, e *enrolled) map[string]any {
	all := e.json()
	all["token"] = token(m, e)
	return all
}

func (s *Server) activeRecording(_ *http.Request, m *meeting) (reply, *problem) {
	if !m.recording || m.session == nil {
		return reply{}, &problem{http.StatusNotFound, 404, "No active recording found"}
	}
	at := stamp(m.session.started)
	return granted(map[string]any{
		"id": newID(), "session_id": m.session.id, "status": "RECORDING", "invoked_time": at, "started_time": at,
		"stopped_time": nil, "download_url": nil, "audio_download_url": nil, "download_url_expiry": nil, "file_size": nil,
		"output_file_name": strings.ReplaceAll(m.title, " ", "_") + ".mp4",
	})
}
