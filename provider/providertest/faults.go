package providertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// testDeadline holds that a call whose time is over returns with an error of ours.
func (h Harness) testDeadline(t *testing.T) {
	s := h.open(t, 1)
	kick := s.order(t, moderation.ActionKick, s.Guests()[0].Identity())
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Driver.Rooms(over, provider.RoomQuery{})
	_ = wantOurs(t, "rooms", err)
	if k, ok := h.Driver.(provider.Kicker); ok {
		_, err := k.Kick(over, kick)
		_ = wantOurs(t, "kick", err)
	}
	s.who(t, s.Guests()[0].Identity())
}

// wantOurs fails the test where err is nil or not a *moderation.Error.
func wantOurs(t *testing.T, what string, err error) *moderation.Error {
	t.Helper()
	var e *moderation.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: %v (%T), want an error of ours", what, err, err)
		return &moderation.Error{}
	}
	return e
}

// wire stands between a driver and its provider. Requests that the fault is for
// do not reach the provider, unless the fault passes them on.
type wire struct {
	*httptest.Server
	mu     sync.Mutex
	fault  fault
	struck int      // so many requests met the fault
	tokens []string // what the driver sent to be let in
}

// fault is one way to misbehave.
type fault struct {
	name   string
	writes bool // strikes requests that change something, else all
	status int  // answers so
	body   string
	cut    cut
}

type cut int

const (
	noCut    cut = iota
	atOnce       // no byte of an answer
	inHeader     // in the middle of the header
	inBody       // in the middle of the body
	hang         // no answer while the driver waits
)

func (h Harness) newWire(t *testing.T) *wire {
	target, err := url.Parse(h.Target)
	if err != nil {
		t.Fatal(err)
	}
	onward := &http.Transport{}
	pass := &httputil.ReverseProxy{
		Transport: onward,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = target.Host
		},
	}
	writes := h.Writes
	if writes == nil {
		writes = func(r *http.Request) bool { return r.Method != http.MethodGet }
	}
	w := &wire{}
	ended := make(chan struct{})
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		f := w.fault
		w.tokens = append(w.tokens, strings.Fields(r.Header.Get("Authorization"))...)
		w.mu.Unlock()
		if f.name == "" || f.writes && !writes(r) {
			pass.ServeHTTP(rw, r)
			return
		}
		w.mu.Lock()
		w.struck++
		w.mu.Unlock()
		f.strike(rw, r, ended)
	}))
	t.Cleanup(func() {
		close(ended)
		w.Close()
		onward.CloseIdleConnections()
	})
	return w
}

func (f fault) strike(rw http.ResponseWriter, r *http.Request, ended <-chan struct{}) {
	echo := r.Header.Get("Authorization")
	body := strings.ReplaceAll(f.body, "ECHO", echo)
	if f.cut == noCut {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(f.status)
		_, _ = fmt.Fprint(rw, body) // the driver may have hung up
		return
	}
	if f.cut == hang {
		select {
		case <-r.Context().Done():
		case <-ended:
		}
		return
	}
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }() // that is the point
	switch f.cut {
	case inHeader:
		_, _ = fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Ty")
	case inBody:
		_, _ = fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":")
	}
}

func (w *wire) set(f fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.struck = f, 0
}

// met reports whether a request has met the fault.
func (w *wire) met() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.struck > 0
}

