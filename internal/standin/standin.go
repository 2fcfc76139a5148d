// Package standin is what the stand-ins of clouds have in common: a Gate that
// records what came in and can be told to fail, and a listener that shows a
// stand-in beside the demo's rooms. What a cloud knows and answers is the
// stand-in's own.
package standin

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// mostBody is the most of a request that is read, in bytes.
const mostBody = 1 << 20

// Request is one that came in.
type Request struct {
	Method string
	Path   string     // below the cloud's Root
	Form   url.Values // of a body that is a form
	Body   string
	Status int // of the answer; zero where none was given
}

// Writes returns those of the requests that ask for a change.
func Writes(requests []Request) []Request {
	var all []Request
	for _, r := range requests {
		if r.Method != http.MethodGet {
			all = append(all, r)
		}
	}
	return all
}

// Gate is what every request to a stand-in passes. It is safe for concurrent use.
type Gate struct {
	cloud    Cloud
	mu       sync.Mutex
	faults   []*Fault
	requests []Request
}

// Cloud is what stands behind a gate.
type Cloud struct {
	// API answers what no fault keeps from it.
	API http.HandlerFunc
	// Root is left out of the paths that are recorded.
	Root string
	// Refuse answers with the cloud's own form of a refusal: the status of HTTP,
	// the cloud's number and its message.
	Refuse func(w http.ResponseWriter, status, code int, message string)
}

// NewGate makes a gate without faults.
func NewGate(c Cloud) *Gate { return &Gate{cloud: c} }

// Requests returns what came in since the last call, in order.
func (g *Gate) Requests() []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.requests
	g.requests = nil
	return all
}

// ServeHTTP answers one request, and records it before anybody can have the
// answer.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if err != nil {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := &answer{ResponseWriter: w, tell: func(status int) { g.record(r, body, status) }}
	defer answer.given(0)
	if fault := g.fault(r); fault != nil {
		g.happen(*fault, answer, r)
		return
	}
	g.cloud.API(answer, r)
}

func (g *Gate) record(r *http.Request, body []byte, status int) {
	in := Request{
		Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, g.cloud.Root), Body: string(body), Status: status,
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		in.Form, _ = url.ParseQuery(in.Body) // what is no form stays in Body
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests = append(g.requests, in)
}

// answer tells the status once.
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

// WriteJSON answers with a body in JSON, or with the status alone where body is nil.
func WriteJSON(w http.ResponseWriter, status int, body []byte) {
	if body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller who has gone is no fault of ours
}
