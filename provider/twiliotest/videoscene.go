package twiliotest

import "slices"

// AddRoom opens a video room, lets people with a microphone and a camera in,
// and returns its SID.
func (s *Server) AddRoom(name string, identities ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.newRoom(name)
	for _, each := range identities {
		s.connect(r, each)
	}
	return r.sid
}

func (s *Server) newRoom(name string) *room {
	now := s.config.Now()
	r := &room{sid: s.sid("RM"), name: name, status: "in-progress", created: now, updated: now, largest: 50}
	if r.name == "" {
		r.name = r.sid
	}
	s.rooms = append(s.rooms, r)
	return r
}

// Connect brings someone into a video room and returns the connection's SID, ""
// where there is no such room. An identity that is there already is put out.
func (s *Server) Connect(roomSID, identity string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		if r.sid == roomSID && r.live() {
			p := s.connect(r, identity)
			s.tellRoom(r, "participant-connected", p)
			return p.sid
		}
	}
	return ""
}

func (s *Server) connect(r *room, identity string) *person {
	for _, p := range r.people {
		if p.identity == identity && p.present() {
			s.disconnect(r, p)
		}
	}
	now := s.config.Now()
	p := &person{sid: s.sid("PA"), identity: identity, status: "connected", joined: now, rules: IncludeAll()}
	for _, kind := range []string{"audio", "video"} {
		p.tracks = append(p.tracks, &track{
			sid: s.sid("MT"), name: map[string]string{"audio": "microphone", "video": "camera"}[kind], kind: kind, enabled: true, created: now,
		})
	}
	r.people = append(r.people, p)
	return p
}

// Disconnect lets someone leave a video room.
func (s *Server) Disconnect(personSID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		for _, p := range r.people {
			if p.sid == personSID && p.present() {
				s.disconnect(r, p)
			}
		}
	}
}

// SetRules sets a subscriber's rules, as an app of its own would.
func (s *Server) SetRules(personSID string, rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.findPerson(personSID); p != nil {
		p.rules = slices.Clone(rules)
	}
}

// Rules returns a subscriber's rules.
func (s *Server) Rules(personSID string) []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.findPerson(personSID); p != nil {
		return slices.Clone(p.rules)
	}
	return nil
}

// Receives reports whether a subscriber gets what a publisher sends of a kind:
// audio or video.
func (s *Server) Receives(subscriberSID, publisherSID, kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.findPerson(subscriberSID)
	from := s.findPerson(publisherSID)
	return to != nil && from != nil && to.present() && from.present() && to.receives(from, kind)
}

// Present returns the connection SIDs of an identity's room mates and itself
// by identity, of those who are in the room.
func (s *Server) Present(roomSID string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for _, r := range s.rooms {
		for _, p := range r.people {
			if r.sid == roomSID && p.present() {
				all[p.identity] = p.sid
			}
		}
	}
	return all
}

func (s *Server) findPerson(sid string) *person {
	for _, r := range s.rooms {
		for _, p := range r.people {
			if p.sid == sid {
				return p
			}
		}
	}
	return nil
}
