package twiliotest

// Caller is someone in a conference.
type Caller struct {
	Label string
	// Number is whom the call is with: a number, client:name or a SIP address.
	Number string
	// Outbound calls were made by us, the others came in.
	Outbound bool
	// Status is connected where empty.
	Status string
	// EndsConference is set where the conference ends when they leave.
	EndsConference bool
	Muted          bool
}

// AddConference starts a conference and returns its SID. One whose callers have
// all left is over only when the last of them was taken out.
func (s *Server) AddConference(name string, callers ...Caller) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.newConference(name, "in-progress")
	for _, each := range callers {
		s.join(c, each)
	}
	return c.sid
}

// AddWaitingConference makes a conference that has not started.
func (s *Server) AddWaitingConference(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newConference(name, "init").sid
}

func (s *Server) newConference(name, status string) *conference {
	now := s.config.Now()
	c := &conference{sid: s.sid("CF"), name: name, status: status, created: now, updated: now}
	s.conferences = append(s.conferences, c)
	return c
}

// Join brings someone into a conference and returns the call's SID, "" where
// there is no such conference.
func (s *Server) Join(conferenceSID string, who Caller) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conferences {
		if c.sid == conferenceSID && c.live() {
			p := s.join(c, who)
			s.tellConference(c, "participant-join", p, nil)
			return p.call.sid
		}
	}
	return ""
}

func (s *Server) join(c *conference, who Caller) *participant {
	now := s.config.Now()
	made := &call{sid: s.sid("CA"), from: who.Number, to: "+15005550006", direction: "inbound", created: now}
	if who.Outbound {
		made.from, made.to, made.direction = made.to, made.from, "outbound-api"
	}
	s.calls[made.sid] = made
	p := &participant{
		call: made, label: who.Label, status: methodOr(who.Status, "connected"), created: now, updated: now,
		startsOnEnter: true, endsExit: who.EndsConference, muted: who.Muted,
	}
	c.people = append(c.people, p)
	return p
}

// SetStatus moves a call on: ringing, connected, complete and so on.
func (s *Server) SetStatus(callSID, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, p := s.findCall(callSID); p != nil {
		p.status = status
	}
}

// Leave hangs up.
func (s *Server) Leave(callSID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, p := s.findCall(callSID); p != nil {
		s.leave(c, p, "left")
	}
}

// Record starts a recording of a conference or a video room.
func (s *Server) Record(sid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conferences {
		if c.sid == sid {
			c.recordings = append(c.recordings, s.sid("RE"))
		}
	}
	for _, r := range s.rooms {
		if r.sid == sid {
			r.recordings = append(r.recordings, s.sid("RT"))
		}
	}
}

func (s *Server) findCall(sid string) (*conference, *participant) {
	for _, c := range s.conferences {
		for _, p := range c.people {
			if p.call.sid == sid && !p.left {
				return c, p
			}
		}
	}
	return nil, nil
}

// CallState is what a participant of a conference is like.
type CallState struct {
	Present, Muted, Hold, BeepsOut  bool
	HoldURL, HoldMethod, WaitMethod string
	Announced                       []Announcement
	ConferenceSID                   string
}

// Call tells what became of a call.
func (s *Server) Call(sid string) CallState {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conferences {
		for _, p := range c.people {
			if p.call.sid == sid {
				return CallState{
					Present: !p.left, Muted: p.muted, Hold: p.hold, BeepsOut: p.beepOnExit,
					HoldURL: p.holdURL, HoldMethod: p.holdMethod, WaitMethod: p.waitMethod,
					Announced: append([]Announcement(nil), p.announced...), ConferenceSID: c.sid,
				}
			}
		}
	}
	return CallState{}
}

// Announced returns what was played to a whole conference.
func (s *Server) Announced(conferenceSID string) []Announcement {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conferences {
		if c.sid == conferenceSID {
			return append([]Announcement(nil), c.announced...)
		}
	}
	return nil
}

// Live reports whether a conference or video room has not ended.
func (s *Server) Live(sid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conferences {
		if c.sid == sid {
			return c.live()
		}
	}
	for _, r := range s.rooms {
		if r.sid == sid {
			return r.live()
		}
	}
	return false
}

// Hears reports whether one caller hears another in their conference.
func (s *Server) Hears(listenerSID, speakerSID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, to := s.findCall(listenerSID)
	of, from := s.findCall(speakerSID)
	if to == nil || from == nil || in != of || to.hold || from.hold || from.muted {
		return false
	}
	return !from.coaching || from.coaches == listenerSID
}

// CallOf returns the call's SID of who has the label in a conference, "" where
// nobody there has.
func (s *Server) CallOf(conferenceSID, label string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conferences {
		if c.sid != conferenceSID {
			continue
		}
		if p := c.find(label); p != nil {
			return p.call.sid
		}
	}
	return ""
}

// Mute mutes a caller, or lets them be heard again, as an app of its own would.
func (s *Server) Mute(callSID string, muted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, p := s.findCall(callSID); p != nil {
		p.muted = muted
	}
}
