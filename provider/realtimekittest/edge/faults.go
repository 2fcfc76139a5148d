package edge

// faults is what goes wrong, under the edge's mu.
type faults struct {
	refuse      map[Event]string
	silent      map[Event]bool
	details     int
	unreachable bool
}

// Refuse answers an event with an error from now on; an empty text ends it.
func (e *Edge) Refuse(event Event, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if text == "" {
		delete(e.refuse, event)
		return
	}
	e.refuse[event] = text
}

// Ignore answers an event with nothing from now on.
func (e *Edge) Ignore(event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.silent[event] = true
}

// RefuseDetails answers requests for a participant's details with a status from
// now on.
func (e *Edge) RefuseDetails(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.details = status
}

// Isolate gives clients no address of the media server from now on: they
// exchange every message with it and no packet.
func (e *Edge) Isolate() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.unreachable = true
}

// Kick puts a client out of a meeting, by custom participant id.
func (e *Edge) Kick(meeting, custom string) {
	e.each(meeting, custom, func(c *client) { c.push(RoomKick, peerInfo{Peer: c.card()}) })
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
