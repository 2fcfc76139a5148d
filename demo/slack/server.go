package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Options say how a stand-in behaves; the zero value is Slack's own behaviour.
type Options struct {
	// Workspace is Sample() where it is empty.
	Workspace Workspace
	// Saved is what an earlier stand-in left, nil for a new one.
	Saved *Saved
	// Listen is an address; 127.0.0.1:0 where it is empty.
	Listen string
	// AppToken and BotToken are what the bot must show.
	AppToken, BotToken string
	// Scopes are the bot token's; those of the product where nil.
	Scopes []string
	// AckWithin is how long an envelope waits for its ack: 3 s.
	AckWithin time.Duration
	// TriggerLife is how long a trigger id opens a view: 3 s.
	TriggerLife time.Duration
	// ResponseLife and ResponsePosts bound a response URL: 30 minutes, 5 posts.
	ResponseLife  time.Duration
	ResponsePosts int
	// PostRate and PostBurst bound chat.postMessage by channel: 1 a second,
	// burst 8. A negative rate switches the limit off.
	PostRate  float64
	PostBurst int
	// PingEvery is the pause between the pings of a connection: 5 s.
	PingEvery time.Duration
	// ConnectionLife is what hello promises: 5 h. The stand-in does not end a
	// connection by itself; see Socket.Disconnect.
	ConnectionLife time.Duration
	// EventRetries are the pauses before an event that got no ack is sent again:
	// at once, 1 minute, 5 minutes.
	EventRetries []time.Duration
	// Seed chooses the connections that envelopes go to.
	Seed uint64
	// Now tells the time; time.Now where it is nil.
	Now func() time.Time
	Log *slog.Logger
}

// ProductScopes are the bot scopes that the product asks for.
var ProductScopes = []string{
	"commands", "chat:write", "users:read", "usergroups:read", "channels:read", "groups:read", "im:write",
	"channels:history", "groups:history",
}

// Server is a running stand-in. Its methods are safe for concurrent use.
type Server struct {
	Options
	listener net.Listener
	http     *http.Server
	ctx      context.Context //nolint:containedctx // the stand-in's own life, which Close ends
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu        sync.Mutex
	change    chan struct{} // closed and replaced at each change
	state     Workspace
	messages  []*Message
	byTS      map[string]int
	views     map[string]*View
	stacks    map[string][]string // open modals by user, the topmost last
	homes     map[string]string   // the home's view id by user
	triggers  map[string]*trigger
	responses map[string]*responseURL
	tickets   map[string]bool // of apps.connections.open, true while unused
	limits    map[string]*bucket
	random    *rand.Rand
	lastTS    int64
	lastBlock uint64
	lastID    uint64
	link      linkState
	faults    []spoiledCalls
	envelopes []spoiledEnvelopes
	ledger    Ledger
	calls     map[string]int
	seen      []Seen
}

// Start makes a stand-in and serves it until Close.
func Start(o Options) (*Server, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		stop()
		return nil, fmt.Errorf("stand-in for Slack: %w", err)
	}
	s := &Server{
		Options: o, listener: &wireListener{Listener: listener}, ctx: ctx, stop: stop,
		change: make(chan struct{}), state: o.Workspace,
		byTS: map[string]int{}, views: map[string]*View{}, stacks: map[string][]string{}, homes: map[string]string{},
		triggers: map[string]*trigger{}, responses: map[string]*responseURL{}, tickets: map[string]bool{},
		limits: map[string]*bucket{}, calls: map[string]int{},
		random: rand.New(rand.NewPCG(o.Seed, 0x5eed)), //nolint:gosec // chooses connections, guards nothing
	}
	if o.Saved != nil {
		s.restore(o.Saved)
	}
	s.http = &http.Server{
		Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second, ConnContext: keepWire,
		ErrorLog:    slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.running.Go(func() {
		if err := s.http.Serve(s.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			o.Log.Error("stand-in for Slack stopped", "error", err)
		}
	})
	return s, nil
}

func (o *Options) fill() error {
	if o.Workspace.TeamID == "" {
		o.Workspace = Sample()
	}
	set(&o.Listen, "127.0.0.1:0")
	set(&o.AppToken, "xapp-1-A0WARDEN0-stand-in")
	set(&o.BotToken, "xoxb-0-stand-in")
	set(&o.AckWithin, 3*time.Second)
	set(&o.TriggerLife, 3*time.Second)
	set(&o.ResponseLife, 30*time.Minute)
	set(&o.ResponsePosts, 5)
	set(&o.PostRate, 1)
	set(&o.PostBurst, 8)
	set(&o.PingEvery, 5*time.Second)
	set(&o.ConnectionLife, 5*time.Hour)
	if o.Scopes == nil {
		o.Scopes = ProductScopes
	}
	if o.EventRetries == nil {
		o.EventRetries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return fmt.Errorf("stand-in for Slack: listen: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("stand-in for Slack: listens on this machine alone, not on %q", host)
	}
	return nil
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// APIURL is what the bot's slack.api_url must be.
func (s *Server) APIURL() string { return "http://" + s.listener.Addr().String() + "/api/" }

// Tokens returns the tokens that the stand-in takes.
func (s *Server) Tokens() (app, bot string) { return s.AppToken, s.BotToken }

// Close ends every connection and returns when nothing of the stand-in runs.
func (s *Server) Close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	for _, c := range s.Sockets() {
		c.Cut()
	}
	_ = s.http.Close()
	s.running.Wait()
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("POST /response/{id}", s.serveResponse)
	mux.HandleFunc("GET /link", s.serveLink)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		closing := s.ctx.Err() != nil
		if !closing {
			s.running.Add(1)
		}
		s.mu.Unlock()
		if !closing {
			defer s.running.Done()
			mux.ServeHTTP(w, r)
		}
	})
}

// changed wakes everyone who waits for something; s.mu is held.
func (s *Server) changed() {
	close(s.change)
	s.change = make(chan struct{})
}

// Changed returns a channel that is closed at the next change of anything.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change
}

// Await returns once ready reports true; it is asked at each change of
// anything. An error says that ctx ended first.
func (s *Server) Await(ctx context.Context, ready func() bool) error {
	for {
		next := s.Changed()
		if ready() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return fmt.Errorf("stand-in for Slack: what was waited for did not happen: %w", context.Cause(ctx))
		}
	}
}

// id returns an id that no other thing of the stand-in has; s.mu is held.
func (s *Server) id(prefix string) string {
	s.lastID++
	return prefix + base36(s.lastID+36*36*36*36)
}

func base36(n uint64) string { return strconv.FormatUint(n, 36) }

func timestamp(micros int64) string { return fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6) }