// secretIn returns a secret that is in the text, or "".
func (w *wire) secretIn(text string, secrets []string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range append(append([]string{}, secrets...), w.tokens...) {
		if len(s) > 6 && !strings.EqualFold(s, "bearer") && strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

// testFaults holds what a driver makes of every answer that it may get.
func (h Harness) testFaults(t *testing.T) {
	if h.Wired == nil {
		t.Skip("it sends no requests")
	}
	s := h.open(t, 1)
	w := h.newWire(t)
	d := h.Wired(t, w.URL)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	kick := s.order(t, moderation.ActionKick, s.Guests()[0].Identity())
	ask := func(ctx context.Context) error {
		_, err := d.Rooms(ctx, provider.RoomQuery{})
		return err
	}
	order := func(ctx context.Context) error {
		k, ok := d.(provider.Kicker)
		if !ok {
			t.Skip("it cannot kick")
		}
		_, err := k.Kick(ctx, kick)
		return err
	}
	t.Run("statuses", func(t *testing.T) {
		for status := 200; status < 600; status++ {
			for _, body := range []string{"<html>ECHO</html>", `{"code":20404,"msg":"ECHO","message":"ECHO","errors":[{"code":1,"message":"ECHO"}]}`, ""} {
				name := fmt.Sprintf("%d %.10s", status, body)
				w.set(fault{name: name, status: status, body: body})
				h.checkStatus(t, w, "asked, "+name, status, false, ask(t.Context()))
				w.set(fault{name: name, status: status, body: body, writes: true})
				h.checkStatus(t, w, "ordered, "+name, status, true, order(t.Context()))
			}
		}
	})
	for name, cut := range map[string]cut{"before": atOnce, "header": inHeader, "body": inBody, "hang": hang} {
		t.Run("cut "+name, func(t *testing.T) {
			for _, writes := range []bool{false, true} {
				w.set(fault{name: name, cut: cut, writes: writes})
				f := ask
				if writes {
					f = order
				}
				var err error
				// On a busy machine the time may be over before the request has met its fault.
				for within := 500 * time.Millisecond; !w.met() && within < time.Minute; within *= 4 {
					ctx, cancel := context.WithTimeout(t.Context(), within)
					err = f(ctx)
					cancel()
				}
				e := wantOurs(t, name, err)
				h.checkSecrets(t, w, err)
				if writes && (e.Code != moderation.CodeOutcomeUnknown || e.Repeatable) {
					t.Errorf("a write whose answer is lost: %v", err)
				}
				if !writes && e.Code != moderation.CodeUnavailable && e.Code != moderation.CodeOutcomeUnknown {
					t.Errorf("a question whose answer is lost: %v", err)
				}
			}
		})
	}
	t.Run("refused connection", func(t *testing.T) {
		d := h.Wired(t, "http://"+closedPort)
		defer func() { _ = d.Close() }() // nothing is open
		_, err := d.Rooms(t.Context(), provider.RoomQuery{})
		e := wantOurs(t, "rooms", err)
		if e.Code != moderation.CodeUnavailable || !e.Repeatable {
			t.Errorf("nobody listens: %v, repeatable %v", err, e.Repeatable)
		}
	})
	w.set(fault{})
	s.who(t, s.Guests()[0].Identity()) // nothing of all that reached the room
}

// checkStatus holds what an error says of an HTTP status.
func (h Harness) checkStatus(t *testing.T, w *wire, what string, status int, writes bool, err error) {
	t.Helper()
	if err == nil {
		if status >= 300 && status != http.StatusNotFound && status != http.StatusGone && status != http.StatusConflict {
			t.Errorf("%s: taken for a success", what)
		}
		return
	}
	e := wantOurs(t, what, err)
	h.checkSecrets(t, w, err)
	want := []moderation.Code{}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		want = append(want, moderation.CodeUnauthenticated)
	case status == http.StatusTooManyRequests:
		want = append(want, moderation.CodeRateLimited)
	case status >= 500 && writes:
		want = append(want, moderation.CodeOutcomeUnknown, moderation.CodeUnavailable)
	case status >= 500:
		want = append(want, moderation.CodeUnavailable)
	default:
		return
	}
	for _, code := range want {
		if e.Code == code {
			return
		}
	}
	t.Errorf("%s: code %q, want %v", what, e.Code, want)
}

// checkSecrets holds that nothing of an error has a secret in it.
func (h Harness) checkSecrets(t *testing.T, w *wire, err error) {
	t.Helper()
	var e *moderation.Error
	text := fmt.Sprintf("%v %+v", err, err)
	if errors.As(err, &e) {
		text += fmt.Sprintf("%+v %v", e.Says, e.Cause)
	}
	if secret := w.secretIn(text, h.Secrets); secret != "" {
		t.Errorf("a secret is in the error %s", strings.ReplaceAll(text, secret, "<SECRET>"))
	}
}

// closedPort is an address on which nobody listens: one that the system gave
// away and got back may be another's by now.
const closedPort = "127.0.0.1:1"
