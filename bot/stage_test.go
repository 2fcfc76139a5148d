package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/internal/eventually"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/words"
)

// soon bounds the wait for what should happen at once.
const soon = 30 * time.Second

// stage is a bot on the stand-in for Slack, with a store on disk and simulated
// rooms, in one process.
type stage struct {
	t       *testing.T
	slack   *slack.Server
	store   *bolt.Store
	faulty  *faultyStore
	sim     *simulated.Driver
	service *commands.Service
	bot     *bot.Bot
	log     *logged
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
	result  error
}

// faultyStore is a store whose disk can hang under the envelopes that it is to keep.
type faultyStore struct {
	store.Store
	mu   sync.Mutex
	hold chan struct{} // envelopes wait for its close; nil: they do not
	held chan struct{} // takes one when an envelope begins to wait
}

func (f *faultyStore) Update(ctx context.Context, do func(store.Tx) error) error {
	f.mu.Lock()
	hold := f.hold
	f.mu.Unlock()
	if hold == nil {
		return f.Store.Update(ctx, do)
	}
	return f.Store.Update(ctx, func(tx store.Tx) error { return do(heldTx{Tx: tx, ctx: ctx, hold: hold, held: f.held}) })
}

type heldTx struct {
	store.Tx
	ctx        context.Context // that of the transaction
	hold, held chan struct{}
}

func (tx heldTx) AcceptEnvelope(e store.Envelope) (fresh bool, err error) {
	select {
	case tx.held <- struct{}{}:
	default:
	}
	select {
	case <-tx.hold:
		return tx.Tx.AcceptEnvelope(e)
	case <-tx.ctx.Done():
		return false, tx.ctx.Err()
	}
}

// stall holds envelopes up until what it returns is called.
func (f *faultyStore) stall() (resume func()) {
	hold := make(chan struct{})
	f.mu.Lock()
	f.hold = hold
	f.mu.Unlock()
	return func() {
		f.mu.Lock()
		f.hold = nil
		f.mu.Unlock()
		close(hold)
	}
}

type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// stageOptions change what newStage makes.
type stageOptions struct {
	slack slack.Options
	sim   simulated.Config
	// driver is what of the simulated rooms the service is given; nil: they themselves.
	driver func(*simulated.Driver) provider.Driver
	rate   float64
	// before runs once everything is made and nothing started.
	before func(st *stage)
	// serial keeps the test from running beside others.
	serial bool
	// patient gives the bot a minute for everything that it waits for.
	patient bool
	// idle leaves the bot to be started by the test.
	idle bool
	// audit is the audit channel as configured.
	audit string
	// between stands before the stand-in's Web API; nil: nothing does.
	between func(t *testing.T, apiURL string) string
}

