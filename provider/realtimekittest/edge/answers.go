package edge

import (
	"strings"

	"github.com/google/uuid"
	"github.com/pion/webrtc/v4"

	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// take answers one message of the client.
func (c *client) take(raw []byte) {
	m := unmarshal[envelope](raw)
	e := c.edge
	e.mu.Lock()
	e.frames = append(e.frames, Frame{Meeting: c.who.Meeting, Peer: c.peer, Event: m.Event, Payload: m.Payload})
	wrong := e.in(c.who.Meeting)
	refusal, silent := wrong.refusal(m), wrong.silent[m.Event]
	e.mu.Unlock()
	switch {
	case silent:
		return
	case refusal != "":
		c.refuse(m, refusal)
		return
	}
	switch m.Event {
	case CreateTransport:
		c.createTransport(m)
		return
	case Produce:
		c.produce(m)
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
	switch m.Event {
	case RoomJoin:
		c.inRoom = true
		c.answer(m, peerInfo{Peer: c.card()})
		c.others(RoomJoin, peerInfo{Peer: c.card()})
	case RoomInfo:
		c.answer(m, roomInfo{Room: &room{ID: c.who.Meeting, Title: c.who.Title, UUID: c.who.Meeting}})
	case RoomPeersInfo:
		c.answer(m, c.roomPeers(puppets))
	case SelfJoinComplete:
		c.joinComplete(m, puppets)
	case ToggleProducer:
		t := unmarshal[toggleRequest](m.Payload)
		c.toggle(m, t.Producer, t.Pause)
	case CloseProducer:
		c.toggle(m, unmarshal[closeRequest](m.Payload).Producer, true)
	case PinPeer:
		c.pin(m, unmarshal[pinRequest](m.Payload).Peer)
	case HostControlPeer:
		h := unmarshal[hostControl](m.Payload)
		dark = c.control(h.Peer, stop{audio: h.Audio, video: h.Video}, puppets)
		c.answer(m, hostControlled{Status: "success"})
	case HostControlPeers:
		h := unmarshal[hostControlAll](m.Payload)
		dark = c.control("", stop{audio: h.Audio, video: h.Video}, puppets)
		c.answer(m, hostControlledAll{Status: "success"})
	case AudioActivity:
	default: // taken without a word
		c.answer(m, nil)
	}
}

func (c *client) roomPeers(puppets []*client) (all roomPeersInfo) {
	for _, o := range c.edge.clients {
		if o.who.Meeting == c.who.Meeting && o.inRoom && !o.who.Preset.Hidden {
			all.Peers = append(all.Peers, o.card())
		}
	}
	for _, p := range puppets {
		all.Peers = append(all.Peers, p.card())
	}
	return all
}

func (c *client) joinComplete(m envelope, puppets []*client) {
	c.inMedia = true
	state := &roomState{Title: c.who.Title, UUID: c.who.Meeting, Current: c.peer}
	if peer := c.edge.pinned[c.who.Meeting]; peer != "" {
		state.Pinned = []string{peer}
	}
	answer := peerJoinCompleteResponse{State: state, Selected: &selected{}, Streams: 6}
	for _, o := range c.edge.clients {
		if o != c && o.who.Meeting == c.who.Meeting && o.inMedia && !o.who.Preset.Hidden {
			answer.People = append(answer.People, o.part())
		}
	}
	for _, p := range puppets {
		answer.People = append(answer.People, p.part())
	}
	c.answer(m, answer)
	c.others(PeerJoined, peerJoined{Peer: c.part()})
	if c.who.Custom != "" && c.edge.in(c.who.Meeting).unwelcome == c.who.Custom {
		c.push(RoomKick, peerInfo{Peer: c.card()})
	}
}

// toggle notes that the client paused or closed something that it sends.
func (c *client) toggle(m envelope, producer string, paused bool) {
	for _, p := range c.producers {
		if p.ID != producer {
			continue
		}
		p.Paused = paused
		c.others(ProducerToggled, producerToggled{Peer: c.peer, State: p, By: c.peer})
	}
	c.answer(m, nil)
}

// pin puts a peer before everyone's eyes; an empty id takes the pin away.
func (c *client) pin(m envelope, peer string) {
	c.edge.pinned[c.who.Meeting] = peer
	c.answer(m, pinned{Peer: peer})
	c.push(PeerPinned, pinned{Peer: peer})
	for _, o := range c.edge.clients {
		if o != c && o.who.Meeting == c.who.Meeting && o.inMedia {
			o.push(PeerPinned, pinned{Peer: peer})
		}
	}
}

// stop is what others are made to stop sending; a shared screen never is.
type stop struct{ audio, video bool }

func (s stop) reaches(p *producerState) bool {
	if p.Kind == producerVideo {
		return s.video && !p.Screen
	}
	return s.audio && !p.Screen
}

// control stops what one peer sends, or all where none is named. It returns the
// puppets whose video it stopped.
func (c *client) control(peer string, what stop, puppets []*client) (dark []string) {
	for _, o := range c.edge.clients {
		if o == c || o.who.Meeting != c.who.Meeting || peer != "" && o.peer != peer {
			continue
		}
		for _, p := range o.producers {
			if what.reaches(p) && !p.Paused {
				o.push(ProducerToggled, producerToggled{Peer: o.peer, State: p.stopped(), By: c.peer})
			}
		}
	}
	for _, o := range puppets {
		for _, p := range o.producers {
			if (peer == "" || o.peer == peer) && p.Kind == producerVideo && what.video {
				dark = append(dark, o.peer)
				c.push(ProducerToggled, producerToggled{Peer: o.peer, State: p.stopped(), By: c.peer})
			}
		}
	}
	return dark
}

func (p *producerState) stopped() *producerState {
	s := *p
	s.Paused = true
	return &s
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
			producers: []*producerState{
				{ID: "audio-" + p.Peer, Kind: producerAudio, Paused: p.Muted, MIME: "audio/opus"},
				{ID: "video-" + p.Peer, Kind: producerVideo, Paused: !p.Video, MIME: "video/VP8"},
			},
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
		c.push(RoomKick, peerInfo{Peer: c.card()})
	}
}

func (e *Edge) muted(_, peer string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.clients[peer]; c != nil {
		for _, p := range c.producers {
			if p.Kind == producerAudio && !p.Paused {
				c.push(ProducerToggled, producerToggled{Peer: c.peer, State: p.stopped(), By: "moderator"})
			}
		}
	}
}

func (c *client) createTransport(m envelope) {
	asked := unmarshal[createTransportRequest](m.Payload)
	if asked.Description == nil {
		c.refuse(m, "no description")
		return
	}
	pc, sdp, err := transport(asked.Description.SDP)
	if err != nil {
		c.refuse(m, err.Error())
		return
	}
	name := uuid.NewString()
	c.edge.mu.Lock()
	c.transports[name] = pc
	if !asked.Consuming {
		c.sending = name
	}
	if c.edge.in(c.who.Meeting).unreachable {
		sdp = withoutCandidates(sdp)
	}
	c.edge.mu.Unlock()
	c.answer(m, createTransportResponse{ID: name, Description: &sessionDescription{Type: "answer", SDP: sdp}})
}

// withoutCandidates leaves no address to reach the media server at.
func withoutCandidates(sdp string) string {
	var kept []string
	for line := range strings.SplitAfterSeq(sdp, "\r\n") {
		if !strings.HasPrefix(line, "a=candidate:") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
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

func (c *client) produce(m envelope) {
	asked := unmarshal[produceRequest](m.Payload)
	c.edge.mu.Lock()
	pc := c.transports[c.sending]
	c.edge.mu.Unlock()
	if pc == nil || asked.Description == nil {
		c.refuse(m, "no transport")
		return
	}
	sdp, err := negotiate(pc, asked.Description.SDP)
	if err != nil {
		c.refuse(m, err.Error())
		return
	}
	p := &producerState{ID: uuid.NewString(), Screen: asked.Screen, Paused: asked.Paused, MIME: "audio/opus"}
	if asked.Kind == "video" {
		p.Kind, p.MIME = producerVideo, "video/VP8"
	}
	c.edge.mu.Lock()
	c.producers = append(c.producers, p)
	if c.inMedia {
		c.others(ProducerCreated, producerCreated{Peer: c.peer, State: p})
	}
	c.edge.mu.Unlock()
	c.answer(m, produceResponse{OK: true, Producer: p.ID, Description: &sessionDescription{Type: "answer", SDP: sdp}})
}
