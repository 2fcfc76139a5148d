// Package bot is roomwarden in Slack: the Socket Mode link that loses nothing,
// the inbox in front of the work, the answers, dialogs, boards and App Home as
// Block Kit, and the delivery of cases to the audit channel. It knows nothing
// of providers: it turns deliveries into commands.Invocation and answers into
// messages.
package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/bot/socket"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

// Config is what a Bot works with.
type Config struct {
	AppToken    string  // xapp-
	BotToken    string  // xoxb-
	APIURL      string  // ends in /
	Connections int     // parallel Socket Mode connections; 2 where zero
	AuditRate   float64 // posts a second and channel; 1 where zero, burst 5
	Owners      []string
	Reasons     []string // offered in dialogs; those of the language where empty
	Service     *commands.Service
	Store       store.Store
	Words       *words.Printer
	Log         *slog.Logger
	Metrics     prometheus.Registerer
}

// Bot is the Slack side of roomwarden. Its methods are safe for concurrent use.
type Bot struct {
	Config
	api       *api
	link      *socket.Link
	lanes     *lanes
	rooms     roomNames
	finished  *finished
	outbox    *outbox
	directory *directory
	renderer  *renderer
	boards    *boards
	metrics   *metrics
	// home draws someone's App Home; nil where there is none.
	home func(ctx context.Context, user string) error
	// notices bounds what is said to callers beside the workers.
	notices errgroup.Group
	within  deadlines
	// asksEvery is how often Slack is asked whether it still takes the bot token.
	asksEvery time.Duration
	// results holds the hash of what we last showed in a dialog whose ack may
	// still come, by the dialog's id.
	results sync.Map
}

// Bounds of the work that is taken on before callers are told that we are busy.
const (
	workers     = 64
	maxWaiting  = 1000
	maxInLane   = 100
	maxNotices  = 16
	flushWithin = time.Second
)

// New makes a bot; nothing is sent before Run. The Service need not be complete
// before Run, so that it can be given the bot's Directory.
func New(c Config) (*Bot, error) { return newBot(c, asSlack) }

func newBot(c Config, within deadlines) (*Bot, error) {
	if c.AuditRate <= 0 {
		c.AuditRate = 1
	}
	b := &Bot{Config: c, within: within, asksEvery: time.Minute, lanes: newLanes(workers, maxWaiting, maxInLane), finished: newFinished(c.Store, c.Log)}
	b.api = newAPI(c)
	b.link = socket.New(socket.Config{Open: b.api.open, Connections: c.Connections, Log: c.Log, Metrics: c.Metrics, Client: b.api.http, AckWithin: within.ack})
	b.directory = newDirectory(b.api)
	b.renderer = newRenderer(c.Words, commands.Table(), serviceGuide{b}).offering(c.Reasons)
	b.boards = newBoards(c.Store, serviceBoards{b}, b.api.background, b.renderer, c.Log)
	b.home = b.publishHome
	b.metrics = newMetrics(b)
	b.outbox = newOutbox(b, c.AuditRate)
	b.notices.SetLimit(maxNotices)
	return b, nil
}

// Run holds the link to Slack until ctx ends, then finishes what was accepted
// and delivers or keeps the outbox, within 10 s. A lasting token or scope error
// is returned at once: its sentence names the remedy. Run is called once.
func (b *Bot) Run(ctx context.Context) error {
	defer b.api.close()
	defer b.directory.close()
	// The work outlives ctx, to be finished.
	working, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	if err := b.recover(working); err != nil {
		return err
	}
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()
	var keepers sync.WaitGroup
	keepers.Go(func() { b.finished.run(keeping) })
	keepers.Go(func() { b.prune(keeping) })

	// The first of these to fail ends the others.
	serving, running := errgroup.WithContext(ctx)
	posting, stopPosting := context.WithCancel(keeping)
	defer stopPosting()
	delivered := make(chan struct{})
	serving.Go(func() error {
		return b.link.Run(running, func(e socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) { return b.take(working, e) })
	})
	serving.Go(func() error { return b.identify(running) })
	serving.Go(func() error { return b.boards.Run(running) })
	lost := make(chan error, 1)
	go func() {
		defer close(delivered)
		lost <- b.outbox.run(posting)
	}()
	serving.Go(func() error {
		select {
		case err := <-lost:
			return err
		case <-running.Done():
			return nil
		}
	})
	<-running.Done()
	ended := time.Now()
	err := serving.Wait()

	b.leave(ctx, ended, abandon)
	stopPosting()
	<-delivered
	stopKeeping()
	keepers.Wait()
	return err
}

// leave finishes what was accepted, as far as there is time for it since the end
// of Run's context, and delivers what waits. What has not begun by then is
// abandoned: the next start takes it up.
func (b *Bot) leave(ctx context.Context, ended time.Time, abandon context.CancelFunc) {
	b.Log.Info("leaving Slack: finishing what was accepted")
	drain, cancel := context.WithDeadline(context.WithoutCancel(ctx), ended.Add(b.within.drain))
	defer cancel()
	b.lanes.close(drain)
	if drain.Err() != nil {
		taken, _ := b.lanes.count()
		b.Log.Warn("not everything could be finished in time; the next start settles it", "envelopes", taken)
	}
	abandon()
	b.lanes.abandon()
	_ = b.notices.Wait() // its functions return no errors
	flush, cancelFlush := context.WithDeadline(context.WithoutCancel(ctx), ended.Add(b.within.drain+flushWithin))
	defer cancelFlush()
	b.outbox.flush(flush)
}