func newStage(t *testing.T, o stageOptions) *stage {
	t.Helper()
	if !o.serial {
		t.Parallel()
	}
	st := &stage{t: t, log: &logged{}}
	st.ctx, st.stop = context.WithTimeout(context.Background(), 2*soon)
	var err error
	if o.slack.PostRate == 0 {
		o.slack.PostRate = -1
	}
	o.slack.AckWithin, o.slack.TriggerLife = soon, soon // a busy machine is no fault
	if o.driver == nil {
		o.driver = func(sim *simulated.Driver) provider.Driver { return sim }
	}
	if o.rate == 0 {
		o.rate = 100
	}
	if o.audit == "" {
		o.audit = slack.Audit
	}
	if st.slack, err = slack.Start(o.slack); err != nil {
		t.Fatal(err)
	}
	if st.store, err = bolt.Open(st.ctx, filepath.Join(t.TempDir(), "test.db")); err != nil {
		t.Fatal(err)
	}
	if st.sim, err = simulated.New(o.sim); err != nil {
		t.Fatal(err)
	}
	st.faulty = &faultyStore{Store: st.store, held: make(chan struct{}, 1)}
	log := slog.New(slog.NewTextHandler(st.log, nil))
	app, token := st.slack.Tokens()
	apiURL := st.slack.APIURL()
	if o.between != nil {
		apiURL = o.between(t, apiURL)
	}
	make := bot.New
	if o.patient {
		make = func(c bot.Config) (*bot.Bot, error) { return bot.NewPatient(c, nil) }
	}
	st.bot, err = make(bot.Config{
		AppToken: app, BotToken: token, APIURL: apiURL, AuditRate: o.rate, Owners: []string{slack.Olive},
		Store: st.faulty, Words: words.MustLoad("en"), Log: log, Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	set := provider.NewSet(provider.NewClient("sim", "simulated", o.driver(st.sim)))
	st.service = commands.New(commands.Config{
		Store: st.faulty, Providers: set, Directory: st.bot.Directory(), Words: words.MustLoad("en"), Log: log,
		Rules:         commands.Rules{Owners: []string{slack.Olive}, EndOver: -1},
		AuditChannels: func(moderation.Case) []string { return []string{o.audit} },
		Posted:        st.bot.Posted,
	})
	st.bot.Service = st.service
	t.Cleanup(func() {
		st.stop()
		st.running.Wait()
		st.slack.Close()
		if err := errors.Join(set.Close(), st.store.Close()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(st.log)
		}
	})
	if o.before != nil {
		o.before(st)
	}
	if !o.idle {
		st.start()
		if err := st.slack.AwaitConnections(st.ctx, 2); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

func (st *stage) start() {
	acting, rest := context.WithCancel(context.Background())
	st.running.Go(func() {
		if err := st.service.Run(acting); err != nil {
			st.t.Error(err)
		}
	})
	st.running.Go(func() {
		defer rest()
		st.result = st.bot.Run(st.ctx)
	})
}

// types types a command as someone and returns what they then see.
func (st *stage) types(user, text string) (*slack.Reply, error) {
	ctx, cancel := context.WithTimeout(st.ctx, soon)
	defer cancel()
	return st.slack.As(user).Command(ctx, "/room", text, slack.Moderation)
}

// expect waits until a reply shows all of the texts.
func (st *stage) expect(r *slack.Reply, texts ...string) slack.Message {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(st.ctx, soon)
	defer cancel()
	m, err := r.Await(ctx, slack.Contains(texts...))
	if err != nil {
		st.t.Fatal(err)
	}
	return m
}

// await waits until something holds, of the stand-in or of the bot itself.
func (st *stage) await(what string, holds func() bool) {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(st.ctx, soon)
	defer cancel()
	eventually.Until(ctx, st.t, what, holds)
}

func (st *stage) cases() []moderation.Case {
	st.t.Helper()
	var all []moderation.Case
	err := st.store.View(st.ctx, func(tx store.Tx) (err error) {
		all, err = tx.Cases(store.CaseQuery{Limit: 10_000})
		return err
	})
	if err != nil {
		st.t.Fatal(err)
	}
	return all
}

// told returns the outcomes that the messages of each case in a channel show.
func (st *stage) told(channel string) map[uint64][]string {
	all := make(map[uint64][]string)
	for _, m := range st.slack.Messages(channel) {
		var data struct {
			Payload struct {
				Case    uint64 `json:"case"`
				Outcome string `json:"outcome"`
			} `json:"event_payload"`
		}
		if json.Unmarshal(m.Metadata, &data) == nil && data.Payload.Case > 0 {
			all[data.Payload.Case] = append(all[data.Payload.Case], data.Payload.Outcome)
		}
	}
	return all
}

// awaitTold waits until a case is told once, with an outcome.
func (st *stage) awaitTold(channel string, number uint64, outcome string) {
	st.t.Helper()
	st.await("the case is told", func() bool {
		said := st.told(channel)[number]
		return len(said) > 0 && said[len(said)-1] == outcome
	})
	if said := st.told(channel)[number]; len(said) != 1 {
		st.t.Errorf("case %d is told %d times", number, len(said))
	}
}

// present reports whether someone is in a room.
func (st *stage) present(room, identity string) bool {
	st.t.Helper()
	r, err := st.sim.Room(st.ctx, room)
	if err != nil {
		st.t.Fatal(err)
	}
	_, err = st.sim.Participant(st.ctx, r, identity)
	return err == nil
}

func (st *stage) clean() {
	st.t.Helper()
	if wrong := st.slack.Violations(); len(wrong) > 0 {
		st.t.Errorf("Slack would not have taken: %v", wrong)
	}
	if !strings.Contains(st.log.String(), "panicked") {
		return
	}
	st.t.Error("a handler panicked")
}
