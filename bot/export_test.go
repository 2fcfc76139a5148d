package bot

import (
	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// What the black-box tests of the drawing need.

// Renderer is renderer.
type Renderer = renderer

// Message is message.
type Message = message

// NewRenderer is newRenderer.
func NewRenderer(w *words.Printer, table []*commands.Command) *Renderer {
	return newRenderer(w, table, nil)
}

// Answer draws an answer.
func (r *renderer) Answer(a commands.Answer) Message { return r.answer(a) }

// CaseMessage draws a case.
func (r *renderer) CaseMessage(c moderation.Case) Message { return r.caseMessage(c) }

// Escape is the text of a name in mrkdwn.
func Escape(s string) string { return mrkdwn{}.Text(s) }

// Fit is fit.
func Fit(s string, limit int) string { return fit(s, limit) }

// Blocks is what JSON holds of a message.
func Blocks(b []slack.Block) slack.Blocks { return slack.Blocks{BlockSet: b} }
