package socket_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/roomwarden/roomwarden/bot/socket"
)

// peer is the far end of Socket Mode over pipes, so that hours pass in a
// synctest bubble.
type peer struct {
	t       *testing.T
	serve   func(ctx context.Context, number int, ws *websocket.Conn)
	openErr func(number int) error
	pipes   chan net.Conn
	over    chan struct{} // closed at the end; a client may still be dialling then

	mu     sync.Mutex
	opened []time.Time
	dialed int
}

func newPeer(t *testing.T, serve func(ctx context.Context, number int, ws *websocket.Conn)) *peer {
	return &peer{t: t, serve: serve, pipes: make(chan net.Conn), over: make(chan struct{})}
}

func (p *peer) open(context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = append(p.opened, time.Now())
	if p.openErr != nil {
		if err := p.openErr(len(p.opened)); err != nil {
			return "", err
		}
	}
	return "ws://slack.test/link", nil
}

func (p *peer) opens() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.opened)
}

func (p *peer) Accept() (net.Conn, error) {
	select {
	case c := <-p.pipes:
		return c, nil
	case <-p.over:
		return nil, net.ErrClosed
	}
}
func (p *peer) Close() error   { return nil }
func (p *peer) Addr() net.Addr { return &net.TCPAddr{} }

// run holds a link on the peer until do returns, and returns what Run returned.
func (p *peer) run(c socket.Config, h socket.Handler, do func(l *socket.Link)) error {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	var serving sync.WaitGroup
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			p.t.Error(err)
			return
		}
		p.mu.Lock()
		p.dialed++
		number := p.dialed
		p.mu.Unlock()
		p.serve(ctx, number, ws)
		_ = ws.CloseNow()
	})}
	serving.Go(func() { _ = server.Serve(p) })
	c.Open = p.open
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case p.pipes <- far:
			return near, nil
		case <-p.over:
			return nil, net.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}}
	if h == nil {
		h = func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) { return socket.Ack{}, nil }
	}
	link := socket.New(c)
	var err error
	var running sync.WaitGroup
	running.Go(func() { err = link.Run(ctx, h) })
	do(link)
	cancel()
	running.Wait()
	close(p.over)
	_ = server.Close()
	serving.Wait()
	return err
}

func send(ctx context.Context, ws *websocket.Conn, text string) {
	_ = ws.Write(ctx, websocket.MessageText, []byte(text)) // a link that is gone is the test's to notice
}

// idle answers pings and reads acks until the link goes.
func idle(ctx context.Context, ws *websocket.Conn) {
	for {
		if _, _, err := ws.Read(ctx); err != nil {
			return
		}
	}
}
