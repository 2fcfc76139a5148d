package realtimekittest

import (
	"net/http"
	"strings"
)

// Fault makes requests fail. Method and Path (a part of it) select them, empty
// ones any. The first fault that selects a request is the one that happens.
type Fault struct {
	Method, Path string
	// Times is how often it happens; zero means always.
	Times int

	Status  int    // the answer's status
	Code    int    // Cloudflare's number in it
	Message string // Cloudflare's message in it
	// Hang answers nothing until the client gives up.
	Hang bool
	// Act lets the request be carried out first: only the answer is lost.
	Act bool
}

// FaultHeader marks an answer that is meant to be wrong.
const FaultHeader = "X-Stand-In-Fault"

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
	w.Header().Set(FaultHeader, "1")
	if h.Act {
		h.server.routes.ServeHTTP(&discard{header: http.Header{}}, r)
	}
	if h.Hang {
		w.given(0)
		<-r.Context().Done()
		return
	}
	problem{h.Status, h.Code, h.Message}.write(w)
}

// discard takes an answer that nobody gets.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
