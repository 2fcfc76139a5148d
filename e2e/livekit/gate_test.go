package livekit_test

import (
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

// gate stands between the program and LiveKit: it knows what was asked, and can
// answer in the server's place.
type gate struct {
	url string

	mu     sync.Mutex
	asked  []request
	faults map[string]fault
}

// request is a method that was asked, and when.
type request struct {
	method string
	at     time.Time
}

// fault is an answer in the server's place.
type fault struct {
	status int
	body   string
}

func newGate(t *testing.T, address string) *gate {
	t.Helper()
	target, err := url.Parse(strings.Replace(address, "ws", "http", 1))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	transport := &http.Transport{}
	proxy.Transport = transport
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	g := &gate{faults: map[string]fault{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f, failing := g.take(path.Base(r.URL.Path)); failing {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(f.status)
			_, _ = w.Write([]byte(f.body)) // the program may have hung up
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	g.url = strings.Replace(server.URL, "http", "ws", 1)
	return g
}

func (g *gate) take(method string) (fault, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, request{method, time.Now()})
	f, failing := g.faults[method]
	return f, failing
}

// fail answers a method in the server's place from now on; heal ends that.
func (g *gate) fail(method string, status int, body string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults[method] = fault{status, body}
}

func (g *gate) heal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.faults)
}

// count returns how often a method was asked.
func (g *gate) count(method string) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.asked {
		if r.method == method {
			n++
		}
	}
	return n
}

// last returns when a method was last asked.
func (g *gate) last(method string) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range slices.Backward(g.asked) {
		if r.method == method {
			return r.at
		}
	}
	return time.Time{}
}

// forget forgets what was asked.
func (g *gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = nil
}

// unchanged fails the test where something that changes a room was asked since forget.
func (g *gate) unchanged(t *testing.T, what string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.IndexFunc(g.asked, func(r request) bool {
		return !strings.HasPrefix(r.method, "List") && !strings.HasPrefix(r.method, "Get")
	}); i >= 0 {
		t.Errorf("%s: %s was asked", what, g.asked[i].method)
	}
}
