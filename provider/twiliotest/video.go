package twiliotest

import (
	"net/http"
	"slices"
	"time"
)

type room struct {
	sid, name, status     string
	created, updated, end time.Time
	callback              string
	people                []*person // and those who left
	recordings            []string
	largest               int
}

func (r *room) key() string { return r.sid }

func (r *room) live() bool { return r.status == "in-progress" }

type person struct {
	sid, identity, status string
	joined, left          time.Time
	tracks                []*track
	rules                 []Rule
}

func (p *person) key() string { return p.sid }

func (p *person) present() bool { return p.status != "disconnected" }

type track struct {
	sid, name, kind string
	enabled         bool
	created         time.Time
}

func (t *track) key() string { return t.sid }

func (s *Server) routeVideo() {
	s.handleVideo("GET /v1/Rooms", http.StatusOK, s.listRooms)
	s.handleVideo("POST /v1/Rooms", http.StatusCreated, s.createRoom)
	s.handleVideo("GET /v1/Rooms/{room}", http.StatusOK, s.fetchRoom)
	s.handleVideo("POST /v1/Rooms/{room}", http.StatusAccepted, s.updateRoom)
	s.handleVideo("GET /v1/Rooms/{room}/Recordings", http.StatusOK, s.listRoomRecordings)
	s.handleVideo("GET /v1/Rooms/{room}/Participants", http.StatusOK, s.listPeople)
	s.handleVideo("GET /v1/Rooms/{room}/Participants/{who}", http.StatusOK, s.fetchPerson)
	s.handleVideo("POST /v1/Rooms/{room}/Participants/{who}", http.StatusAccepted, s.updatePerson)
	s.handleVideo("GET /v1/Rooms/{room}/Participants/{who}/PublishedTracks", http.StatusOK, s.listTracks)
	s.handleVideo("GET /v1/Rooms/{room}/Participants/{who}/SubscribeRules", http.StatusOK, s.fetchRules)
	s.handleVideo("POST /v1/Rooms/{room}/Participants/{who}/SubscribeRules", http.StatusOK, s.updateRules)
}

// handleVideo is handle within the quota of Programmable Video.
func (s *Server) handleVideo(pattern string, status int, f func(r *http.Request) (any, *problem)) {
	s.handle(pattern, status, func(r *http.Request) (any, *problem) {
		if !s.spend(r) {
			return nil, &problem{http.StatusTooManyRequests, 20429, "Too Many Requests"}
		}
		return f(r)
	})
}

// room finds a room by SID, or by name while it is in progress.
func (s *Server) room(r *http.Request) (*room, *problem) {
	wanted := r.PathValue("room")
	for _, each := range s.rooms {
		if each.sid == wanted || each.name == wanted && each.live() {
			return each, nil
		}
	}
	return nil, &problem{http.StatusNotFound, 53106, "Room not found"}
}

// person finds someone by SID, else the one with the identity who is there.
func (s *Server) person(r *http.Request) (*room, *person, *problem) {
	in, wrong := s.room(r)
	if wrong != nil {
		return nil, nil, wrong
	}
	wanted := r.PathValue("who")
	for _, p := range in.people {
		if p.sid == wanted || p.identity == wanted && p.present() {
			return in, p, nil
		}
	}
	return nil, nil, &problem{http.StatusNotFound, 53204, "Participant not found"}
}

func (s *Server) listRooms(r *http.Request) (any, *problem) {
	q := r.URL.Query()
	status := q.Get("Status")
	if status == "" {
		status = "in-progress"
	}
	newestFirst := slices.Clone(s.rooms)
	slices.Reverse(newestFirst)
	items, p, wrong := cutPage(r, newestFirst, func(each *room) bool {
		return each.status == status && is(q.Get("UniqueName"), each.name) && during(r, each.created)
	})
	if wrong != nil {
		return nil, wrong
	}
	return p.videoList(r, "rooms", drawn(items, drawRoom)), nil
}

