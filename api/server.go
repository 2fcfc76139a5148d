// Package api is roomwarden over HTTP: health and metrics for whoever runs it,
// the providers' callbacks, and the texts that providers fetch to speak them.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/roomwarden/roomwarden/internal/serving"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Config is what a Server works with.
type Config struct {
	Listen  string // host:port
	Log     *slog.Logger
	Metrics *prometheus.Registry
	// Ready lists what must hold for the program to be ready.
	Ready []Condition
	// Notes are told beside it and leave the program ready.
	Notes     []Condition
	Providers *provider.Set
	// Hint is told that a room changed, by a callback whose signature was good.
	Hint  func(providerName, roomID string)
	Texts *Texts // may be nil
}

// Condition is one thing that must hold. Check returns what is wrong, "" where
// nothing is; it returns within a second.
type Condition struct {
	Name  string
	Check func(ctx context.Context) (wrong string)
}

// Server answers HTTP. Its methods are safe for concurrent use.
type Server struct {
	Config
	deliveries *seen
	callbacks  *prometheus.CounterVec
}

// New makes a server.
func New(c Config) *Server {
	s := &Server{Config: c, deliveries: newSeen(4096), callbacks: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "roomwarden_webhooks_total", Help: "Callbacks of providers, by what became of them.",
	}, []string{"provider", "result"})}
	c.Metrics.MustRegister(s.callbacks)
	return s
}

// Handler returns every route.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "healthy\n")
	})
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("POST /webhooks/{provider}", s.webhook)
	mux.HandleFunc("GET /webhooks/{provider}", s.webhook) // Twilio's may come so
	if s.Texts != nil {
		mux.Handle("/texts/", s.Texts)
	}
	return mux
}

// Open takes the address, so that a second program on it is known at once.
func (s *Server) Open(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		says := "api.listen_nowhere"
		if errors.Is(err, syscall.EADDRINUSE) {
			says = "api.listen"
		}
		return nil, moderation.Fault(moderation.CodeUnavailable, says, "Address", moderation.Literal(s.Listen)).Because(err)
	}
	return listener, nil
}

// finishWithin is how long a stopping server lets requests finish.
const finishWithin = 5 * time.Second

// Serve answers on the listener until ctx ends, and lets requests under way
// finish for five seconds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	if err := serving.Until(ctx, server, listener, finishWithin); err != nil {
		return fmt.Errorf("serve HTTP on %s: %w", s.Listen, err)
	}
	return nil
}

type readiness struct {
	Ready bool              `json:"ready"`
	Wrong map[string]string `json:"wrong,omitempty"`
	Notes map[string]string `json:"notes,omitempty"`
}

// check returns what does not hold, by name.
func check(ctx context.Context, all []Condition) map[string]string {
	wrong := make(map[string]string)
	for _, c := range all {
		if text := c.Check(ctx); text != "" {
			wrong[c.Name] = text
		}
	}
	return wrong
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	answer := readiness{Wrong: check(ctx, s.Ready), Notes: check(ctx, s.Notes)}
	answer.Ready = len(answer.Wrong) == 0
	w.Header().Set("Content-Type", "application/json")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.Log.DebugContext(ctx, "readiness not sent", "error", err)
	}
}
