package socket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/bot/socket"
	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const helloFrame = `{"type":"hello","num_connections":1,"debug_info":{"host":"applink-1"}}`

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
