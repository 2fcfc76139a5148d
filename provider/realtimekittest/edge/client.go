package edge

import (
	"context"
	"net/http"
	"sync"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"github.com/pion/webrtc/v4"

	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// client is one connection of the SDK.
type client struct {
	edge   *Edge
	who    realtimekittest.Holder
	peer   string
	socket *websocket.Conn
	out    chan []byte
	gone   chan struct{}
	once   sync.Once

	// under edge.mu
	inRoom, inMedia bool
	transports      map[string]*webrtc.PeerConnection
	sending         string
	producers       []*producerState
}

func (e *Edge) connect(w http.ResponseWriter, r *http.Request) {
	who := e.rest.Holder(r.URL.Query().Get("authToken"))
	peer := r.URL.Query().Get("peerID")
	if !who.Known || peer == "" {
		http.Error(w, "", http.StatusUnauthorized)
		return
	}
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	socket.SetReadLimit(1 << 20)
	c := &client{
		edge: e, who: who, peer: peer, socket: socket, out: make(chan []byte, 256), gone: make(chan struct{}),
		transports: map[string]*webrtc.PeerConnection{},
	}
	e.mu.Lock()
	e.clients[peer] = c
	e.mu.Unlock()
	e.served.Go(c.write)
	e.served.Add(1)
	defer e.served.Done()
	defer c.end()
	for {
		kind, raw, err := socket.Read(context.Background())
		if err != nil {
			return
		}
		if kind == websocket.MessageText {
			if string(raw) == "ping" {
				c.pong()
			}
			continue
		}
		c.take(raw)
	}
}

func (c *client) pong() {
	_ = c.socket.Write(context.Background(), websocket.MessageText, []byte("pong"))
}

func (c *client) write() {
	for {
		select {
		case raw := <-c.out:
			if c.socket.Write(context.Background(), websocket.MessageBinary, raw) != nil {
				return
			}
		case <-c.gone:
			return
		}
	}
}

func (c *client) drop() { c.once.Do(func() { close(c.gone); _ = c.socket.CloseNow() }) }

// end tells the others that the client is gone.
func (c *client) end() {
	c.drop()
	c.edge.mu.Lock()
	delete(c.edge.clients, c.peer)
	if c.inRoom {
		c.others(RoomLeave, peerInfo{Peer: c.card()})
		c.others(PeerLeft, peerLeft{Peer: c.peer})
	}
	transports := c.transports
	c.edge.mu.Unlock()
	for _, t := range transports {
		_ = t.Close()
	}
	c.edge.rest.Leave(c.peer)
}

// push sends something that was not asked for.
func (c *client) push(event Event, payload any) {
	c.send(envelope{Event: event, ID: uuid.NewString(), Payload: marshal(payload)})
}

// answer repeats the event and the id of what was asked.
func (c *client) answer(to envelope, payload any) {
	c.send(envelope{Event: to.Event, ID: to.ID, Payload: marshal(payload)})
}

func (c *client) refuse(what envelope, text string) {
	refusal := errorResponse{Text: text, Event: int32(what.Event)} //nolint:gosec // no event is that large
	c.send(envelope{Event: Refused, ID: what.ID, Payload: marshal(refusal)})
}

func (c *client) send(m envelope) {
	select {
	case c.out <- marshal(m):
	case <-c.gone:
	}
}

// others pushes to everyone else who is in the meeting.
func (c *client) others(event Event, payload any) {
	if c.who.Preset.Hidden && (event == RoomJoin || event == RoomLeave || event == PeerJoined || event == PeerLeft) {
		return
	}
	for _, o := range c.edge.clients {
		if o != c && o.who.Meeting == c.who.Meeting && o.inRoom {
			o.push(event, payload)
		}
	}
}

func (c *client) card() *card {
	stage := onStage
	if c.who.Preset.ViewType == "LIVESTREAM" {
		stage = offStage
	}
	return &card{Peer: c.peer, User: c.who.User, Name: c.who.Name, Stage: stage, Custom: c.who.Custom}
}

func (c *client) part() *part {
	return &part{Peer: c.peer, Producers: c.producers, Name: c.who.Name, User: c.who.User}
}
