// Package realtimekittest is a stand-in for Cloudflare RealtimeKit's REST API:
// one stateful piece with meetings, their live sessions, who is enrolled and
// who is in, presets and recordings, as far as roomwarden uses them. Tests
// drive it and look at what came of a request; package edge adds the side that
// clients speak to. It signs webhooks and can be told to fail.
package realtimekittest

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
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

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	config Config
	routes *http.ServeMux
	hooks  signer

	mu       sync.Mutex
	meetings []*meeting
	presets  []*Preset
	faults   []*Fault
	requests []Request
	watchers []Watcher
}

// Request is one that came in.
type Request struct {
	Method string
	Path   string // below the app
	Query  url.Values
	Body   string
	Status int // of the answer; zero where none was given
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

// Requests returns what came in since the last call, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.requests
	s.requests = nil
	return all
}

const root = "/client/v4/accounts/" + AccountID + "/realtime/kit/" + AppID

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/.well-known/webhooks.json" {
		s.hooks.serveKey(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		problem{http.StatusBadRequest, 10000, "the request cannot be read"}.write(w)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := &answer{ResponseWriter: w, tell: func(status int) { s.record(r, string(body), status) }}
	defer answer.given(0)
	if fault := s.fault(r); fault != nil {
		fault.happen(answer, r)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(token), []byte(APIToken)) != 1 {
		problem{http.StatusUnauthorized, 10000, "Authentication error"}.write(answer)
		return
	}
	s.routes.ServeHTTP(answer, r)
}

func (s *Server) record(r *http.Request, body string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, root), Query: r.URL.Query(), Body: body, Status: status,
	})
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
			wrong.write(w)
			return
		}
		write(w, http.StatusOK, raw)
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

func (p problem) write(w http.ResponseWriter) {
	body, _ := json.Marshal(map[string]any{ // cannot fail, as above
		"success": false, "errors": []any{map[string]any{"code": p.code, "message": p.message}}, "messages": []any{}, "result": nil,
	})
	if p.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	write(w, p.status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller who has gone is no fault of ours
}

// answer tells the status, once, before anybody can have the answer.
type answer struct {
	http.ResponseWriter
	tell func(status int)
}

func (a *answer) given(status int) {
	if a.tell != nil {
		a.tell(status)
		a.tell = nil
	}
}

func (a *answer) WriteHeader(status int) {
	a.given(status)
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets faults take the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

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