// during reports whether t fits the request's DateCreatedAfter and -Before.
func during(r *http.Request, t time.Time) bool {
	after, errAfter := time.Parse(time.RFC3339, r.URL.Query().Get("DateCreatedAfter"))
	before, errBefore := time.Parse(time.RFC3339, r.URL.Query().Get("DateCreatedBefore"))
	return (errAfter != nil || !t.Before(after)) && (errBefore != nil || t.Before(before))
}

func (s *Server) createRoom(r *http.Request) (any, *problem) {
	name := r.PostForm.Get("UniqueName")
	for _, each := range s.rooms {
		if each.name == name && each.live() {
			return nil, &problem{http.StatusBadRequest, 53113, "Room exists"}
		}
	}
	made := s.newRoom(name)
	made.callback = r.PostForm.Get("StatusCallback")
	s.tellRoom(made, "room-created", nil)
	return drawRoom(made), nil
}

func (s *Server) fetchRoom(r *http.Request) (any, *problem) {
	found, wrong := s.room(r)
	if wrong != nil {
		return nil, wrong
	}
	return drawRoom(found), nil
}

func (s *Server) updateRoom(r *http.Request) (any, *problem) {
	found, wrong := s.room(r)
	if wrong != nil {
		return nil, wrong
	}
	if r.PostForm.Get("Status") != "completed" {
		return nil, &problem{http.StatusBadRequest, 53103, "Status must be completed"}
	}
	if !found.live() {
		return nil, &problem{http.StatusBadRequest, 53118, "Room completed"}
	}
	for _, p := range found.people {
		if p.present() {
			s.disconnect(found, p)
		}
	}
	found.status, found.end = "completed", s.config.Now()
	found.updated = found.end
	s.tellRoom(found, "room-ended", nil)
	return drawRoom(found), nil
}

func (s *Server) listRoomRecordings(r *http.Request) (any, *problem) {
	in, wrong := s.room(r)
	if wrong != nil {
		return nil, wrong
	}
	items := []any{}
	if is(r.URL.Query().Get("Status"), "processing") {
		for _, sid := range in.recordings {
			items = append(items, drawRoomRecording(in, sid))
		}
	}
	return page{size: defaultPageSize}.videoList(r, "recordings", items), nil
}

func (s *Server) listPeople(r *http.Request) (any, *problem) {
	in, wrong := s.room(r)
	if wrong != nil {
		return nil, wrong
	}
	q := r.URL.Query()
	items, p, wrong := cutPage(r, in.people, func(p *person) bool {
		return is(q.Get("Status"), p.status) && is(q.Get("Identity"), p.identity) && during(r, p.joined)
	})
	if wrong != nil {
		return nil, wrong
	}
	return p.videoList(r, "participants", drawn(items, func(p *person) map[string]any { return drawPerson(in, p) })), nil
}

func (s *Server) fetchPerson(r *http.Request) (any, *problem) {
	in, p, wrong := s.person(r)
	if wrong != nil {
		return nil, wrong
	}
	return drawPerson(in, p), nil
}

func (s *Server) updatePerson(r *http.Request) (any, *problem) {
	in, p, wrong := s.person(r)
	switch {
	case wrong != nil:
		return nil, wrong
	case !in.live():
		return nil, &problem{http.StatusBadRequest, 53118, "Room completed"}
	case r.PostForm.Get("Status") != "disconnected" || !p.present():
		return nil, &problem{http.StatusBadRequest, 53209, "Participant status is invalid"}
	}
	s.disconnect(in, p)
	return drawPerson(in, p), nil
}

func (s *Server) disconnect(in *room, p *person) {
	p.status, p.left = "disconnected", s.config.Now()
	s.tellRoom(in, "participant-disconnected", p)
}

func (s *Server) listTracks(r *http.Request) (any, *problem) {
	in, p, wrong := s.person(r)
	if wrong != nil {
		return nil, wrong
	}
	items, page, wrong := cutPage(r, p.tracks, func(*track) bool { return p.present() })
	if wrong != nil {
		return nil, wrong
	}
	return page.videoList(r, "published_tracks", drawn(items, func(t *track) map[string]any { return drawTrack(in, p, t) })), nil
}
