package twiliotest

import (
	"net/http"
	"strings"
	"time"
)

// Fault makes requests fail. Method and Path (a part of it) select them, empty
// ones any. The first fault that selects a request is the one that happens.
type Fault struct {
	Method, Path string
	// Times is how often it happens; zero means always.
	Times int
	// Skip lets so many requests pass before.
	Skip int

	Status     int    // the answer's status
	Code       int    // Twilio's number in it; zero: none
	Message    string // Twilio's message in it
	RetryAfter string // the header; empty: none
	Body       string // instead of Twilio's JSON, where not empty
	// Hang answers nothing until the client gives up; Cut ends the connection
	// without an answer, Torn in the middle of one.
	Hang, Cut, Torn bool
	// Act lets the request be carried out first: only the answer is lost.
	Act bool
}

// Fail adds a fault.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) fault(r *http.Request) *happening {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != r.Method || !strings.Contains(r.URL.Path, f.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			return nil
		}
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		f.Times = max(0, f.Times-1)
		return &happening{Fault: *f, server: s}
	}
	return nil
}

// happening is a fault in a request.
type happening struct {
	Fault
	server *Server
}

func (h *happening) happen(w *answer, r *http.Request) {
	w.Header().Set("X-Stand-In-Fault", "1") // not held to Twilio's description
	if h.Act {
		h.server.routes.ServeHTTP(&discard{header: http.Header{}}, r)
	}
	switch {
	case h.Hang:
		w.given(0)
		<-r.Context().Done()
	case h.Cut:
		w.given(0)
		cut(w)
	case h.Torn:
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`{"sid":`))
		_ = http.NewResponseController(w).Flush()
		cut(w)
	case h.Body != "":
		h.head(w)
		w.WriteHeader(h.Status)
		_, _ = w.Write([]byte(h.Body))
	default:
		h.head(w)
		if h.Code == 0 && h.Message == "" {
			w.WriteHeader(h.Status)
			return
		}
		problem{h.Status, h.Code, h.Message}.write(w)
	}
}

func (h *happening) head(w http.ResponseWriter) {
	if h.RetryAfter != "" {
		w.Header().Set("Retry-After", h.RetryAfter)
	}
}

func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// discard takes an answer that nobody gets.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// quota counts the requests of one second.
type quota struct {
	second        int64
	reads, writes int
}

// spend takes one request out of the quota and reports whether it fitted in.
func (s *Server) spend(r *http.Request) bool {
	now := s.config.Now().Truncate(time.Second).Unix()
	if s.quota.second != now {
		s.quota = quota{second: now}
	}
	if r.Method == http.MethodGet {
		s.quota.reads++
		return s.config.ReadsPerSecond == 0 || s.quota.reads <= s.config.ReadsPerSecond
	}
	s.quota.writes++
	return s.config.WritesPerSecond == 0 || s.quota.writes <= s.config.WritesPerSecond
}
