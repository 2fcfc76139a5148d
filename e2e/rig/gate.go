package rig

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Gate stands between the program and a LiveKit server: it knows which methods
// were asked, and can hold them or answer in the server's place.
type Gate struct {
	URL string // ws://127.0.0.1:PORT

	server http.Handler
	mu     sync.Mutex
	asked  []asked
	faults map[string]gateFault // by method
	holds  map[string]*hold     // by method
}

type asked struct {
	method string
	at     time.Time
	body   []byte
}

// gateFault is an answer in the server's place, to calls that have a text in them.
type gateFault struct {
	status int
	body   string
	of     string
}

// hold keeps calls of one method from ending.
type hold struct {
	when Held
	once sync.Once
	held chan struct{} // closed with the first call
	let  chan struct{}
}

// Held is where a call is held.
type Held int

// The places: on its way to the server, or its answer on the way back.
const (
	BeforeServer Held = iota
	AfterServer
)

// NewGate opens a gate to the server at a ws:// address for the test's length.
func NewGate(t testing.TB, address string) *Gate {
	t.Helper()
	target, err := url.Parse(strings.Replace(address, "ws", "http", 1))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	transport := &http.Transport{}
	proxy.Transport = transport
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	g := &Gate{server: proxy, faults: map[string]gateFault{}, holds: map[string]*hold{}}
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		g.Heal()
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	g.URL = strings.Replace(server.URL, "http", "ws", 1)
	return g
}

// ServeHTTP passes a call on, or does what the test asked for.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the program has hung up
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f, failing, h := g.take(path.Base(r.URL.Path), body)
	switch {
	case failing:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(f.body)) // the program may have hung up
	case h != nil:
		if h.when == AfterServer {
			g.server.ServeHTTP(httptest.NewRecorder(), r)
		}
		h.once.Do(func() { close(h.held) })
		select {
		case <-h.let:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	default:
		g.server.ServeHTTP(w, r)
	}
}

func (g *Gate) take(method string, body []byte) (f gateFault, failing bool, h *hold) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, asked{method, time.Now(), body})
	f, failing = g.faults[method]
	return f, failing && bytes.Contains(body, []byte(f.of)), g.holds[method]
}

// Fail answers a method in the server's place until Heal.
func (g *Gate) Fail(method string, status int, body string) { g.FailOf("", method, status, body) }

// FailOf is Fail for calls that have a text in them, such as whom they are about.
func (g *Gate) FailOf(text, method string, status int, body string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults[method] = gateFault{status, body, text}
}

// Hold holds calls of a method until Heal, which cuts them. The channel is
// closed with the first.
func (g *Gate) Hold(method string, when Held) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := &hold{when: when, held: make(chan struct{}), let: make(chan struct{})}
	g.holds[method] = h
	return h.held
}

// Heal lets everything pass again.
func (g *Gate) Heal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.faults)
	for _, h := range g.holds {
		close(h.let)
	}
	clear(g.holds)
}

// Count returns how often a method was asked since Forget.
func (g *Gate) Count(method string) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range g.asked {
		if a.method == method {
			n++
		}
	}
	return n
}

// Body returns what a method was last asked since Forget; nil: it was not.
func (g *Gate) Body(method string) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range slices.Backward(g.asked) {
		if a.method == method {
			return a.body
		}
	}
	return nil
}

// Last returns when a method was last asked since Forget; zero: it was not.
func (g *Gate) Last(method string) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range slices.Backward(g.asked) {
		if a.method == method {
			return a.at
		}
	}
	return time.Time{}
}

// Forget forgets what was asked.
func (g *Gate) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = nil
}

// Unchanged fails the test where something that changes a room was asked since
// Forget.
func (g *Gate) Unchanged(t testing.TB, what string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.IndexFunc(g.asked, func(a asked) bool {
		return !strings.HasPrefix(a.method, "List") && !strings.HasPrefix(a.method, "Get")
	}); i >= 0 {
		t.Errorf("%s: %s was asked", what, g.asked[i].method)
	}
}
