// Package realtimekittest is a stand-in for Cloudflare RealtimeKit's REST API:
// one stateful piece with meetings, their live sessions, who is enrolled and
// who is in, presets and recordings, as far as roomwarden uses them. Tests
// drive it and look at what came of a request; package edge adds the side that
// clients speak to. It signs webhooks and can be told to fail.
package realtimekittest

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/roomwarden/roomwarden/internal/standin"
)

// The app that a server answers to.
const (
	AccountID = "00000000000000000000000000000001"
	AppID     = "00000000-0000-4000-8000-000000000002"
	APIToken  = "a-stand-in-token-of-forty-letters-and-more"
)

// Config says how a Server behaves.
type Config struct {
	// PageSize is the most that a page holds whatever is asked for; zero: 100.
	PageSize int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Fault makes requests fail, and Request is one that came in.
type (
	Fault   = standin.Fault
	Request = standin.Request
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	*standin.Gate
	config Config
	routes *http.ServeMux
	hooks  signer

	mu       sync.Mutex
	meetings []*meeting
	presets  []*Preset
	watchers []Watcher
}

// Watcher is told what happens to those who are in; package edge passes it on
// to their clients. It is called while the server works: it must not call back.
type Watcher struct {
	Kicked func(meeting, peer string, ended bool)
	Muted  func(meeting, peer string)
}

// New makes a server without meetings, with the presets host, guest and
// no-video.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.PageSize == 0 {
		c.PageSize = 100
	}
	s := &Server{config: c, routes: http.NewServeMux()}
	s.Gate = standin.NewGate(standin.Cloud{API: s.authenticated, Root: root, Refuse: refuse})
	s.AddPreset(Preset{Name: "host", Kick: true, DisableAudio: true, DisableVideo: true, Pin: true})
	s.AddPreset(Preset{Name: "guest"})
	s.AddPreset(Preset{Name: "no-video", NoVideo: true})
	s.route()
	return s
}

// Watch adds a watcher.
func (s *Server) Watch(w Watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, w)
}

const root = "/client/v4/accounts/" + AccountID + "/realtime/kit/" + AppID

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/.well-known/webhooks.json" {
		s.hooks.serveKey(w)
		return
	}
	s.Gate.ServeHTTP(w, r)
}

// authenticated lets the app's token through.
func (s *Server) authenticated(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(token), []byte(APIToken)) != 1 {
		refuse(w, http.StatusUnauthorized, 10000, "Authentication error")
		return
	}
	s.routes.ServeHTTP(w, r)
}

// handle registers a handler that runs alone, one request after the other. It
// returns data, or a problem.
func (s *Server) handle(pattern string, f func(r *http.Request) (reply, *problem)) {
	method, path, _ := strings.Cut(pattern, " ")
	s.routes.HandleFunc(method+" "+root+path, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		body, wrong := f(r)
		raw, _ := json.Marshal(body) // of maps, strings and numbers: cannot fail
		s.mu.Unlock()
		if wrong != nil {
			refuse(w, wrong.status, wrong.code, wrong.message)
			return
		}
		standin.WriteJSON(w, http.StatusOK, raw)
	})
}

// reply is an answer that grants what was asked.
type reply struct {
	Success bool    `json:"success"`
	Data    any     `json:"data,omitempty"`
	Paging  *paging `json:"paging,omitempty"`
}

type paging struct {
	TotalCount  int `json:"total_count"`
	StartOffset int `json:"start_offset"`
	EndOffset   int `json:"end_offset"`
}

func granted(data any) (reply, *problem) { return reply{Success: true, Data: data}, nil }

// problem is an answer that refuses.
type problem struct {
	status  int
	code    int
	message string
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	body, _ := json.Marshal(map[string]any{ // cannot fail, as above
		"success": false, "errors": []any{map[string]any{"code": code, "message": message}}, "messages": []any{}, "result": nil,
	})
	if status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "1")
	}
	standin.WriteJSON(w, status, body)
}

func newID() string { return uuid.NewString() }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func (s *Server) meeting(id string) *meeting {
	i := slices.IndexFunc(s.meetings, func(m *meeting) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return s.meetings[i]
}
