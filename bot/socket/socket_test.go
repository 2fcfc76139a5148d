package socket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"go.uber.org/goleak"

	"github.com/roomwarden/roomwarden/bot/socket"
	"github.com/roomwarden/roomwarden/moderation"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peer is the far end of Socket Mode over pipes, so that hours pass in a
// synctest bubble.
type peer struct {
	t       *testing.T
	serve   func(ctx context.Context, number int, ws *websocket.Conn)
	openErr func(number int) error
	pipes   chan net.Conn

	mu     sync.Mutex
	opened []time.Time
	dialed int
}

func newPeer(t *testing.T, serve func(ctx context.Context, number int, ws *websocket.Conn)) *peer {
	return &peer{t: t, serve: serve, pipes: make(chan net.Conn)}
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
	c, ok := <-p.pipes
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
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
	close(p.pipes)
	_ = server.Close()
	serving.Wait()
	return err
}

func send(ctx context.Context, ws *websocket.Conn, text string) {
	_ = ws.Write(ctx, websocket.MessageText, []byte(text)) // a link that is gone is the test's to notice
}

const helloFrame = `{"type":"hello","num_connections":1,"debug_info":{"host":"applink-1"}}`

// idle answers pings and reads acks until the link goes.
func idle(ctx context.Context, ws *websocket.Conn) {
	for {
		if _, _, err := ws.Read(ctx); err != nil {
			return
		}
	}
}

func TestStormStaysUnderFortyOpensAMinute(t *testing.T) {
	for _, connections := range []int{1, 2, 10} {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t, func(ctx context.Context, _ int, ws *websocket.Conn) {
				send(ctx, ws, helloFrame)
				send(ctx, ws, `{"type":"disconnect","reason":"refresh_requested"}`)
				idle(ctx, ws)
			})
			err := p.run(socket.Config{Connections: connections}, nil, func(*socket.Link) {
				time.Sleep(time.Minute)
				if n := p.opens(); n > 40 {
					t.Errorf("%d connections: %d opens in the first minute", connections, n)
				} else {
					t.Logf("%d connections: %d opens in the first minute", connections, n)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOnlyStrangersAreCountedAsSuch(t *testing.T) {
	for counted, strangers := range map[int]bool{2: false, 3: true} {
		synctest.Test(t, func(t *testing.T) {
			// Both are open at Slack's end before either hello goes out.
			p := newPeer(t, func(ctx context.Context, _ int, ws *websocket.Conn) {
				time.Sleep(time.Second)
				send(ctx, ws, fmt.Sprintf(`{"type":"hello","num_connections":%d}`, counted))
				idle(ctx, ws)
			})
			var log bytes.Buffer
			err := p.run(socket.Config{Connections: 2, Log: slog.New(slog.NewTextHandler(&log, nil))}, nil, func(l *socket.Link) {
				time.Sleep(5 * time.Second)
				if n, why := l.Alive(); n != 2 {
					t.Errorf("%d connections: %s", n, why)
				}
			})
			if err != nil {
				t.Error(err)
			}
			if said := strings.Contains(log.String(), "more connections of this app"); said != strangers {
				t.Errorf("with %d counted by Slack: said %v\n%s", counted, said, log.String())
			}
		})
	}
}

func TestCrowdIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
			if number == 1 {
				send(ctx, ws, `{"type":"disconnect","reason":"too_many_websockets"}`)
			} else {
				send(ctx, ws, helloFrame)
			}
			idle(ctx, ws)
		})
		_ = p.run(socket.Config{Connections: 1}, nil, func(l *socket.Link) {
			time.Sleep(29 * time.Second)
			if n := p.opens(); n != 1 {
				t.Errorf("%d opens before 30 s", n)
			}
			if _, why := l.Alive(); !strings.Contains(why, "too_many_websockets") {
				t.Errorf("not said: %q", why)
			}
			time.Sleep(10 * time.Second)
			if n, _ := l.Alive(); n != 1 {
				t.Errorf("%d connections after the wait", n)
			}
		})
	})
}

func TestRefreshOverlaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		var mu sync.Mutex
		note := func(s string) { mu.Lock(); events = append(events, s); mu.Unlock() }
		p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
			send(ctx, ws, helloFrame)
			if number > 1 {
				note("second hello")
				idle(ctx, ws)
				return
			}
			time.AfterFunc(2*time.Hour, func() { send(ctx, ws, `{"type":"disconnect","reason":"warning"}`) })
			time.AfterFunc(2*time.Hour+9*time.Second, func() {
				send(ctx, ws, `{"type":"slash_commands","envelope_id":"late","payload":{}}`)
			})
			if _, data, err := ws.Read(ctx); err == nil && strings.Contains(string(data), "late") {
				note("late ack on the first")
			}
		})
		_ = p.run(socket.Config{Connections: 1}, nil, func(*socket.Link) {
			time.Sleep(2*time.Hour + time.Minute)
		})
		if got := strings.Join(events, ", "); got != "second hello, late ack on the first" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestHalfOpenIsNoticedWithin15Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
			send(ctx, ws, helloFrame)
			if number > 1 {
				idle(ctx, ws)
				return
			}
			<-ctx.Done() // reads nothing, answers no ping
		})
		_ = p.run(socket.Config{Connections: 1}, nil, func(l *socket.Link) {
			time.Sleep(15 * time.Second)
			synctest.Wait()
			if n := p.opens(); n != 2 {
				t.Errorf("%d opens after 15 s of silence", n)
			}
		})
	})
}

func TestLastingErrorsEndTheLink(t *testing.T) {
	for said, key := range map[string]string{
		"invalid_auth":            "slack.app_token_invalid",
		"not_allowed_token_type":  "slack.app_token_kind",
		"missing_scope":           "slack.app_token_scope",
		"team_access_not_granted": "slack.team_access",
		"link_disabled":           "slack.link_disabled",
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t, nil)
			p.openErr = func(int) error { return slack.SlackErrorResponse{Err: said} }
			err := p.run(socket.Config{}, nil, func(*socket.Link) { time.Sleep(time.Second) })
			var fault *moderation.Error
			if !errors.As(err, &fault) || fault.Says.Key != key {
				t.Errorf("%s: %v", said, err)
			}
		})
	}
}

func TestOtherErrorsAreTriedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(ctx context.Context, _ int, ws *websocket.Conn) {
			send(ctx, ws, helloFrame)
			idle(ctx, ws)
		})
		p.openErr = func(n int) error {
			switch {
			case n > 50:
				return nil
			case n%2 == 0:
				return slack.SlackErrorResponse{Err: "internal_error"}
			default:
				return &slack.RateLimitedError{RetryAfter: 20 * time.Second}
			}
		}
		err := p.run(socket.Config{Connections: 1}, nil, func(l *socket.Link) {
			time.Sleep(time.Hour)
			if n, why := l.Alive(); n != 1 {
				t.Errorf("%d connections, %s", n, why)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestSwitchedOffEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(ctx context.Context, _ int, ws *websocket.Conn) {
			send(ctx, ws, helloFrame)
			send(ctx, ws, `{"type":"disconnect","reason":"link_disabled"}`)
			idle(ctx, ws)
		})
		err := p.run(socket.Config{}, nil, func(*socket.Link) { time.Sleep(5 * time.Second) })
		if moderation.CodeOf(err) != moderation.CodeUnauthenticated {
			t.Errorf("got %v", err)
		}
	})
}

