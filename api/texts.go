package api

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Texts serves short texts at unguessable addresses for a while: what a
// provider fetches in order to speak it. It is safe for concurrent use.
type Texts struct {
	publicURL string
	mu        sync.Mutex
	texts     map[string]hosted
}

type hosted struct {
	contentType string
	body        []byte
	until       time.Time
}

// maxTexts bounds the memory that texts may take: one more takes the place of another.
const maxTexts = 1000

// NewTexts makes an empty host under the address at which providers reach us.
func NewTexts(publicURL string) *Texts {
	return &Texts{publicURL: publicURL, texts: map[string]hosted{}}
}

// Host serves body for as long as keep says and returns its address.
func (t *Texts) Host(contentType string, body []byte, keep time.Duration) (string, error) {
	name := rand.Text()
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for old, h := range t.texts {
		if now.After(h.until) || len(t.texts) >= maxTexts {
			delete(t.texts, old)
		}
	}
	t.texts[name] = hosted{contentType: contentType, body: body, until: now.Add(keep)}
	return t.publicURL + "/texts/" + name, nil
}

// ServeHTTP answers GET and POST, as providers may use either.
func (t *Texts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		return
	}
	t.mu.Lock()
	h, ok := t.texts[strings.TrimPrefix(r.URL.Path, "/texts/")]
	t.mu.Unlock()
	if !ok || time.Now().After(h.until) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", h.contentType)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(h.body)
}
