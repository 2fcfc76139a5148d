package livekit_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// ear hears a server's callbacks and hands them to the driver, which must take
// each of them.
type ear struct {
	t      *testing.T
	url    string
	driver atomic.Pointer[provider.Client]

	mu       sync.Mutex
	heard    map[string]int // by room
	expected []string
}

func newEar(t *testing.T) *ear {
	t.Helper()
	e := &ear{t: t, heard: map[string]int{}}
	listener := httptest.NewServer(e)
	t.Cleanup(listener.Close)
	e.url = listener.URL
	return e
}

// by names the driver that reads what is heard.
func (e *ear) by(d provider.Driver) { e.driver.Store(provider.NewClient("live", "livekit", d)) }

// expect notes a room of which something must be heard.
func (e *ear) expect(room string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.expected = append(e.expected, room)
}

func (e *ear) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the server was stopped
	}
	hints, err := e.driver.Load().Webhook(r, body)
	if err != nil {
		e.t.Errorf("a callback is not taken: %v", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range hints {
		e.heard[h.RoomID]++
	}
}

// all waits until every room was heard of.
func (e *ear) all(t *testing.T) {
	t.Helper()
	livekittest.Until(t, "the server has called back for every room", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.expected) > 0 && !slices.ContainsFunc(e.expected, func(room string) bool { return e.heard[room] == 0 })
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	total := 0
	for _, n := range e.heard {
		total += n
	}
	t.Logf("%d callbacks of %d rooms", total, len(e.expected))
}
