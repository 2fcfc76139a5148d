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
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/internal/standin"
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

	mu          sync.Mutex
	made        int // counts what was ever made: SIDs and the order of lists
	conferences []*conference
	calls       map[string]*call
	rooms       []*room
	quota       quota

	callbacks callbacks
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
	s.Gate = standin.NewGate(standin.Cloud{API: s.authenticated, Refuse: refuse})
	s.callbacks.start(s)
	s.routeVoice()
	s.routeVideo()
	s.handle("/", 0, func(r *http.Request) (any, *problem) { return nil, notFound(r) })
	return s
}

// Close sends the callbacks that wait and stops.
func (s *Server) Close() { s.callbacks.stop() }

// authenticated lets the account's credentials through.
func (s *Server) authenticated(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "The request cannot be read.")
		return
	}
	if user, password, _ := r.BasicAuth(); !known(user, password) {
		refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
		return
	}
	s.routes.ServeHTTP(w, r)
}

func known(user, password string) bool {
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	return same(user, AccountSID) && same(password, AuthToken) || same(user, APIKey) && same(password, APISecret)
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
			refuse(w, wrong.status, wrong.code, wrong.message)
			return
		}
		standin.WriteJSON(w, status, raw)
	})
}

// problem is an answer that refuses.
type problem struct {
	status  int
	code    int
	message string
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	body, _ := json.Marshal(map[string]any{ // cannot fail, as above
		"code": code, "message": message, "status": status,
		"more_info": "https://www.twilio.com/docs/errors/" + number(code),
	})
	if status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "1")
	}
	standin.WriteJSON(w, status, body)
}
