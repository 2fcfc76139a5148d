package bot

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// lastingProblem reports whether someone must do something in Slack about it.
func lastingProblem(name string) bool {
	switch name {
	case "not_in_channel", "channel_not_found", "is_archived", "missing_scope", "no_permission", "access_denied",
		"not_allowed", "channel_is_limited_access", "ekm_access_denied", "team_access_not_granted":
		return true
	default:
		return strings.HasPrefix(name, "restricted_action")
	}
}

// told remembers by channel which problem the owners were told of.
const told = store.Collection[string]("outbox-told")

// broken says that a channel takes nothing: in the log and to the owners once,
// on /-/ready as long as it lasts.
func (c *channel) broken(ctx context.Context, name string) {
	c.mu.Lock()
	known := c.problems[c.name] == name
	c.problems[c.name] = name
	c.mu.Unlock()
	c.id = "" // the channel may be another one by the time it works again
	if known {
		return
	}
	c.log.Error("the audit channel takes no messages; they are kept and delivered once that is mended", "channel", c.name, "problem", name)
	fresh := false
	err := c.store.Update(ctx, func(tx store.Tx) error {
		before, _, err := told.Get(tx, c.name)
		fresh = before != name
		if err != nil || !fresh {
			return err
		}
		return told.Put(tx, c.name, name)
	})
	if err == nil && fresh {
		c.tell(ctx, moderation.Say("slack.channel_broken", "Channel", channelArg(c.name), "Problem", moderation.Literal(name), "Remedy", channelRemedy(name)))
	}
}

// channelRemedy is what to do about a channel's problem.
func channelRemedy(name string) moderation.Sentence {
	switch name {
	case "not_in_channel", "channel_not_found":
		return moderation.Say("slack.channel_invite")
	case "is_archived":
		return moderation.Say("slack.channel_archived")
	case "missing_scope":
		return moderation.Say("slack.channel_scope")
	default:
		return moderation.Say("slack.channel_other")
	}
}

// channelArg shows a channel as Slack does where its id is known.
func channelArg(name string) any {
	if strings.HasPrefix(name, "#") {
		return moderation.Literal(name)
	}
	return moderation.ChannelID(name)
}

// mended forgets a problem that is over.
func (c *channel) mended(ctx context.Context) {
	c.mu.Lock()
	_, was := c.problems[c.name]
	delete(c.problems, c.name)
	c.mu.Unlock()
	if !was {
		return
	}
	c.log.Info("the audit channel takes messages again", "channel", c.name)
	err := c.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		_, err := told.Delete(tx, c.name)
		return err
	})
	if err != nil {
		c.log.Warn("that a channel is mended could not be written down", "channel", c.name, "error", err)
	}
}

// trouble names the channels that take nothing, with why.
func (o *outbox) trouble() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, name := range slices.Sorted(maps.Keys(o.problems)) {
		all = append(all, "channel "+name+": "+o.problems[name])
	}
	return strings.Join(all, ", ")
}
