package commands

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

// Config is what a Service works with.
type Config struct {
	Store     store.Store
	Providers *provider.Set
	Directory Directory
	Words     *words.Printer
	Log       *slog.Logger
	Metrics   prometheus.Registerer // may be nil
	Rules     Rules
	// AuditChannels returns the channels in which a case is told, as configured.
	AuditChannels func(c moderation.Case) []string
	// RequestsChannel is where requests and second signatures go.
	RequestsChannel string
	// Posted is called after each transaction that queued posts; may be nil.
	Posted func()
}

// Rules are the parts of the configuration that decide who may do what.
type Rules struct {
	Owners        []string // Slack user ids
	AllowExternal bool
	Protect       []Protection
	ReviewOwn     bool
	NumbersMasked bool
	// EndOver asks for a second person to end a room of more people; negative: off.
	EndOver int
	// PermanentBans and AdminGrants ask for a second person.
	PermanentBans, AdminGrants bool
	// BrakeRemovals stops a person after so many removals within BrakePer; zero: off.
	BrakeRemovals int
	BrakePer      time.Duration
	Tokens        []Token
}

// Token is an API token as far as permissions care.
type Token struct {
	Name   string
	Preset string
	Scope  string
	AuthID string
}

// Protection keeps everyone under a preset from touching some participants.
type Protection = moderation.Protection

// Service does what invocations ask. It is safe for concurrent use. What it
// must not forget is in the store; in memory it knows only its own work under way.
type Service struct {
	Config
	policies policyCache
	work     *work
	metrics  metrics
}

// New makes a Service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Config: c, work: newWork(), metrics: newMetrics(c.Metrics)}
}

// posted tells the outbox that posts were queued.
func (s *Service) posted() {
	if s.Posted != nil {
		s.Posted()
	}
}