func TestAcks(t *testing.T) {
	slow := func(ctx context.Context) socket.Ack {
		<-ctx.Done() // a disk that never answers
		return socket.Ack{Payload: map[string]string{"text": "nothing was done"}}
	}
	tests := []struct {
		name, frame, want string
		handle            socket.Handler
		closes            bool
	}{
		{
			name: "with a payload", frame: `{"type":"slash_commands","envelope_id":"e1","accepts_response_payload":true,"payload":{}}`,
			want: `{"envelope_id":"e1","payload":{"text":"hi"}}`,
			handle: func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{Payload: map[string]string{"text": "hi"}}, nil
			},
		},
		{name: "unknown type", frame: `{"type":"surprise","envelope_id":"e1","payload":[1,2]}`, want: `{"envelope_id":"e1"}`},
		{
			name: "fields of other types", frame: `{"type":"interactive","envelope_id":"e1","retry_attempt":"x","payload":7}`, want: `{"envelope_id":"e1"}`,
			handle: func(e socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				if e.Fault != nil || string(e.Payload) != "7" {
					t.Errorf("fields of other types: %+v", e)
				}
				return socket.Ack{}, nil
			},
		},
		{
			name: "no payload taken", frame: `{"type":"slash_commands","envelope_id":"e1","payload":{}}`, want: `{"envelope_id":"e1"}`,
			handle: func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{Payload: "hi", Then: func(err error) {
					if !errors.Is(err, socket.ErrLeftOut) {
						t.Errorf("no payload taken: %v", err)
					}
				}}, nil
			},
		},
		{name: "no JSON", frame: `{"type":"interactive","envelope_id":"e1","payload":{{{`, want: `{"envelope_id":"e1"}`},
		{
			name: "too large", frame: `{"type":"slash_commands","envelope_id":"e1","accepts_response_payload":true}`, want: `{"envelope_id":"e1"}`,
			handle: func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{Payload: strings.Repeat("x", socket.MaxAck), Then: func(err error) {
					if !errors.Is(err, socket.ErrLeftOut) {
						t.Errorf("too large: %v", err)
					}
				}}, nil
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := make(chan string, 1)
				p := newPeer(t, func(ctx context.Context, _ int, ws *websocket.Conn) {
					send(ctx, ws, helloFrame)
					send(ctx, ws, test.frame)
					_, data, err := ws.Read(ctx)
					if err != nil {
						data = []byte(err.Error())
					}
					got <- string(data)
					idle(ctx, ws)
				})
				_ = p.run(socket.Config{Connections: 1}, test.handle, func(*socket.Link) {
					if text := <-got; text != test.want {
						t.Errorf("got %s", text)
					}
				})
			})
		})
	}
	t.Run("late", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			failed := make(chan error, 1)
			p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
				send(ctx, ws, helloFrame)
				if number == 1 {
					send(ctx, ws, `{"type":"slash_commands","envelope_id":"e1","payload":{}}`)
				}
				idle(ctx, ws)
			})
			_ = p.run(socket.Config{Connections: 1}, func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{}, func(ctx context.Context) socket.Ack {
					a := slow(ctx)
					a.Then = func(err error) { failed <- err }
					return a
				}
			}, func(*socket.Link) {
				if err := <-failed; err == nil {
					t.Error("an ack past its deadline was sent")
				}
			})
		})
	})
}

// FuzzFrame holds that whatever Slack sends, an envelope that shows its id is acknowledged.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{helloFrame, `{"type":"disconnect"}`, `{"envelope_id":"e","type":"x"}`, `[]`, `{"envelope_id":7}`, ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var e struct {
			ID string `json:"envelope_id"`
		}
		if !json.Valid([]byte(text)) || json.Unmarshal([]byte(text), &e) != nil || e.ID == "" || e.ID == "end" {
			t.Skip()
		}
		synctest.Test(t, func(t *testing.T) {
			acked := make(chan string, 8)
			p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
				send(ctx, ws, helloFrame)
				if number == 1 { // beside the reader: a pipe holds nothing back
					go func() {
						send(ctx, ws, text)
						send(ctx, ws, `{"envelope_id":"end","type":"x"}`)
					}()
				}
				for {
					_, data, err := ws.Read(ctx)
					if err != nil {
						return
					}
					var a struct {
						ID string `json:"envelope_id"`
					}
					_ = json.Unmarshal(data, &a)
					acked <- a.ID
				}
			})
			_ = p.run(socket.Config{Connections: 1}, nil, func(*socket.Link) {
				if first := <-acked; first != e.ID {
					t.Errorf("%q: acked %q first", text, first)
				}
			})
		})
	})
}
