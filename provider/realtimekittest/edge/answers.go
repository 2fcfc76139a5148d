package edge

import (
	"github.com/google/uuid"
	"github.com/pion/webrtc/v4"

	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// take answers one message of the client.
func (c *client) take(raw []byte) {
	m := parse(raw)
	event, id, body := uint32(m.numbers[1]), m.text(2), m.texts[3]
	e := c.edge
	e.mu.Lock()
	e.frames = append(e.frames, Frame{Peer: c.peer, Event: event, Payload: body})
	refusal, refused := e.refuse[event]
	e.mu.Unlock()
	if refused {
		c.send(ErrorResponse, id, message{{1, refusal}, {2, uint64(event)}})
		return
	}
	switch event {
	case CreateTransport:
		c.createTransport(event, id, parse(body))
		return
	case Produce:
		c.produce(event, id, parse(body))
		return
	case SelfJoinComplete:
		e.rest.JoinAs(c.who.Meeting, c.who.User, c.peer)
	}
	puppets := c.puppets()
	var dark []string
	defer func() {
		for _, peer := range dark {
			e.rest.SetVideo(peer, false)
		}
	}()
	e.mu.Lock()
	defer e.mu.Unlock()
	switch event {
	case RoomJoin:
		c.inRoom = true
		c.send(event, id, message{{1, c.card()}})
		c.others(RoomJoin, message{{1, c.card()}})
	case RoomInfo:
		c.send(event, id, message{{1, message{{1, c.who.Meeting}, {2, c.who.Title}, {6, c.who.Meeting}}}})
	case RoomPeersInfo:
		var peers message
		for _, o := range e.clients {
			if o.who.Meeting == c.who.Meeting && o.inRoom && !o.who.Preset.Hidden {
				peers = append(peers, field{1, o.card()})
			}
		}
		for _, p := range puppets {
			peers = append(peers, field{1, p.card()})
		}
		c.send(event, id, peers)
	case SelfJoinComplete:
		c.joinComplete(event, id, puppets)
	case ToggleProducer, CloseProducer:
		c.toggle(event, id, parse(body))
	case PinPeer:
		c.pin(event, id, parse(body).text(participantField))
	case HostControlPeer:
		dark = c.control(parse(body), parse(body).text(participantField), 2, puppets)
		c.send(event, id, message{{1, "success"}})
	case HostControlPeers:
		dark = c.control(parse(body), "", 1, puppets)
		c.send(event, id, message{{1, "success"}})
	case AudioActivity:
	default: // taken without a word
		c.send(event, id, nil)
	}
}

func (c *client) joinComplete(event uint32, id string, puppets []*client) {
	c.inMedia = true
	state := message{{1, c.who.Title}, {3, c.who.Meeting}, {5, c.peer}}
	if pinned := c.edge.pinned[c.who.Meeting]; pinned != "" {
		state = append(state, field{8, pinned})
	}
	answer := message{{1, state}}
	for _, o := range c.edge.clients {
		if o != c && o.who.Meeting == c.who.Meeting && o.inMedia && !o.who.Preset.Hidden {
			answer = append(answer, field{2, o.part()})
		}
	}
	for _, p := range puppets {
		answer = append(answer, field{2, p.part()})
	}
	c.send(event, id, append(answer, field{3, message{}}, field{4, uint64(6)}))
	c.others(PeerJoined, message{{1, c.part()}})
}

// toggle notes that the client paused or closed something that it sends.
func (c *client) toggle(event uint32, id string, m read) {
	for _, p := range c.producers {
		if p.id != m.text(1) {
			continue
		}
		p.paused = event == CloseProducer || m.numbers[2] == 1
		c.others(ProducerToggled, message{{1, c.peer}, {2, p.state()}, {3, c.peer}})
	}
	c.send(event, id, nil)
}

// pin puts a peer before everyone's eyes; an empty id takes the pin away.
func (c *client) pin(event uint32, id, peer string) {
	c.edge.pinned[c.who.Meeting] = peer
	c.send(event, id, message{{1, peer}})
	c.push(PeerPinned, message{{1, peer}})
	for _, o := range c.edge.clients {
		if o != c && o.who.Meeting == c.who.Meeting && o.inMedia {
			o.push(PeerPinned, message{{1, peer}})
		}
	}
}

// control stops what one peer sends, or all: audio and video are the fields
// from first on. It returns the puppets whose video it stopped.
func (c *client) control(m read, peer string, first int, puppets []*client) (dark []string) {
	stop := map[bool]bool{false: m.numbers[2] == 1, true: m.numbers[3] == 1} // by video
	if first == 1 {
		stop = map[bool]bool{false: m.numbers[1] == 1, true: m.numbers[2] == 1}
	}
	for _, o := range c.edge.clients {
		if o == c || o.who.Meeting != c.who.Meeting || peer != "" && o.peer != peer {
			continue
		}
		for _, p := range o.producers {
			if !p.screen && stop[p.video] && !p.paused {
				paused := *p
				paused.paused = true
				o.push(ProducerToggled, message{{1, o.peer}, {2, paused.state()}, {3, c.peer}})
			}
		}
	}
	for _, o := range puppets {
		for _, p := range o.producers {
			if (peer == "" || o.peer == peer) && p.video && stop[true] {
				p.paused = true
				dark = append(dark, o.peer)
				c.push(ProducerToggled, message{{1, o.peer}, {2, p.state()}, {3, c.peer}})
			}
		}
	}
	return dark
}

// puppets are those who are in the meeting without a client: the stand-in's
// REST side brought them in.
func (c *client) puppets() []*client {
	var all []*client
	for _, p := range c.edge.rest.People(c.who.Meeting) {
		c.edge.mu.Lock()
		_, real := c.edge.clients[p.Peer]
		c.edge.mu.Unlock()
		if real || p.Hidden {
			continue
		}
		all = append(all, &client{
			edge: c.edge, peer: p.Peer, who: realtimekittest.Holder{User: p.User, Custom: p.Custom, Name: p.Name},
			producers: []*producer{{id: "audio-" + p.Peer, paused: p.Muted}, {id: "video-" + p.Peer, video: true, paused: !p.Video}},
		})
	}
	return all
}

// kicked and muted carry to clients what REST did.
func (e *Edge) kicked(_, peer string, ended bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.clients[peer]
	switch {
	case c == nil:
	case ended:
		c.push(RoomKickAll, nil)
	default:
		c.push(RoomKick, message{{1, c.card()}})
	}
}

func (e *Edge) muted(_, peer string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.clients[peer]; c != nil {
		for _, p := range c.producers {
			if !p.video && !p.paused {
				paused := *p
				paused.paused = true
				c.push(ProducerToggled, message{{1, c.peer}, {2, paused.state()}, {3, "moderator"}})
			}
		}
	}
}

func (c *client) createTransport(event uint32, id string, m read) {
	pc, sdp, err := transport(m.in(3).text(3))
	if err != nil {
		c.send(ErrorResponse, id, message{{1, err.Error()}, {2, uint64(event)}})
		return
	}
	name := uuid.NewString()
	c.edge.mu.Lock()
	c.transports[name] = pc
	if m.numbers[1] == 0 {
		c.sending = name
	}
	c.edge.mu.Unlock()
	c.send(event, id, message{{1, name}, {2, message{{2, "answer"}, {3, sdp}}}})
}

// transport is a peer of the media server that takes everything.
func transport(offer string) (*webrtc.PeerConnection, string, error) {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		return nil, "", err
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, "", err
	}
	sdp, err := negotiate(pc, offer)
	if err != nil {
		_ = pc.Close()
		return nil, "", err
	}
	return pc, sdp, nil
}

func negotiate(pc *webrtc.PeerConnection, offer string) (string, error) {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

func (c *client) produce(event uint32, id string, m read) {
	c.edge.mu.Lock()
	pc := c.transports[c.sending]
	c.edge.mu.Unlock()
	refuse := func(text string) { c.send(ErrorResponse, id, message{{1, text}, {2, uint64(event)}}) }
	if pc == nil {
		refuse("no transport")
		return
	}
	sdp, err := negotiate(pc, m.in(4).text(3))
	if err != nil {
		refuse(err.Error())
		return
	}
	p := &producer{id: uuid.NewString(), video: m.text(1) == "video", screen: m.numbers[3] == 1, paused: m.numbers[2] == 1}
	c.edge.mu.Lock()
	c.producers = append(c.producers, p)
	if c.inMedia {
		c.others(ProducerCreated, message{{1, c.peer}, {2, p.state()}})
	}
	c.edge.mu.Unlock()
	c.send(event, id, message{{1, true}, {2, p.id}, {4, message{{2, "answer"}, {3, sdp}}}})
}
