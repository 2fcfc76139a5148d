package edge

// faults is what goes wrong in a meeting, under the edge's mu.
type faults struct {
	refuse      map[Event]string
	about       string // a peer
	silent      map[Event]bool
	details     int
	unreachable bool
	unwelcome   string // a custom participant id
}

// in returns the faults of a meeting.
func (e *Edge) in(meeting string) *faults {
	f := e.faults[meeting]
	if f == nil {
		f = &faults{refuse: map[Event]string{}, silent: map[Event]bool{}}
		e.faults[meeting] = f
	}
	return f
}

// Refuse answers an event in a meeting with an error from now on; an empty text
// ends it.
func (e *Edge) Refuse(meeting string, event Event, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if text == "" {
		delete(e.in(meeting).refuse, event)
		return
	}
	e.in(meeting).refuse[event] = text
}

// RefuseAbout answers every control of a peer with an error from now on.
func (e *Edge) RefuseAbout(meeting, peer string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.in(meeting).about = peer
}

// refusal tells why a message is refused, "" where it is not.
func (f *faults) refusal(m envelope) string {
	control := m.Event == HostControlPeer || m.Event == PinPeer
	if f.about != "" && control && unmarshal[pinRequest](m.Payload).Peer == f.about { // the peer is field 1 of both
		return "not this one"
	}
	return f.refuse[m.Event]
}

// Ignore answers an event in a meeting with nothing from now on.
func (e *Edge) Ignore(meeting string, event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.in(meeting).silent[event] = true
}

// RefuseDetails answers requests for a participant's details with a status from
// now on.
func (e *Edge) RefuseDetails(meeting string, status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.in(meeting).details = status
}

// Isolate gives clients in a meeting no address of the media server from now
// on: they exchange every message with it and no packet.
func (e *Edge) Isolate(meeting string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.in(meeting).unreachable = true
}

// Kick puts a client out of a meeting, by custom participant id.
func (e *Edge) Kick(meeting, custom string) {
	e.each(meeting, custom, func(c *client) { c.push(RoomKick, peerInfo{Peer: c.card()}) })
}

// KickAtOnce puts a client out as soon as it is in, each time from now on.
func (e *Edge) KickAtOnce(meeting, custom string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.in(meeting).unwelcome = custom
}

// End puts a client out of a meeting as when its session ends for everyone.
func (e *Edge) End(meeting, custom string) {
	e.each(meeting, custom, func(c *client) { c.push(RoomKickAll, nil) })
}

// Drop cuts a client's websocket off, as a server that goes away.
func (e *Edge) Drop(meeting, custom string) { e.each(meeting, custom, (*client).drop) }

func (e *Edge) each(meeting, custom string, f func(*client)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.clients {
		if c.who.Meeting == meeting && c.who.Custom == custom {
			f(c)
		}
	}
}
