package realtimekittest

import (
	"slices"
	"time"
)

type meeting struct {
	id, title string
	inactive  bool
	recording bool
	created   time.Time
	enrolled  []*enrolled
	session   *session // nil: nobody is in
}

// enrolled is who may come in, again and again.
type enrolled struct {
	id, custom, name, preset string
	created                  time.Time
}

type session struct {
	id      string
	started time.Time
	peers   []*peer
}

// peer is one connection of someone.
type peer struct {
	id           string
	who          *enrolled
	preset       *Preset // that held when they came in
	joined, left time.Time
	muted        bool
	mayUnmute    bool
	video        bool
	kicked       bool
	ended        bool
}

// AddMeeting starts a meeting, with people in it: each is enrolled with the
// preset guest under the name as custom participant id. It returns the id.
func (s *Server) AddMeeting(title string, people ...string) string {
	s.mu.Lock()
	m := &meeting{id: newID(), title: title, created: s.config.Now()}
	s.meetings = append(s.meetings, m)
	s.mu.Unlock()
	for _, name := range people {
		s.Enrol(m.id, name, "guest")
		s.Join(m.id, name)
	}
	return m.id
}

// Enrol lets someone into a meeting and returns the user id. A custom
// participant id is enrolled once: the preset of an earlier enrolment changes.
func (s *Server) Enrol(meetingID, custom, preset string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.meeting(meetingID)
	if m == nil {
		return ""
	}
	if e := m.find(custom); e != nil {
		e.preset = preset
		return e.id
	}
	e := &enrolled{id: newID(), custom: custom, name: custom, preset: preset, created: s.config.Now()}
	m.enrolled = append(m.enrolled, e)
	return e.id
}

// Unenrol forgets someone's enrolment; who is in stays in, and the next one has
// another user id.
func (s *Server) Unenrol(meetingID, custom string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.meeting(meetingID); m != nil {
		m.enrolled = slices.DeleteFunc(m.enrolled, func(e *enrolled) bool { return e.custom == custom })
	}
}

// Rename changes the display name of someone enrolled.
func (s *Server) Rename(meetingID, custom, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.meeting(meetingID); m != nil && m.find(custom) != nil {
		m.find(custom).name = name
	}
}

// Join brings someone enrolled in, with microphone and, where the preset
// allows, camera on, and returns the peer's id: "" where they may not come in.
func (s *Server) Join(meetingID, who string) string { return s.JoinAs(meetingID, who, newID()) }

// JoinAs is Join under a peer id that the client made.
func (s *Server) JoinAs(meetingID, who, peerID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.meeting(meetingID)
	if m == nil || m.inactive {
		return ""
	}
	e := m.find(who)
	if e == nil {
		return ""
	}
	now := s.config.Now()
	if m.session == nil {
		m.session = &session{id: newID(), started: now}
	}
	preset := s.presetNamed(e.preset)
	p := &peer{id: peerID, who: e, preset: preset, joined: now, mayUnmute: true, video: !preset.NoVideo}
	m.session.peers = append(m.session.peers, p)
	return p.id
}

// Leave takes a peer out by their own will.
func (s *Server) Leave(peerID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.meetings {
		if p := m.peer(peerID); p != nil {
			s.out(m, p)
		}
	}
}

// out ends a connection; the session ends with the last one.
func (s *Server) out(m *meeting, p *peer) {
	p.left = s.config.Now()
	for _, other := range m.session.peers {
		if other.left.IsZero() {
			return
		}
	}
	m.session = nil
}

// PeerState is what became of a connection.
type PeerState struct {
	Present, Kicked, Ended  bool
	Muted, MayUnmute, Video bool
	Preset                  string
}

// Peer tells what became of a connection.
func (s *Server) Peer(p Joined) PeerState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return PeerState{
		Present: p.peer.left.IsZero(), Kicked: p.peer.kicked, Ended: p.peer.ended,
		Muted: p.peer.muted, MayUnmute: p.peer.mayUnmute, Video: p.peer.video && p.peer.left.IsZero(), Preset: p.peer.preset.Name,
	}
}

// Joined is a connection, also one that has ended.
type Joined struct {
	ID   string
	peer *peer
}

// Present returns who is in a meeting, by custom participant id.
func (s *Server) Present(meetingID string) map[string]Joined {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]Joined{}
	if m := s.meeting(meetingID); m != nil && m.session != nil {
		for _, p := range m.session.peers {
			if p.left.IsZero() {
				all[p.who.custom] = Joined{ID: p.id, peer: p}
			}
		}
	}
	return all
}

// SetVideo says whether a peer's camera is on: their client turned it on or
// off. What a preset does not allow stays off.
func (s *Server) SetVideo(peerID string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.meetings {
		if p := m.peer(peerID); p != nil {
			p.video = on && !p.preset.NoVideo
		}
	}
}

// Unmute is a peer who turns their own microphone on; it reports whether that
// was allowed.
func (s *Server) Unmute(peerID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.meetings {
		if p := m.peer(peerID); p != nil && p.mayUnmute {
			p.muted = false
			return true
		}
	}
	return false
}

// PresetOf returns the preset of someone's enrolment.
func (s *Server) PresetOf(meetingID, who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.meeting(meetingID); m != nil && m.find(who) != nil {
		return m.find(who).preset
	}
	return ""
}

// UserID returns the user id of someone enrolled.
func (s *Server) UserID(meetingID, who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.meeting(meetingID); m != nil && m.find(who) != nil {
		return m.find(who).id
	}
	return ""
}

// Inactive reports whether nobody new may join.
func (s *Server) Inactive(meetingID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.meeting(meetingID)
	return m != nil && m.inactive
}

// SetRecording starts or stops a recording.
func (s *Server) SetRecording(meetingID string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.meeting(meetingID); m != nil {
		m.recording = on
	}
}

// find returns who is enrolled by user id or custom participant id.
func (m *meeting) find(id string) *enrolled {
	for _, e := range m.enrolled {
		if id != "" && (e.id == id || e.custom == id) {
			return e
		}
	}
	return nil
}

// peer returns someone who is in.
func (m *meeting) peer(id string) *peer {
	if m.session == nil {
		return nil
	}
	for _, p := range m.session.peers {
		if p.id == id && p.left.IsZero() {
			return p
		}
	}
	return nil
}

// Meeting is one with a live session.
type Meeting struct {
	ID, Title         string
	Locked, Recording bool
}

// Live lists the meetings in which someone is.
func (s *Server) Live() []Meeting {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Meeting
	for _, m := range s.meetings {
		if m.session != nil {
			all = append(all, Meeting{ID: m.id, Title: m.title, Locked: m.inactive, Recording: m.recording})
		}
	}
	return all
}

// Person is someone who is in, as other participants see them.
type Person struct {
	Peer, User, Custom, Name string
	Video, Muted, Hidden     bool
}

// People lists who is in a meeting.
func (s *Server) People(meetingID string) []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.meeting(meetingID)
	if m == nil || m.session == nil {
		return nil
	}
	var all []Person
	for _, p := range m.session.peers {
		if p.left.IsZero() {
			all = append(all, Person{
				Peer: p.id, User: p.who.id, Custom: p.who.custom, Name: p.who.name,
				Video: p.video, Muted: p.muted, Hidden: p.preset.Hidden,
			})
		}
	}
	return all
}
