// Package bot is roomwarden in Slack: the Socket Mode link that loses nothing,
// the inbox in front of the work, the answers, dialogs, boards and App Home as
// Block Kit, and the delivery of cases to the audit channel. It knows nothing
// of providers: it turns deliveries into commands.Invocation and answers into
// messages.
package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
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
	Service     *commands.Service
	Store       store.Store
	Words       *words.Printer
	Log         *slog.Logger
	Metrics     prometheus.Registerer
	// AllowExternal lets guests and people of other workspaces be known to permissions.
	AllowExternal bool
}

// Bot is the Slack side of roomwarden.
type Bot struct {
	Config
}

// New makes a bot; nothing is sent before Run.
func New(c Config) (*Bot, error) { return &Bot{Config: c}, nil }

// Run holds the link to Slack until ctx ends, then finishes what was accepted
// and delivers or keeps the outbox, within 10 s. A lasting token or scope error
// is returned at once: its sentence names the remedy.
func (b *Bot) Run(ctx context.Context) error { panic("not yet") }

// Directory returns what Slack knows about people, with caches of at most 60 s.
func (b *Bot) Directory() commands.Directory { panic("not yet") }

// Ready reports whether a link to Slack was alive within the last ping interval.
func (b *Bot) Ready() (ok bool, why string) { panic("not yet") }

// Posted tells the outbox that posts were queued.
func (b *Bot) Posted() { panic("not yet") }

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
	// ViewID, ViewHash and ViewType (modal, home) name the view that the press
	// came from, if any.
	ViewID, ViewHash, ViewType string
	// TriggerID opens a dialog within 3 s, once.
	TriggerID string
	// Shown says by argument how words that are ids are shown in a dialog.
	Shown commands.Args
	// Home is set where the App Home is to be drawn anew and nothing else is done.
	Home bool
	// Ephemeral is set where only the presser sees the message. Any other is a
	// case's or a board: it changes by itself, and the answer stands beside it.
	Ephemeral bool
	// ResponseURL replaces the message that the press came from, if any.
	ResponseURL string
	ChannelID   string
	MessageTS   string
	ActedAt     time.Time
}
