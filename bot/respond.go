package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// A response URL takes so many posts for so long, by Slack's document; the
// margin is for clocks.
const (
	responsePosts = 5
	responseLife  = 29 * time.Minute
	// patience is how long an answer may take before "working…" is said.
	patience = time.Second
)

// reply is where the answer to one envelope goes.
type reply struct {
	url    string // the response URL, if there is one
	user   string // who gets a direct message where the URL is of no use
	at     time.Time
	used   int
	waited bool // "working…" was said
}

// responseMessage is a message as an ack or a response URL carries it. slack-go's
// own type writes nulls that Slack takes for content.
type responseMessage struct {
	ResponseType    string        `json:"response_type,omitempty"`
	ReplaceOriginal bool          `json:"replace_original,omitempty"`
	Text            string        `json:"text"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
}

// errSpent is the error of a response URL that takes no more.
var errSpent = errors.New("the response URL takes no more posts")

// deliver brings a message to whoever asked: by the response URL, else as a
// direct message, else it says in the log and in the case that it could not.
func (b *Bot) deliver(ctx context.Context, r *reply, m message, replace bool, caseNumber uint64) {
	body := responseMessage{ResponseType: "ephemeral", ReplaceOriginal: replace || r.waited, Text: m.Text, Blocks: m.Blocks}
	err := b.post(ctx, r, body)
	if err == nil {
		b.metrics.answers.WithLabelValues("response_url").Inc()
		return
	}
	direct := b.direct(ctx, r.user, m)
	if direct == nil {
		b.metrics.answers.WithLabelValues("direct_message").Inc()
		return
	}
	if ctx.Err() != nil {
		return // the work is taken up again, and so is its answer
	}
	b.metrics.answers.WithLabelValues("lost").Inc()
	b.Log.Error("an answer could not be delivered", "user", r.user, "case", caseNumber,
		"response_url", err.Error(), "direct_message", problemName(direct))
	b.noteUndelivered(ctx, r.user, caseNumber)
}

// post sends to the reply's response URL, twice where the first try failed: a
// message that its one reader sees twice is better than none.
func (b *Bot) post(ctx context.Context, r *reply, body responseMessage) error {
	if r.url == "" {
		return errors.New("there is no response URL")
	}
	var err error
	for range 2 {
		if r.used >= responsePosts || time.Since(r.at) > responseLife {
			return errSpent
		}
		r.used++
		if err = b.respond(ctx, r.url, body); err == nil || errors.Is(err, errSpent) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// respond posts to a response URL once. Its errors do not hold the address.
func (b *Bot) respond(ctx context.Context, to string, body responseMessage) error {
	ctx, cancel := context.WithTimeout(ctx, interactiveWithin)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return errors.New("the response URL is none")
	}
	q.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := b.api.http.Do(q)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("response URL: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return fmt.Errorf("response URL: %w", err)
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusNotFound, http.StatusGone:
		return errSpent
	case http.StatusTooManyRequests:
		return pauseFor(ctx, answer.Header.Get("Retry-After"))
	default:
		return fmt.Errorf("response URL: %s %s", answer.Status, words.Cut(words.Visible(string(said)), 100))
	}
}

// pauseFor waits as long as Slack asks, where ctx leaves the time.
func pauseFor(ctx context.Context, seconds string) error {
	err := errors.New("response URL: too many posts")
	s, _ := strconv.Atoi(seconds) // what cannot be read is taken for no time
	wait := time.Duration(s) * time.Second
	if at, ok := ctx.Deadline(); ok && time.Until(at) < wait {
		return err
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
	return err
}

// direct sends a direct message.
func (b *Bot) direct(ctx context.Context, user string, m message) error {
	if user == "" {
		return errors.New("nobody to send to")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*interactiveWithin)
	defer cancel()
	channel, _, _, err := b.api.interactive.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
	if err != nil {
		return err
	}
	_, _, err = b.api.interactive.PostMessageContext(ctx, channel.ID, messageOptions(m)...)
	return err
}

// messageOptions is a message as chat.postMessage and chat.update take it.
func messageOptions(m message) []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if len(m.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.Blocks...))
	}
	if m.Metadata != nil {
		options = append(options, slack.MsgOptionMetadata(*m.Metadata))
	}
	return options
}

// noteUndelivered writes into the case that its answer reached nobody.
func (b *Bot) noteUndelivered(ctx context.Context, user string, number uint64) {
	if number == 0 {
		return
	}
	if err := b.Service.Remark(ctx, number, moderation.Say("slack.answer_lost", "User", moderation.UserID(user))); err != nil {
		b.Log.Error("a lost answer could not be written into its case", "case", number, "error", err)
	}
}

// failure is the answer that says one sentence.
func failure(says moderation.Sentence) commands.Notice {
	return commands.Notice{Tone: commands.Failure, Says: []moderation.Sentence{says}}
}

// faultNotice is the answer that says an error.
func faultNotice(err error) commands.Notice {
	n := failure(words.Fault(err))
	n.Code = moderation.CodeOf(err)
	return n
}

// caseOf returns the case behind an answer, zero for none.
func caseOf(a commands.Answer) uint64 {
	switch a := a.(type) {
	case commands.CaseAnswer:
		return a.Case.Number
	case commands.Notice:
		return a.Case
	default:
		return 0
	}
}
