package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// The reasons of a disconnect frame that mean something of their own.
const (
	disabled = "link_disabled"
	crowded  = "too_many_websockets"
)

// ending is why a connection is of no more use: the reason of Slack's
// disconnect frame, or the error that cut it.
type ending struct {
	reason string
	err    error
}

// refresh reports whether Slack asked for a successor in good order: the
// connection still delivers for a while.
func (e ending) refresh() bool { return e.reason != "" && e.reason != disabled && e.reason != crowded }

// hello is what Slack says first.
type hello struct {
	host        string
	connections int
}

// conn is one connection. Its reader and its pinger run from dial to done.
type conn struct {
	link     *Link
	ws       *websocket.Conn
	since    time.Time
	heard    atomic.Int64 // when the peer was last heard of, Unix nanoseconds
	hello    chan hello
	asked    chan string   // the reason of a disconnect frame
	done     chan struct{} // closed once nothing is read any more
	err      error         // why, once done
	cancel   context.CancelFunc
	stopping func() bool // whether the whole link ends
	closer   sync.Once
	unacked  unacked
}

func (l *Link) dial(parent context.Context, url string) (*conn, error) {
	ctx, stop := context.WithTimeout(parent, helloWithin)
	defer stop()
	l.count(1)
	defer l.count(-1)
	ws, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: l.Client}) //nolint:bodyclose // the package closes it, by its document
	if err != nil {
		// The address holds a ticket: its text stays out of the error.
		return nil, fmt.Errorf("dial Slack: %w", withoutAddress(err))
	}
	ws.SetReadLimit(readLimit)
	// The connection outlives ctx, which ends with the hello.
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &conn{
		link: l, ws: ws, since: time.Now(), cancel: cancel,
		hello: make(chan hello, 1), asked: make(chan string, 1), done: make(chan struct{}),
		stopping: func() bool { return parent.Err() != nil },
		unacked:  unacked{idle: make(chan struct{})},
	}
	c.hear()
	go c.read(running)
	select {
	case h := <-c.hello:
		l.joined(c, h)
		return c, nil
	case reason := <-c.asked:
		c.leave()
		return nil, &turnedAway{reason}
	case <-c.done:
		c.leave()
		return nil, fmt.Errorf("no hello: %w", c.err)
	case <-ctx.Done():
		c.leave()
		return nil, fmt.Errorf("no hello: %w", ctx.Err())
	}
}

// turnedAway is a disconnect frame in place of a hello.
type turnedAway struct{ reason string }

func (t *turnedAway) Error() string { return "Slack ended the connection: " + t.reason }

// wait returns when the connection is to be replaced.
func (c *conn) wait(ctx context.Context) ending {
	select {
	case reason := <-c.asked:
		if end := (ending{reason: reason}); end.refresh() {
			return end
		}
		return ending{reason: reason, err: &turnedAway{reason}}
	case <-c.done:
		return ending{err: c.err}
	case <-ctx.Done():
		return ending{}
	}
}

func (c *conn) hear()              { c.heard.Store(time.Now().UnixNano()) }
func (c *conn) heardAt() time.Time { return time.Unix(0, c.heard.Load()) }

// read hands on what arrives until the connection ends, with a pinger beside it.
func (c *conn) read(ctx context.Context) {
	var own sync.WaitGroup
	own.Go(func() { c.ping(ctx) })
	for {
		_, data, err := c.ws.Read(ctx)
		if err != nil {
			c.err = err
			break
		}
		c.hear()
		c.take(ctx, &own, data)
	}
	c.cancel()
	own.Wait()
	c.link.left(c)
	close(c.done)
}

// ping ends the connection when the peer stops answering.
func (c *conn) ping(ctx context.Context) {
	tick := time.NewTicker(PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		pong, cancel := context.WithTimeout(ctx, PongWithin)
		err := c.ws.Ping(pong)
		cancel()
		switch {
		case err == nil:
			c.hear()
		case ctx.Err() != nil:
			return
		case time.Since(c.heardAt()) >= PongWithin:
			c.link.Log.Warn("Slack does not answer on a connection; closing it", "error", err)
			_ = c.ws.CloseNow() // its reader reports the end
			return
		}
	}
}

// frame is every kind of message that Slack sends.
type frame struct {
	Envelope
	Reason         string `json:"reason"`
	NumConnections int    `json:"num_connections"`
	DebugInfo      struct {
		Host string `json:"host"`
	} `json:"debug_info"`
}

var envelopeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([^"\\]{1,200})"`)

func (c *conn) take(ctx context.Context, own *sync.WaitGroup, data []byte) {
	var f frame
	var other *json.UnmarshalTypeError
	err := json.Unmarshal(data, &f)
	if errors.As(err, &other) && f.ID != "" && f.Type != "" {
		err = nil // something beside the payload is of a kind we do not know
	}
	if err != nil {
		f.Fault = errors.New("the frame cannot be read")
		if f.ID == "" {
			if m := envelopeID.FindSubmatch(data); m != nil {
				f.ID = string(m[1])
			}
		}
	}
	switch {
	case f.ID == "" && f.Type == "hello":
		select {
		case c.hello <- hello{host: f.DebugInfo.Host, connections: f.NumConnections}:
		default: // a second hello says nothing new
		}
	case f.ID == "" && f.Type == "disconnect":
		select {
		case c.asked <- f.Reason:
		default: // the first reason stands
		}
	case f.ID == "":
		c.link.metrics.unreadable.Inc()
		c.link.Log.Warn("Slack sent something that is no envelope", "type", f.Type, "bytes", len(data))
	default:
		c.deliver(ctx, own, f.Envelope)
	}
}

// deliver hands an envelope on and acknowledges it.
func (c *conn) deliver(ctx context.Context, own *sync.WaitGroup, e Envelope) {
	e.At = time.Now()
	e.Closing = c.stopping()
	now, later := c.link.handler(e)
	if later == nil {
		c.acknowledge(ctx, e, now)
		return
	}
	c.unacked.add()
	own.Go(func() {
		defer c.unacked.remove()
		within, cancel := context.WithDeadline(context.WithoutCancel(ctx), e.At.Add(c.link.AckWithin))
		defer cancel()
		c.acknowledge(ctx, e, later(within))
	})
}

// acknowledge answers an envelope on the connection by which it came. An ack
// that cannot be written in time ends the connection: Slack would not hear the
// next one either.
func (c *conn) acknowledge(ctx context.Context, e Envelope, a Ack) {
	var err error
	if !a.Withhold {
		err = c.write(ctx, e, a.Payload)
		c.link.metrics.acked(e, err)
	}
	if a.Then != nil {
		a.Then(err)
	}
}

func (c *conn) write(ctx context.Context, e Envelope, payload any) error {
	text, fault := encodeAck(e, payload)
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), e.At.Add(c.link.AckWithin))
	defer cancel()
	err := ctx.Err() // an ack past its time would only be a lie in the figures
	if err == nil {
		err = c.ws.Write(ctx, websocket.MessageText, text)
	}
	if err != nil {
		c.link.Log.Warn("an ack could not be sent", "type", e.Type, "error", err)
		return fmt.Errorf("send an ack: %w", err)
	}
	return fault
}

// encodeAck leaves out a payload that Slack would not take.
func encodeAck(e Envelope, payload any) ([]byte, error) {
	type ack struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}
	bare, err := json.Marshal(ack{ID: e.ID})
	switch {
	case err != nil || payload == nil:
		return bare, err
	case !e.AcceptsResponse:
		return bare, ErrLeftOut
	}
	text, err := json.Marshal(ack{ID: e.ID, Payload: payload})
	if err != nil {
		return bare, err
	}
	if len(text) >= MaxAck {
		return bare, ErrLeftOut
	}
	return text, nil
}

// leave says goodbye once what has arrived is acknowledged, and waits until the
// connection is gone.
func (c *conn) leave() {
	c.closer.Do(func() {
		timer := time.NewTimer(c.link.AckWithin)
		defer timer.Stop()
		select {
		case <-c.unacked.finish():
		case <-timer.C:
		case <-c.done:
		}
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_ = c.ws.Close(websocket.StatusNormalClosure, "") // nothing is to be done about a failed goodbye
		}()
		timer.Reset(closeWithin)
		select {
		case <-gone:
		case <-timer.C:
		}
		c.cancel()
		_ = c.ws.CloseNow()
		<-gone
	})
	<-c.done
}

// unacked counts the envelopes that wait for their ack.
type unacked struct {
	mu        sync.Mutex
	count     int
	finishing bool
	idle      chan struct{} // closed once finishing and none is left
}

func (u *unacked) add() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count++
}

func (u *unacked) remove() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count--
	u.settle()
}

// finish returns a channel that closes once no envelope waits any more.
func (u *unacked) finish() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.finishing = true
	u.settle()
	return u.idle
}

func (u *unacked) settle() {
	if !u.finishing || u.count > 0 {
		return
	}
	select {
	case <-u.idle: // one that came after the first time it was idle
	default:
		close(u.idle)
	}
}
