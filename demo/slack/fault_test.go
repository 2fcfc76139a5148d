package slack_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	api "github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/demo/slack"
)

func TestLedger(t *testing.T) {
	s := start(t, slack.Options{AckWithin: 50 * time.Millisecond})
	ctx := within(t)
	step := 0
	l := dial(t, s, func(frame) any {
		switch step++; step {
		case 1:
			return noAck{}
		case 2:
			return map[string]any{"text": strings.Repeat("x", 20_000)}
		}
		return nil
	})
	mo := s.As(slack.Mo)
	_, err := mo.Command(ctx, "/room-list", "", slack.Moderation)
	if !errors.Is(err, slack.ErrTimeout) {
		t.Fatal(err)
	}
	if faults := s.Ledger().Faults(); len(faults) != 1 || !strings.Contains(faults[0], "no ack") {
		t.Error(faults)
	}
	l.ack(t, l.next(t).EnvelopeID, nil) // late
	if _, err = mo.Command(ctx, "/room-list", "", slack.Moderation); !errors.Is(err, slack.ErrTimeout) {
		t.Fatal(err)
	}
	if _, err = mo.Command(ctx, "/room-list", "", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	l.next(t)
	l.ack(t, l.next(t).EnvelopeID, nil) // a second one
	l.ack(t, "E-unknown", nil)
	if err = s.Await(ctx, func() bool { return s.Ledger().Stray == 1 }); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(s.Ledger().Faults(), "\n")
	for _, want := range []string{"ack after", "too large", "2 acks", "1 acks of envelopes"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}

func TestOneOfTheConnectionsGetsIt(t *testing.T) {
	s := start(t, slack.Options{Seed: 3})
	ctx := within(t)
	a, b := dial(t, s, func(frame) any { return nil }), dial(t, s, func(frame) any { return nil })
	const n = 40
	for range n {
		if _, err := s.As(slack.Mo).Command(ctx, "/room-list", "", slack.Moderation); err != nil {
			t.Fatal(err)
		}
	}
	if x, y := len(a.frames), len(b.frames); x+y != n || x == 0 || y == 0 {
		t.Errorf("%d and %d of %d", x, y, n)
	}
}

func TestNobodyThere(t *testing.T) {
	s := start(t, slack.Options{EventRetries: []time.Duration{}})
	ctx := within(t)
	_, err := s.As(slack.Mo).Command(ctx, "/room-list", "", slack.Moderation)
	if !errors.Is(err, slack.ErrDispatchFailed) {
		t.Error(err)
	}
	if err = s.As(slack.Mo).OpenHome(ctx); !errors.Is(err, slack.ErrDispatchFailed) {
		t.Error(err)
	}
}

func TestEnvelopeFaults(t *testing.T) {
	s := start(t, slack.Options{})
	ctx := within(t)
	nothing := func(frame) any { return nil }
	a, b := dial(t, s, nothing), dial(t, s, nothing)
	s.InjectEnvelope(slack.EnvelopeFault{Type: "slash_commands", Times: 1, CutBeforeAck: true, Redeliver: true})
	if _, err := s.As(slack.Mo).Command(ctx, "/room-list", "x", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	x, y := a.next(t), b.next(t)
	if field(t, x, "trigger_id") != field(t, y, "trigger_id") || x.EnvelopeID == y.EnvelopeID {
		t.Errorf("%+v and %+v", x, y)
	}
	s.InjectEnvelope(slack.EnvelopeFault{Times: 1, CutAfterAck: true})
	if _, err := s.As(slack.Mo).Command(ctx, "/room-list", "x", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	if err := s.Await(ctx, func() bool { return len(s.Sockets()) == 0 }); err != nil {
		t.Error(err)
	}
	if faults := s.Ledger().Faults(); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestEventIsSentAgain(t *testing.T) {
	s := start(t, slack.Options{AckWithin: 20 * time.Millisecond, EventRetries: []time.Duration{0, 0, 0}})
	tries := 0
	l := dial(t, s, func(frame) any {
		if tries++; tries < 3 {
			return noAck{}
		}
		return nil
	})
	if err := s.As(slack.Mo).OpenHome(within(t)); err != nil {
		t.Fatal(err)
	}
	first, second := l.next(t), l.next(t)
	if a, b := field(t, first, "event_id"), field(t, second, "event_id"); a != b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
}

func TestDisconnects(t *testing.T) {
	s := start(t, slack.Options{})
	ctx := within(t)
	l := dial(t, s, nil)
	s.Sockets()[0].Disconnect(slack.Warning, time.Hour)
	if f := l.next(t); f.Reason != slack.Warning {
		t.Errorf("%+v", f)
	}
	if n := len(s.Sockets()); n != 1 {
		t.Errorf("%d connections after a warning", n)
	}
	s.Sockets()[0].Disconnect(slack.RefreshRequested, 0)
	if f := l.next(t); f.Reason != slack.RefreshRequested {
		t.Errorf("%+v", f)
	}
	if f := l.next(t); f.Type != "closed" {
		t.Errorf("%+v", f)
	}
	s.Refuse(slack.TooMany)
	away := dial(t, s, nil)
	if f := away.next(t); f.Reason != slack.TooMany {
		t.Errorf("%+v", f)
	}
	if f := away.next(t); f.Type != "closed" {
		t.Errorf("%+v", f)
	}
	s.Refuse("")
	for range 10 {
		dial(t, s, nil)
	}
	eleventh := dial(t, s, nil)
	if f := eleventh.next(t); f.Reason != slack.TooMany {
		t.Errorf("the eleventh: %+v", f)
	}
	if got := len(s.Opens()); got != 13 {
		t.Errorf("%d opens", got)
	}
	_ = ctx
}

// A half-open connection answers no ping, and envelopes still go to it.
func TestHalfOpen(t *testing.T) {
	s := start(t, slack.Options{AckWithin: 30 * time.Millisecond, PingEvery: time.Hour})
	ctx := within(t)
	l := dial(t, s, func(frame) any { return nil })
	if err := l.conn.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	s.Sockets()[0].HalfOpen()
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if err := l.conn.Ping(short); err == nil {
		t.Error("a pong came")
	}
	if len(s.Sockets()) != 1 {
		t.Error("the connection is gone")
	}
	if _, err := s.As(slack.Mo).Command(ctx, "/room-list", "", slack.Moderation); !errors.Is(err, slack.ErrTimeout) {
		t.Error(err)
	}
}

func TestMalformedFrames(t *testing.T) {
	s := start(t, slack.Options{})
	l := dial(t, s, nil)
	if err := s.Sockets()[0].Send([]byte(`{"type":"hel`)); err != nil {
		t.Fatal(err)
	}
	if f := l.next(t); f.Type != "malformed" {
		t.Errorf("%+v", f)
	}
	if err := l.conn.Write(within(t), websocket.MessageText, []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	if err := s.Await(within(t), func() bool { return s.Ledger().Garbled == 1 }); err != nil {
		t.Error(err)
	}
}

func TestWebAPIFaults(t *testing.T) {
	s := start(t, slack.Options{PostRate: -1})
	c, ctx := client(t, s), within(t)
	post := func() error {
		_, _, err := c.PostMessageContext(ctx, slack.Audit, api.MsgOptionText("x", false))
		return err
	}
	posted := func() int { return len(s.Messages("audit")) }

	s.Inject(slack.Fault{Method: "chat.postMessage", Times: 1, Status: http.StatusBadGateway})
	wantError(t, post(), "502")
	s.Inject(slack.Fault{Method: "chat.postMessage", Times: 1, Status: 429, RetryAfter: 7 * time.Second})
	var limited *api.RateLimitedError
	if err := post(); !errors.As(err, &limited) || limited.RetryAfter != 7*time.Second {
		t.Error(err)
	}
	s.Inject(slack.Fault{Method: "*", Times: 1, Error: "fatal_error"})
	wantError(t, post(), "fatal_error")
	if posted() != 0 {
		t.Error("a refused call had an effect")
	}
	s.Inject(slack.Fault{Method: "chat.postMessage", Times: 1, Effect: true, Cut: true})
	if err := post(); err == nil || posted() != 1 {
		t.Errorf("a lost answer: %v, %d messages", err, posted())
	}
	late := s.Inject(slack.Fault{Method: "chat.postMessage", Skip: 1, Effect: true, Delay: time.Millisecond})
	for range 3 {
		if err := post(); err != nil {
			t.Error(err)
		}
	}
	if late.Hits() != 2 || posted() != 4 {
		t.Errorf("%d late answers, %d messages", late.Hits(), posted())
	}
	late.Clear()
	s.Inject(slack.Fault{Method: "apps.connections.open", Times: 1, Hang: true})
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	if _, _, err := c.StartSocketModeContext(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if got := s.Calls("chat.postMessage"); got != 7 {
		t.Errorf("%d calls", got)
	}
}
