package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

// NewPatient is New, for a machine so busy that what a test is not about may
// take as long as it likes. What shows a dialog's result again waits for a value
// from dialog.
func NewPatient(c Config, dialog <-chan time.Time) (*Bot, error) {
	p := asSlack
	p.ack, p.keep, p.trigger, p.outcome, p.drain = time.Minute, time.Minute, time.Minute, time.Minute, time.Minute
	p.dialog = func() <-chan time.Time { return dialog }
	return newBot(c, p)
}

// What the black-box tests of the drawing need.

// Renderer is renderer.
type Renderer = renderer

// Message is message.
type Message = message

// NewRenderer is newRenderer.
func NewRenderer(w *words.Printer, table []*commands.Command) *Renderer {
	return newRenderer(w, table, nil)
}

// Offering makes dialogs offer these reasons.
func (r *renderer) Offering(reasons []string) *Renderer { return r.offering(reasons) }

// Answer draws an answer.
func (r *renderer) Answer(a commands.Answer) Message { return r.answer(a) }

// CaseMessage draws a case.
func (r *renderer) CaseMessage(c moderation.Case) Message { return r.caseMessage(c) }

// Escape is the text of a name in mrkdwn.
func Escape(s string) string { return mrkdwn{}.Text(s) }

// Literal is a name as a code span.
func Literal(s string) string { return mrkdwn{}.Literal(s) }

// Fit is fit.
func Fit(s string, limit int) string { return fit(s, limit) }

// Press is press.
type Press = press

// Origin is origin.
type Origin = origin

// ReadPress reads a block_actions payload.
func (r *renderer) ReadPress(payload []byte) (Press, error) { return r.readPress(payload) }

// ReadSubmission reads a view_submission payload.
func (r *renderer) ReadSubmission(payload []byte) (Press, error) { return r.readSubmission(payload) }

// Dialog draws a dialog.
func (r *renderer) Dialog(m commands.Missing, from Origin) slack.ModalViewRequest {
	return r.dialog(m, from)
}

// OfferDialog draws the dialog that a press opens.
func (r *renderer) OfferDialog(p Press) slack.ModalViewRequest { return r.offerDialog(p) }

// WorkingView draws what a dialog shows while it works.
func (r *renderer) WorkingView(p Press) slack.ModalViewRequest { return r.workingView(p) }

// ResultView draws a dialog's result.
func (r *renderer) ResultView(a commands.Answer, p Press) slack.ModalViewRequest {
	return r.resultView(a, p)
}

// Suggest answers typeahead.
func (r *renderer) Suggest(ctx context.Context, payload []byte) any { return r.suggest(ctx, payload) }

// WithGuide sets who answers typeahead.
func (r *renderer) WithGuide(g guide) *Renderer { r.guide = g; return r }

// Wish is what a button carries.
type Wish = wish

// Encode writes a wish.
func (w wish) Encode(limit int) (string, bool) { return w.encode(limit) }

// EncodeFit writes a wish without what does not fit.
func (w wish) EncodeFit(limit int) (string, bool) { return w.encodeFit(limit) }

// DecodeWish reads a wish.
func DecodeWish(text string) (Wish, error) { return decodeWish(text) }

// Home draws the App Home.
func (r *renderer) Home(h commands.HomePage) slack.HomeTabViewRequest { return r.home(h) }

// BoardMessage draws a board.
func (r *renderer) BoardMessage(b commands.Board, view commands.RoomPage, state commands.BoardState, changedAt time.Time) Message {
	return r.boardMessage(b, view, state, changedAt)
}

// BoardsService is boards.
type BoardsService = boards

// NewBoards is newBoards.
func NewBoards(st store.Store, source boardSource, api poster, r *Renderer, log *slog.Logger) *BoardsService {
	return newBoards(st, source, api, r, log)
}

// NewDirectory is newDirectory over Slack at c.APIURL.
func NewDirectory(c Config) commands.Directory { return newDirectory(newAPI(c)) }

// CloseDirectory is close.
func CloseDirectory(d commands.Directory) { d.(*directory).close() }

// Outlive is outlive.
func Outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	return outlive(ctx, by)
}

// AsksEvery sets how often Slack is asked about the bot token.
func (b *Bot) AsksEvery(d time.Duration) { b.asksEvery = d }