// identify learns who we are and which scopes we have, says which of them are
// missing, and keeps watching the bot token. It fails only where Slack will never
// take that.
func (b *Bot) identify(ctx context.Context) error {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = time.Second, time.Minute
	for {
		_, err := b.api.whoami(ctx)
		if err == nil {
			break
		}
		if fault := barred(err); fault != nil {
			return fault
		}
		if ctx.Err() == nil {
			b.Log.Warn("who we are in Slack could not be learned yet; trying again", "problem", problemName(err))
		}
		select {
		case <-time.After(max(wait.NextBackOff(), retryAfter(err))):
		case <-ctx.Done():
			return nil
		}
	}
	for _, s := range Scopes() {
		if b.api.lacks(s) {
			b.Log.Warn("the bot token lacks a scope; what needs it is left out", "scope", s)
		}
	}
	return b.watchToken(ctx)
}

// watchToken asks from time to time whether Slack still takes the bot token, and
// fails where it never will again: a bot that says nothing for a while would
// otherwise not notice.
func (b *Bot) watchToken(ctx context.Context) error {
	tick := time.NewTicker(b.asksEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if _, err := b.api.background.AuthTestContext(ctx); err != nil {
			if fault := barred(err); fault != nil {
				return fault
			}
		}
	}
}

// serviceGuide asks the Service, which is there by the time that anyone types.
type serviceGuide struct{ b *Bot }

func (g serviceGuide) SuggestRooms(ctx context.Context, c commands.Caller, typed string, limit int) []commands.Candidate {
	return g.b.Service.SuggestRooms(ctx, c, typed, limit)
}

func (g serviceGuide) SuggestPeople(ctx context.Context, c commands.Caller, room, typed string, limit int) []commands.Candidate {
	return g.b.Service.SuggestPeople(ctx, c, room, typed, limit)
}

func (g serviceGuide) CanTell(room string) bool { return g.b.Service.CanTell(room) }

func (g serviceGuide) Undoable(c moderation.Case) (moderation.Action, bool) {
	return g.b.Service.Undoable(c)
}

// Directory returns what Slack knows about people, with caches of at most 60 s.
func (b *Bot) Directory() commands.Directory { return b.directory }

// Ready reports whether a link to Slack was alive within the last ping
// interval, and why not. Where it was, why names the channels that take no
// messages, "" where all is well.
func (b *Bot) Ready() (ok bool, why string) {
	alive, why := b.link.Alive()
	if alive == 0 {
		return false, why
	}
	return true, b.outbox.trouble()
}

// Posted tells the outbox that posts were queued.
func (b *Bot) Posted() { b.outbox.posted() }

// aside runs f beside the workers, with a deadline, unless too much runs there already.
func (b *Bot) aside(ctx context.Context, f func(ctx context.Context)) {
	started := b.notices.TryGo(func() error {
		defer b.survive("what is said beside the work")
		ctx, cancel := context.WithTimeout(ctx, 2*interactiveWithin)
		defer cancel()
		f(ctx)
		return nil
	})
	if !started {
		b.metrics.dropped.Inc()
	}
}

// survive keeps a panic of what nobody waits for from ending the program: it is
// deferred, and says in the log what panicked.
func (b *Bot) survive(what string) {
	if fault := recover(); fault != nil {
		b.metrics.panics.Inc()
		b.Log.Error(what+" panicked", "panic", fault, "stack", string(debug.Stack()))
	}
}

// tellOwners sends every owner a direct message.
func (b *Bot) tellOwners(ctx context.Context, says moderation.Sentence) {
	m := b.renderer.answer(commands.Notice{Tone: commands.Failure, Says: []moderation.Sentence{says}})
	for _, owner := range b.Owners {
		if err := b.direct(ctx, owner, m); err != nil {
			b.Log.Warn("an owner could not be told", "owner", owner, "problem", problemName(err))
		}
	}
}

// message is what the renderer makes and the link delivers: as an ack's
// payload, by a response URL, or as a channel message.
type message struct {
	Text     string
	Blocks   []slack.Block
	Metadata *slack.SlackMetadata
}

// press is what a block action, a dialog's submission or a shortcut asks for.
type press struct {
	Invocation commands.Invocation
	// Dialog is set where the press opens a dialog with Invocation's words filled in.
	Dialog bool
	// Link is set where Slack wants an ack and nothing else (a link button, a
	// select that only holds a value).
	Link bool
	// Each is set where several people were chosen: these are done one after the
	// other instead of Invocation.
	Each []commands.Invocation
	// List is the list in which the button stands: it is asked for again once the
	// work is done and replaces the message.
	List *commands.Invocation
	// Faults are the fields of a submission that cannot be right, by block id: the
	// ack is then response_action errors and nothing is kept or done.
	Faults map[string]string
	// View is set where a choice in a dialog changes the dialog: it is updated to
	// this and nothing else is done.
	View *slack.ModalViewRequest
	// ViewID and ViewType (modal, home) name the view that the press came from, if any.
	ViewID, ViewType string
	// TriggerID opens a dialog within 3 s, once.
	TriggerID string
	// Shown says by argument how words that are ids are shown in a dialog.
	Shown commands.Args
	// Home is set where the App Home is to be drawn anew and nothing else is done.
	Home bool
	// Board is the room, provider:ROOMID, whose boards are to be drawn anew and
	// nothing else is done.
	Board string
	// Ephemeral is set where only the presser sees the message. Any other is a
	// case's or a board: it changes by itself, and the answer stands beside it.
	Ephemeral bool
	// ResponseURL replaces the message that the press came from, if any.
	ResponseURL string
	ChannelID   string
}
