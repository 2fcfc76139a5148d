package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// ownFault is an error of one message that others in the channel do not have.
type ownFault struct{ cause error }

func (f *ownFault) Error() string { return f.cause.Error() }
func (f *ownFault) Unwrap() error { return f.cause }

// deliver brings one case's message up to date: by an update where we know the
// message, else by a new one. Before a new one is sent, the post is marked
// uncertain in the store; where that mark is found, an earlier try may have come
// through, and the channel is searched before another is sent.
func (c *channel) deliver(ctx context.Context, p store.Post) error {
	one, err := c.state(ctx, &p)
	if err != nil || p.Shown >= p.Want {
		return err
	}
	id, err := c.resolve(ctx)
	if err != nil && c.personal() && slackError(err) != "" && judge(err) == undone {
		c.log.Warn("someone cannot be told of a case in a direct message", "user", c.name, "case", p.Case, "problem", problemName(err))
		return c.save(ctx, p, one.Seq, "given_up")
	}
	if err != nil {
		return c.failed(ctx, p, err)
	}
	if p.Uncertain && p.PostedAs == "" {
		if err := c.search(ctx, id, &p); err != nil {
			return c.failed(ctx, p, err)
		}
		if p.Shown >= one.Seq {
			return c.save(ctx, p, one.Seq, "found")
		}
	}
	m := c.renderer.caseMessage(one)
	if p.PostedAs != "" {
		err := c.plainer(m, func(m message) error {
			_, _, _, err := c.api.background.UpdateMessageContext(ctx, p.PostedIn, p.PostedAs, messageOptions(m)...)
			return err
		})
		if err == nil {
			return c.save(ctx, p, one.Seq, "updated")
		}
		if !isGone(err) {
			return c.failed(ctx, p, err)
		}
		p.PostedIn, p.PostedAs = "", "" // someone deleted it: the channel gets it again
	}
	return c.send(ctx, id, p, m, one.Seq)
}

// send posts a new message.
func (c *channel) send(ctx context.Context, id string, p store.Post, m message, seq uint64) error {
	p.Uncertain = true
	if err := c.write(ctx, p); err != nil {
		return err
	}
	err := c.plainer(m, func(m message) error {
		var err error
		p.PostedIn, p.PostedAs, err = c.api.background.PostMessageContext(ctx, id, messageOptions(m)...)
		p.PostedIn = cmp.Or(p.PostedIn, id)
		return err
	})
	if err == nil {
		return c.save(ctx, p, seq, "posted")
	}
	p.PostedIn, p.PostedAs = "", ""
	p.Uncertain = judge(err) == uncertain
	return c.failed(ctx, p, err)
}

// plainer tries without blocks where Slack does not take them: a case that is
// told in words alone is told.
func (c *channel) plainer(m message, send func(message) error) error {
	err := send(m)
	if err == nil || !isMessageFault(err) {
		return err
	}
	c.log.Error("Slack does not take a case's blocks; it is told in words alone", "channel", c.name, "problem", problemName(err))
	m.Blocks = nil
	if err = send(m); err != nil && isMessageFault(err) {
		return &ownFault{err}
	}
	return err
}

func isMessageFault(err error) bool {
	switch name := slackError(err); name {
	case "msg_too_long", "msg_blocks_too_long", "no_text", "metadata_too_large", "metadata_must_be_sent_from_app":
		return true
	default:
		return strings.HasPrefix(name, "invalid_blocks") || strings.HasPrefix(name, "invalid_metadata") || name == "invalid_arguments"
	}
}

// isGone reports whether there is no message any more that could be updated.
func isGone(err error) bool {
	switch slackError(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed", "is_inactive":
		return true
	default:
		return false
	}
}

// state reads the post and its case as they stand now.
func (c *channel) state(ctx context.Context, p *store.Post) (one moderation.Case, err error) {
	err = c.store.View(ctx, func(tx store.Tx) error {
		var err error
		if *p, err = tx.Post(p.Channel, p.Case); err != nil {
			return err
		}
		one, err = tx.Case(p.Case)
		return err
	})
	return one, err
}

// save enters a delivery that came through.
func (c *channel) save(ctx context.Context, p store.Post, seq uint64, result string) error {
	p.Shown, p.Uncertain, p.Tries, p.Problem = seq, false, 0, ""
	c.metrics.posts.WithLabelValues(result).Inc()
	return c.write(ctx, p)
}

// failed enters a delivery that did not, and returns why.
func (c *channel) failed(ctx context.Context, p store.Post, cause error) error {
	p.Tries++
	p.Problem = problemName(cause)
	if err := c.write(ctx, p); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

func (c *channel) write(ctx context.Context, p store.Post) error {
	return c.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error { return tx.SavePost(p) })
}

// search looks in the channel for the message of an earlier try. Without the
// scope to read the channel it leaves the post as it is: the case may then be
// told twice, but it is told.
func (c *channel) search(ctx context.Context, id string, p *store.Post) error {
	_, err := findMessage(ctx, c.api.background, id, p.QueuedAt, func(m slack.Message) bool {
		number, seq, ok := caseIn(m.Metadata)
		if !ok || number != p.Case {
			return false
		}
		p.PostedIn, p.PostedAs, p.Shown = id, m.Timestamp, max(p.Shown, seq)
		return true
	})
	if errors.Is(err, errUnseen) {
		c.log.Warn("whether an earlier try came through cannot be seen; the case may be told twice",
			"channel", c.name, "case", p.Case, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the message of case %d: %w", p.Case, err)
	}
	return nil
}

// caseIn reads which record of which case a message shows.
func caseIn(m slack.SlackMetadata) (number, seq uint64, ok bool) {
	if m.EventType != caseEvent {
		return 0, 0, false
	}
	read := func(name string) uint64 {
		switch v := m.EventPayload[name].(type) {
		case float64:
			return uint64(v)
		case json.Number:
			n, err := strconv.ParseUint(v.String(), 10, 64)
			if err != nil {
				return 0
			}
			return n
		default:
			return 0
		}
	}
	number, seq = read("case"), read("seq")
	return number, seq, number > 0
}

// personal reports whether the channel is someone's direct messages.
func (c *channel) personal() bool { return userID.MatchString(c.name) }

// resolve returns the channel's id; a #name is looked up, and a user's direct
// messages are opened, once. Where the app may list no channels the name stays:
// Slack takes it for a message, too.
func (c *channel) resolve(ctx context.Context) (string, error) {
	name, isName := strings.CutPrefix(c.name, "#")
	switch {
	case c.id != "":
		return c.id, nil
	case c.personal():
		open := &slack.OpenConversationParameters{Users: []string{c.name}, ReturnIM: true}
		opened, _, _, err := c.api.background.OpenConversationContext(ctx, open)
		if err != nil {
			return "", fmt.Errorf("open the direct messages of %s: %w", c.name, err)
		}
		c.id = opened.ID
		return c.id, nil
	case !isName:
		return c.name, nil
	}
	q := &slack.GetConversationsParameters{ExcludeArchived: true, Limit: 1000, Types: []string{"public_channel", "private_channel"}}
	for {
		page, next, err := c.api.background.GetConversationsContext(ctx, q)
		if withheld(err) {
			return c.name, nil
		}
		if err != nil {
			return "", fmt.Errorf("look for the channel %s: %w", c.name, err)
		}
		for _, found := range page {
			if found.Name == name {
				c.id = found.ID
				return c.id, nil
			}
		}
		if next == "" {
			return "", fmt.Errorf("look for the channel %s: %w", c.name, slack.SlackErrorResponse{Err: "channel_not_found"})
		}
		q.Cursor = next
	}
}
