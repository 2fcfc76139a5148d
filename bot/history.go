package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// looksBack is how much earlier than a message was to be posted it is looked
// for: more than clocks differ.
const looksBack = 10 * time.Minute

// errUnseen says that the app may not read what stands in a channel.
var errUnseen = errors.New("without the scopes channels:history and groups:history the channel cannot be read")

// history is what finding one's own message again asks of Slack.
type history interface {
	AuthTestContext(ctx context.Context) (*slack.AuthTestResponse, error)
	GetConversationHistoryContext(ctx context.Context, q *slack.GetConversationHistoryParameters) (*slack.GetConversationHistoryResponse, error)
}

// findMessage looks in a channel, from a time on, for a message of ours of which
// an earlier try may have come through: any app may post what looks like one. It
// asks fits until that says yes, and reports whether it did; errUnseen where the
// scope to read is missing.
func findMessage(ctx context.Context, h history, channel string, since time.Time, fits func(slack.Message) bool) (found bool, err error) {
	self, err := h.AuthTestContext(ctx)
	if err != nil {
		return false, err
	}
	q := &slack.GetConversationHistoryParameters{
		ChannelID: channel, IncludeAllMetadata: true, Limit: 200,
		Oldest: strconv.FormatInt(since.Add(-looksBack).Unix(), 10),
	}
	for {
		page, err := h.GetConversationHistoryContext(ctx, q)
		switch {
		case withheld(err), strings.HasPrefix(channel, "#") && slackError(err) == "channel_not_found":
			return false, errUnseen
		case err != nil:
			return false, err
		}
		for _, m := range page.Messages {
			if isOwn(m, self) && fits(m) {
				return true, nil
			}
		}
		if !page.HasMore || page.ResponseMetaData.NextCursor == "" {
			return false, nil
		}
		q.Cursor = page.ResponseMetaData.NextCursor
	}
}

// isOwn reports whether a message is from the app whose token we hold.
func isOwn(m slack.Message, self *slack.AuthTestResponse) bool {
	return self.BotID != "" && m.BotID == self.BotID || self.UserID != "" && m.User == self.UserID
}
