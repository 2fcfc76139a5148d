// Package twiliotest is a stand-in for Twilio's REST API: one stateful piece
// with the conferences of Programmable Voice and the rooms of Programmable
// Video, as far as roomwarden uses them. Tests drive it and look at what came
// of a request; the demo shows it beside the simulated rooms. It calls back and
// signs as Twilio does, and can be told to fail.
package twiliotest

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// The account that a server of the zero Config answers to.
const (
	AccountSID = "AC00000000000000000000000000000001"
	AuthToken  = "00000000000000000000000000000002"
	APIKey     = "SK00000000000000000000000000000003"
	APISecret  = "AStandInSecretOfThirtyTwoLetters"
)

// Config says how a Server behaves.
type Config struct {
	// WritesPerSecond bounds the changes to video rooms, ReadsPerSecond what is
	// read of them; zero means no bound. More is answered 429, as Twilio does.
	WritesPerSecond, ReadsPerSecond int
	// AnswersAfter is how long a dialled call rings until it is answered; zero:
	// it stays queued until SetStatus.
	AnswersAfter time.Duration
	// Callback is where changes are told, signed; empty: nowhere.
	Callback string
	// CallbackClient sends them; nil means http.DefaultClient.
	CallbackClient *http.Client
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	config Config
	routes *http.ServeMux

	mu          sync.Mutex
	made        int // counts what was ever made: SIDs and the order of lists
	conferences []*conference
	calls       map[string]*call
	rooms       []*room
	faults      []*Fault
	requests    []Request
	quota       quota

	callbacks callbacks
}

// Request is one that came in.
type Request struct {
	Method string
	Path   string
	Query  url.Values
	Form   url.Values
	Status int // of the answer; zero where none was given
}

// New makes a server without any rooms. Close it.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.CallbackClient == nil {
		c.CallbackClient = http.DefaultClient
	}
	s := &Server{config: c, calls: map[string]*call{}, routes: http.NewServeMux()}
	s.callbacks.start(s)
	s.routeVoice()
	s.routeVideo()
	s.handle("/", 0, func(r *http.Request) (any, *problem) { return nil, notFound(r) })
	return s
}

// Close sends the callbacks that wait and stops.
func (s *Server) Close() { s.callbacks.stop() }

// Requests returns what came in since the last call, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.requests
	s.requests = nil
	return all
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		problem{http.StatusBadRequest, 20001, "The request cannot be read."}.write(w)
		return
	}
	answer := &answer{ResponseWriter: w, tell: func(status int) { s.record(r, status) }}
	defer answer.given(0)
	if fault := s.fault(r); fault != nil {
		fault.happen(answer, r)
		return
	}
	if user, password, _ := r.BasicAuth(); !known(user, password) {
		problem{http.StatusUnauthorized, 20003, "Authenticate"}.write(answer)
		return
	}
	s.routes.ServeHTTP(answer, r)
}

func known(user, password string) bool {
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	return same(user, AccountSID) && same(password, AuthToken) || same(user, APIKey) && same(password, APISecret)
}

func (s *Server) record(r *http.Request, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Form: r.PostForm, Status: status,
	})
}

// handle registers a handler that runs alone, one request after the other. It
// returns a body for status, or a problem.
func (s *Server) handle(pattern string, status int, f func(r *http.Request) (any, *problem)) {
	s.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		body, wrong := f(r)
		var raw []byte
		if wrong == nil && body != nil {
			raw, _ = json.Marshal(body) // of maps, strings and numbers: cannot fail
		}
		s.mu.Unlock()
		if wrong != nil {
			wrong.write(w)
			return
		}
		writeJSON(w, status, raw)
	})
}

// problem is an answer that refuses.
type problem struct {
	status  int
	code    int
	message string
}

func (p problem) write(w http.ResponseWriter) {
	body, _ := json.Marshal(map[string]any{ // cannot fail, as above
		"code": p.code, "message": p.message, "status": p.status,
		"more_info": "https://www.twilio.com/docs/errors/" + number(p.code),
	})
	if p.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, p.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	if body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
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
