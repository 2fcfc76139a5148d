package slack

import (
	"net/http"
	"strconv"
	"time"
)

// Fault is what goes wrong with a call of the Web API or a response URL. The
// zero value answers internal_error without doing anything.
type Fault struct {
	// Method is one method, "response_url", or "*" for all.
	Method string
	// Channel narrows it to calls about one channel.
	Channel string
	// Skip lets so many calls pass first; Times ends it after so many; zero:
	// only Clear does.
	Skip, Times int

	// Effect is set where the call is carried out before the fault shows.
	Effect bool
	// Delay waits before the answer. With Effect and nothing else the answer
	// is right but late.
	Delay time.Duration
	// Hang gives no answer until the caller leaves.
	Hang bool
	// Cut ends the connection instead of answering.
	Cut bool
	// Status is the HTTP status of the answer; 429 brings RetryAfter with it.
	Status     int
	RetryAfter time.Duration
	// Error is Slack's error name, answered with status 200.
	Error string
}

// Injection is a fault that is in force, of calls or of envelopes.
type Injection struct {
	s           *Server
	skip, times int
	met         int
	off         bool
}

// Clear ends the fault.
func (in *Injection) Clear() {
	in.s.mu.Lock()
	defer in.s.mu.Unlock()
	in.off = true
}

// Hits returns how many calls or envelopes met the fault.
func (in *Injection) Hits() int {
	in.s.mu.Lock()
	defer in.s.mu.Unlock()
	return max(0, in.met-in.skip)
}

// happens counts what the fault selects and reports whether it goes wrong; s.mu
// is held.
func (in *Injection) happens() bool {
	in.met++
	if in.met <= in.skip {
		return false
	}
	if in.times > 0 && in.met >= in.skip+in.times {
		in.off = true
	}
	return true
}

// spoiledCalls and spoiledEnvelopes are faults in force and what they select.
type (
	spoiledCalls struct {
		*Injection
		Fault
	}
	spoiledEnvelopes struct {
		*Injection
		EnvelopeFault
	}
)

// Inject puts a fault in force. The first that fits a call is the one that shows.
func (s *Server) Inject(f Fault) *Injection {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := &Injection{s: s, skip: f.Skip, times: f.Times}
	s.faults = append(s.faults, spoiledCalls{in, f})
	return in
}

// fault returns what is to go wrong with a call, or nil; s.mu is held.
func (s *Server) fault(method, channel string) *Fault {
	for _, in := range s.faults {
		if in.off || (in.Method != method && in.Method != "*") || (in.Channel != "" && in.Channel != channel) {
			continue
		}
		if in.happens() {
			return &in.Fault
		}
	}
	return nil
}

// show makes the fault seen; it reports whether the right answer still goes out.
func (f *Fault) show(w http.ResponseWriter, r *http.Request) (answer bool) {
	if f.Hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Status == http.StatusTooManyRequests:
		rateLimited(w, f.RetryAfter)
	case f.Status != 0:
		http.Error(w, "stand-in: "+http.StatusText(f.Status), f.Status)
	case f.Error != "":
		writeJSON(w, map[string]any{"ok": false, "error": f.Error})
	case f.Effect || f.Delay > 0:
		return true
	default:
		writeJSON(w, map[string]any{"ok": false, "error": "internal_error"})
	}
	return false
}

func rateLimited(w http.ResponseWriter, after time.Duration) {
	seconds := int((after + time.Second - 1) / time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(max(1, seconds)))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write(mustJSON(map[string]any{"ok": false, "error": "ratelimited"}))
}

// EnvelopeFault is what goes wrong with envelopes.
type EnvelopeFault struct {
	// Type or Kind narrows it: slash_commands, events_api, block_actions, ...
	Type, Kind  string
	Skip, Times int

	LoseBefore   bool // the connection ends before the envelope is on it
	CutBeforeAck bool // the envelope is on its way, the ack is not read
	CutAfterAck  bool
	// AckAfter, where it is not nil, keeps the ack from taking effect until it is closed.
	AckAfter <-chan struct{}
	// Redeliver sends the same payload again under a new envelope id, on another
	// connection where there is one.
	Redeliver bool
}

// InjectEnvelope puts a fault of envelopes in force.
func (s *Server) InjectEnvelope(f EnvelopeFault) *Injection {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := &Injection{s: s, skip: f.Skip, times: f.Times}
	s.envelopes = append(s.envelopes, spoiledEnvelopes{in, f})
	return in
}

// envelopeFault returns what is to go wrong with an envelope; a second delivery
// of the same payload meets no fault. s.mu is held.
func (s *Server) envelopeFault(e envelope) EnvelopeFault {
	if e.Again != "" {
		return EnvelopeFault{}
	}
	for _, in := range s.envelopes {
		if in.off || (in.Type != "" && in.Type != e.Type) || (in.Kind != "" && in.Kind != e.Kind) {
			continue
		}
		if in.happens() {
			return in.EnvelopeFault
		}
	}
	return EnvelopeFault{}
}
