package slack_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	api "github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/internal/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

func start(t *testing.T, o slack.Options) *slack.Server {
	t.Helper()
	s, err := slack.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// client is the Web API as the product calls it.
func client(t *testing.T, s *slack.Server) *api.Client {
	t.Helper()
	app, bot := s.Tokens()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return api.New(bot, api.OptionAppLevelToken(app), api.OptionAPIURL(s.APIURL()),
		api.OptionHTTPClient(&http.Client{Transport: transport, Timeout: 10 * time.Second}))
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// frame is what arrives on a connection.
type frame struct {
	Type       string          `json:"type"`
	Reason     string          `json:"reason"`
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
}

// link is one connection of a bot that acks by a rule. A nil payload is an
// empty ack; an error payload is no ack.
type link struct {
	conn   *websocket.Conn
	frames chan frame
}

type noAck struct{}

// dial opens a connection and answers each envelope with what answer returns.
func dial(t *testing.T, s *slack.Server, answer func(frame) any) *link {
	t.Helper()
	ctx := within(t)
	_, url, err := client(t, s).StartSocketModeContext(ctx)
	if err != nil {
		t.Fatal(err)
	}
	conn, res, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Body != nil {
		_ = res.Body.Close()
	}
	l := &link{conn: conn, frames: make(chan frame, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(l.frames)
		for {
			_, data, err := conn.Read(context.WithoutCancel(ctx))
			if err != nil {
				return
			}
			var f frame
			if json.Unmarshal(data, &f) != nil {
				f.Type = "malformed"
			}
			l.frames <- f
			if f.EnvelopeID == "" || answer == nil {
				continue
			}
			payload := answer(f)
			if _, skip := payload.(noAck); skip {
				continue
			}
			l.ack(t, f.EnvelopeID, payload)
		}
	}()
	t.Cleanup(func() { _ = conn.CloseNow(); <-done })
	if f := l.next(t); f.Type != "hello" {
		t.Fatalf("the first frame is %q", f.Type)
	}
	return l
}

func (l *link) ack(t *testing.T, id string, payload any) {
	t.Helper()
	ack := map[string]any{"envelope_id": id}
	if payload != nil {
		ack["payload"] = payload
	}
	data, err := json.Marshal(ack)
	if err != nil {
		t.Error(err)
		return
	}
	_ = l.conn.Write(context.Background(), websocket.MessageText, data)
}

func (l *link) next(t *testing.T) frame {
	t.Helper()
	select {
	case f, ok := <-l.frames:
		if !ok {
			return frame{Type: "closed"}
		}
		return f
	case <-within(t).Done():
		t.Fatal("no frame came")
		return frame{}
	}
}

func field(t *testing.T, f frame, name string) string {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(f.Payload, &p); err != nil {
		t.Fatal(err)
	}
	s, _ := p[name].(string)
	return s
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("got error %v, want %q", err, want)
	}
}
