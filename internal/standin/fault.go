package standin

import (
	"net/http"
	"strings"
)

// FaultHeader marks an answer that is meant to be wrong.
const FaultHeader = "X-Stand-In-Fault"

// Fault makes requests fail. Method and Path (a part of it) select them, empty
// ones any. The first fault that selects a request is the one that happens.
type Fault struct {
	Method, Path string
	// Times is how often it happens; zero means always.
	Times int
	// Skip lets so many requests pass before.
	Skip int

	Status     int    // the answer's status
	Code       int    // the cloud's number in it; zero: none
	Message    string // the cloud's message in it
	RetryAfter string // the header; empty: what the cloud sends with the status
	Body       string // instead of the cloud's own form, where not empty
	// Hang answers nothing until the client gives up; Cut ends the connection
	// without an answer, Torn in the middle of one.
	Hang, Cut, Torn bool
	// Act lets the request be carried out first: only the answer is lost.
	Act bool
}

// Fail adds a fault.
func (g *Gate) Fail(f Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, &f)
}

// Heal removes all faults.
func (g *Gate) Heal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = nil
}

// fault takes the one that a request meets; nil: none.
func (g *Gate) fault(r *http.Request) *Fault {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, f := range g.faults {
		if f.Method != "" && f.Method != r.Method || !strings.Contains(r.URL.Path, f.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			return nil
		}
		if f.Times == 1 {
			g.faults = append(g.faults[:i:i], g.faults[i+1:]...)
		}
		f.Times = max(0, f.Times-1)
		happens := *f
		return &happens
	}
	return nil
}

func (g *Gate) happen(f Fault, w *answer, r *http.Request) {
	w.Header().Set(FaultHeader, "1")
	if f.Act {
		g.cloud.API(&discard{header: http.Header{}}, r)
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	switch {
	case f.Hang:
		w.given(0)
		<-r.Context().Done()
	case f.Cut:
		w.given(0)
		cut(w)
	case f.Torn:
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`{"sid":`))
		_ = http.NewResponseController(w).Flush()
		cut(w)
	case f.Body != "":
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	case f.Code == 0 && f.Message == "":
		w.WriteHeader(f.Status)
	default:
		g.cloud.Refuse(w, f.Status, f.Code, f.Message)
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
