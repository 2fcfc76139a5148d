package commands

import (
	"context"
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

// Service does what invocations ask. It is safe for concurrent use and holds
// no state that is not in the store.
type Service struct {
	Config
	policies policyCache
}

// New makes a Service.
func New(c Config) *Service { return &Service{Config: c} }

// Do carries an invocation out and returns what to tell the caller; it always
// returns an Answer and never panics on input. Work with the same Key is done
// once: a second call answers with the first one's case. It returns when the
// outcome is known or ctx ends; then the case stays open and is settled later.
func (s *Service) Do(ctx context.Context, in Invocation) Answer { panic("not yet") }

// NotRun makes the case of an accepted invocation that came too old to be
// carried out, and answers that it was not run.
func (s *Service) NotRun(ctx context.Context, in Invocation) Answer { panic("not yet") }

// SuggestRooms returns at most limit rooms whose name matches what was typed,
// of those that the caller may list.
func (s *Service) SuggestRooms(ctx context.Context, c Caller, typed string, limit int) []Candidate {
	panic("not yet")
}

// SuggestPeople returns at most limit people of the room who match what was
// typed; none where the caller may not list the room.
func (s *Service) SuggestPeople(ctx context.Context, c Caller, room, typed string, limit int) []Candidate {
	panic("not yet")
}

// Run settles what an earlier run left open, then looks after what has a time:
// mutes and grants that end by themselves, standing measures, looks at what
// became of an action. It returns when ctx ends and all of its work is done.
func (s *Service) Run(ctx context.Context) error { panic("not yet") }

// Table returns every command in the order of the help.
func Table() []*Command { panic("not yet") }
