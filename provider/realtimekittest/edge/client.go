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
	producers       []*producer
}

type producer struct {
	id     string
	video  bool
	screen bool
	paused bool
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
		c.others(RoomLeave, message{{1, c.card()}})
		c.others(PeerLeft, message{{1, c.peer}})
	}
	transports := c.transports
	c.edge.mu.Unlock()
	for _, t := range transports {
		_ = t.Close()
	}
	c.edge.rest.Leave(c.peer)
}

// push sends something that was not asked for.
func (c *client) push(event uint32, payload message) { c.send(event, uuid.NewString(), payload) }

func (c *client) send(event uint32, id string, payload message) {
	raw := message{{1, uint64(event)}, {2, id}, {3, payload.bytes()}}.bytes()
	select {
	case c.out <- raw:
	case <-c.gone:
	}
}

// others pushes to everyone else who is in the meeting.
func (c *client) others(event uint32, payload message) {
	if c.who.Preset.Hidden && (event == RoomJoin || event == RoomLeave || event == PeerJoined || event == PeerLeft) {
		return
	}
	for _, o := range c.edge.clients {
		if o != c && o.who.Meeting == c.who.Meeting && o.inRoom {
			o.push(event, payload)
		}
	}
}

// card is the client as the others see it.
func (c *client) card() message {
	return message{{1, c.peer}, {2, c.who.User}, {3, c.who.Name}, {5, c.who.Custom}, {4, uint64(1)}}
}

func (p *producer) state() message {
	kind, mime := uint64(0), "audio/opus"
	if p.video {
		kind, mime = producerKindVideo, "video/VP8"
	}
	return message{{1, p.id}, {2, kind}, {3, p.paused}, {4, p.screen}, {7, mime}}
}

// part is the client as a participant of the media room.
func (c *client) part() message {
	m := message{{1, c.peer}}
	for _, p := range c.producers {
		m = append(m, field{2, p.state()})
	}
	return append(m, field{3, c.who.Name}, field{4, c.who.User})
}
