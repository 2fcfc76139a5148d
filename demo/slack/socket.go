package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// The reasons of a disconnect frame.
const (
	Warning          = "warning"
	RefreshRequested = "refresh_requested"
	LinkDisabled     = "link_disabled"
	TooMany          = "too_many_websockets"
)

// maxSockets is how many connections Slack gives an app.
const maxSockets = 10

// linkState is what the stand-in knows of its connections.
type linkState struct {
	sockets []*Socket
	opened  []time.Time // every apps.connections.open that gave an address
	hellos  int
	refuse  string // the reason with which each new connection is sent away
}

// Socket is one connection of Socket Mode.
type Socket struct {
	Number int // counts all connections there ever were, from 1

	s       *Server
	wire    *wire
	conn    *websocket.Conn
	writing sync.Mutex
	// leaving is set once the connection is about to end; nothing new is sent
	// on it. s.mu guards it.
	leaving bool
	gone    chan struct{} // closed when the connection has ended
}

// serveLink is the websocket that apps.connections.open points to.
func (s *Server) serveLink(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	fresh := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !fresh {
		http.Error(w, "ticket was used or never given", http.StatusForbidden)
		return
	}
	under, _ := r.Context().Value(wireKey{}).(*wire)
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.Log.Debug("websocket refused", "error", err)
		return
	}
	conn.SetReadLimit(4 << 20)
	c := &Socket{s: s, wire: under, conn: conn, gone: make(chan struct{})}
	c.live()
}

// live says hello, then reads acks until the connection ends.
func (c *Socket) live() {
	s := c.s
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	s.link.hellos++
	c.Number = s.link.hellos
	refuse := s.link.refuse
	if refuse == "" && len(s.link.sockets) >= maxSockets {
		refuse = TooMany
	}
	number := len(s.link.sockets) + 1
	c.writing.Lock() // an envelope may choose the connection now, but waits for the hello
	if refuse == "" {
		s.link.sockets = append(s.link.sockets, c)
		s.changed()
	}
	s.mu.Unlock()
	err := c.conn.Write(ctx, websocket.MessageText, hello(number, s.ConnectionLife))
	c.writing.Unlock()
	if refuse != "" {
		_ = c.write(ctx, disconnect(refuse))
		_ = c.conn.Close(websocket.StatusNormalClosure, refuse)
	}
	var pings sync.WaitGroup
	pings.Go(func() { c.ping(ctx) })
	for err == nil {
		var frame []byte
		if _, frame, err = c.conn.Read(ctx); err == nil {
			s.acked(c, frame)
		}
	}
	cancel()
	_ = c.conn.CloseNow()
	pings.Wait()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.link.sockets = slices.DeleteFunc(s.link.sockets, func(other *Socket) bool { return other == c })
	close(c.gone)
	s.changed()
}

func (c *Socket) ping(ctx context.Context) {
	tick := time.NewTicker(c.s.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			pingCtx, cancel := context.WithTimeout(ctx, 2*c.s.PingEvery)
			_ = c.conn.Ping(pingCtx)
			cancel()
		}
	}
}

func (c *Socket) write(ctx context.Context, frame []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.conn.Write(ctx, websocket.MessageText, frame)
}

// Send puts any frame on the connection: malformed and unknown ones too.
func (c *Socket) Send(frame []byte) error { return c.write(c.s.ctx, frame) }

// Disconnect sends a disconnect frame. The connection ends after the pause;
// with no pause nothing more is sent on it and it ends at once.
func (c *Socket) Disconnect(reason string, pause time.Duration) {
	if pause <= 0 {
		c.leave()
	}
	_ = c.write(c.s.ctx, disconnect(reason))
	if pause <= 0 {
		_ = c.conn.Close(websocket.StatusNormalClosure, reason)
		return
	}
	c.s.running.Go(func() {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
			_ = c.conn.Close(websocket.StatusNormalClosure, reason)
		case <-c.gone:
		case <-c.s.ctx.Done():
		}
	})
}

// HalfOpen makes the connection deaf and dumb without ending it: what is sent
// on it, pings included, is neither read nor answered. Slack goes on sending
// envelopes to such a connection, and so does the stand-in.
func (c *Socket) HalfOpen() { c.wire.Deafen() }

// Cut ends the connection without a word.
func (c *Socket) Cut() {
	c.leave()
	_ = c.wire.Close()
}

// leave takes the connection out of those that new envelopes go to.
func (c *Socket) leave() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.leaving = true
}

// Sockets returns the connections that have said hello and live.
func (s *Server) Sockets() []*Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.link.sockets)
}

// AwaitConnections returns once at least n connections live and take envelopes.
func (s *Server) AwaitConnections(ctx context.Context, n int) error {
	return s.Await(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.taking()) >= n
	})
}

// taking returns the connections that new envelopes go to. s.mu is held.
func (s *Server) taking() []*Socket {
	return slices.DeleteFunc(slices.Clone(s.link.sockets), func(c *Socket) bool { return c.leaving })
}

// Refuse sends each new connection away with a disconnect of this reason right
// after its hello (TooMany, LinkDisabled, RefreshRequested for a storm), until
// it is called with "".
func (s *Server) Refuse(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link.refuse = reason
}

// Opens returns when apps.connections.open gave an address, each time.
func (s *Server) Opens() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.link.opened)
}

// pick chooses the connection for an envelope: any one of those that live, and
// not the one to avoid if there is another. s.mu is held.
func (s *Server) pick(avoid *Socket) *Socket {
	open := s.taking()
	if len(open) > 1 {
		open = slices.DeleteFunc(open, func(c *Socket) bool { return c == avoid })
	}
	if len(open) == 0 {
		return nil
	}
	return open[s.random.IntN(len(open))]
}

func hello(connections int, life time.Duration) []byte {
	return mustJSON(map[string]any{
		"type": "hello", "num_connections": connections,
		"debug_info":      map[string]any{"host": "applink-stand-in", "build_number": 1, "approximate_connection_time": int(life.Seconds())},
		"connection_info": map[string]any{"app_id": AppID},
	})
}

func disconnect(reason string) []byte {
	return mustJSON(map[string]any{
		"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-stand-in"},
	})
}

// mustJSON marshals what is known to marshal.
func mustJSON(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}
