package api

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/roomwarden/roomwarden/moderation"
)

// maxCallback bounds a callback's body; the largest of the providers' own are a
// few kilobytes.
const maxCallback = 256 << 10

// webhook takes a provider's callback. The provider's driver checks the
// signature; a good one only makes us look at the room again.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("provider")
	client, ok := s.Providers.Get(name)
	if !ok {
		http.Error(w, stranger, http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
	if err != nil {
		status := http.StatusBadRequest
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		s.callbacks.WithLabelValues(name, "unreadable").Inc()
		http.Error(w, "the body cannot be read", status)
		return
	}
	hints, err := client.Webhook(r, body)
	switch moderation.CodeOf(err) {
	case "":
	case moderation.CodeUnauthenticated:
		s.callbacks.WithLabelValues(name, "forged").Inc()
		http.Error(w, "the signature is not good", http.StatusUnauthorized)
		return
	case moderation.CodeUnsupported:
		s.callbacks.WithLabelValues(name, "unsupported").Inc()
		http.Error(w, "this provider takes no callbacks", http.StatusNotFound)
		return
	case moderation.CodeUnavailable, moderation.CodeRateLimited:
		// What the signature is checked with could not be had: the provider may send it again.
		s.callbacks.WithLabelValues(name, "unchecked").Inc()
		http.Error(w, "the signature cannot be checked right now", http.StatusServiceUnavailable)
		return
	default:
		s.callbacks.WithLabelValues(name, "malformed").Inc()
		http.Error(w, "the callback cannot be understood", http.StatusBadRequest)
		return
	}
	for _, hint := range hints {
		if hint.ID != "" && s.deliveries.again(name+"/"+hint.ID) {
			s.callbacks.WithLabelValues(name, "repeated").Inc()
			continue
		}
		s.callbacks.WithLabelValues(name, "taken").Inc()
		s.Hint(name, hint.RoomID)
	}
	w.WriteHeader(http.StatusNoContent)
}

// seen remembers the last deliveries, so that a repeated one costs nothing.
type seen struct {
	mu    sync.Mutex
	known map[string]bool
	order []string
	next  int
}

func newSeen(size int) *seen {
	return &seen{known: make(map[string]bool, size), order: make([]string, size)}
}

func (s *seen) again(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[id] {
		return true
	}
	delete(s.known, s.order[s.next])
	s.order[s.next] = id
	s.next = (s.next + 1) % len(s.order)
	s.known[id] = true
	return false
}
