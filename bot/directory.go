package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// directoryKeeps is how long what Slack said about people and groups is
// believed: a moderator who left the group may act so much longer at most.
const directoryKeeps = 60 * time.Second

// directory answers who people are from Slack's Web API. What cannot be read is
// an error, and an error is refused.
type directory struct {
	api      *api
	people   cache[commands.Person]
	groups   cache[map[string]bool]
	channels cache[map[string]bool]
	readings *readings
}

func newDirectory(a *api) *directory {
	r := &readings{}
	return &directory{
		api: a, readings: r,
		people:   cache[commands.Person]{readings: r},
		groups:   cache[map[string]bool]{readings: r},
		channels: cache[map[string]bool]{readings: r},
	}
}

// close ends the readings that are under way and waits for them; from then on
// what is not kept is not known.
func (d *directory) close() { d.readings.close() }

// User implements commands.Directory.
func (d *directory) User(ctx context.Context, id string) (commands.Person, error) {
	return d.people.get(ctx, id, func(ctx context.Context) (commands.Person, error) {
		self, err := d.api.whoami(ctx)
		if err != nil {
			return commands.Person{}, unread(err)
		}
		u, err := d.api.interactive.GetUserInfoContext(ctx, id)
		if err != nil {
			return commands.Person{}, unread(err)
		}
		external := u.IsStranger || u.TeamID != "" && self.teamID != "" && u.TeamID != self.teamID
		if self.enterpriseID != "" && u.Enterprise.EnterpriseID == self.enterpriseID {
			external = u.IsStranger
		}
		return commands.Person{
			Guest: u.IsRestricted || u.IsUltraRestricted, Deleted: u.Deleted, Bot: u.IsBot, External: external,
		}, nil
	})
}

// InGroup implements commands.Directory.
func (d *directory) InGroup(ctx context.Context, group, user string) (bool, error) {
	members, err := d.groups.get(ctx, group, func(ctx context.Context) (map[string]bool, error) {
		ids, err := d.api.interactive.GetUserGroupMembersContext(ctx, group)
		if err != nil {
			return nil, unread(err)
		}
		return setOf(ids), nil
	})
	return members[user], err
}

// InChannel implements commands.Directory.
func (d *directory) InChannel(ctx context.Context, channel, user string) (bool, error) {
	members, err := d.channels.get(ctx, channel, func(ctx context.Context) (map[string]bool, error) {
		all := make(map[string]bool)
		q := &slack.GetUsersInConversationParameters{ChannelID: channel, Limit: 1000}
		for {
			ids, next, err := d.api.interactive.GetUsersInConversationContext(ctx, q)
			if err != nil {
				return nil, unread(err)
			}
			for _, id := range ids {
				all[id] = true
			}
			if next == "" {
				return all, nil
			}
			q.Cursor = next
		}
	})
	return members[user], err
}

// heard drops what an event says is no longer so.
func (d *directory) heard(e event) {
	switch e.Type {
	case "user_change":
		d.people.drop(e.userID())
	case "subteam_members_changed":
		d.groups.drop(e.SubteamID)
	case "member_left_channel":
		d.channels.drop(e.channelID())
	}
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// withheld reports whether an error says that Slack lets the app not read this
// at all.
func withheld(err error) bool {
	switch slackError(err) {
	case "missing_scope", "unknown_method", "no_permission":
		return true
	default:
		return false
	}
}

// unread is the error for what Slack would not tell.
func unread(err error) error {
	code := moderation.CodeUnavailable
	switch name := slackError(err); {
	case retryAfter(err) > 0:
		code = moderation.CodeRateLimited
	case name == "user_not_found" || name == "no_such_subteam" || name == "channel_not_found":
		code = moderation.CodeNotFound
	case withheld(err):
		code, err = moderation.CodeRejected, fmt.Errorf("%w: %w", commands.ErrWithheld, err)
	case name != "":
		code = moderation.CodeRejected
	}
	return &moderation.Error{Code: code, Cause: err, RetryAfter: retryAfter(err), Repeatable: true}
}

// cacheSize bounds a cache; one that is full starts anew.
const cacheSize = 10_000

// cache keeps values by key for directoryKeeps. Callers who ask for the same
// key at once share one reading.
type cache[V any] struct {
	readings *readings
	reading  singleflight.Group
	mu       sync.Mutex
	kept     map[string]kept[V]
	drops    uint64 // grows with each drop: a reading from before is not kept
}

type kept[V any] struct {
	value V
	until time.Time
}

// get returns the value of a key, read by read where it is not kept. The
// reading goes on where ctx ends, for the others who wait for it.
func (c *cache[V]) get(ctx context.Context, key string, read func(context.Context) (V, error)) (V, error) {
	c.mu.Lock()
	k, ok := c.kept[key]
	drops := c.drops
	c.mu.Unlock()
	if ok && time.Now().Before(k.until) {
		return k.value, nil
	}
	result := c.reading.DoChan(key, func() (any, error) {
		ctx, done, err := c.readings.begin(ctx)
		if err != nil {
			return nil, err
		}
		defer done()
		value, err := read(ctx)
		if err == nil {
			c.keep(key, value, drops)
		}
		return value, err
	})
	var none V
	select {
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		value, ok := r.Val.(V)
		if !ok {
			return none, errors.New("a cache holds a value of another type")
		}
		return value, nil
	case <-ctx.Done():
		return none, moderation.Errorf(moderation.CodeUnavailable, "Slack has not answered: %w", ctx.Err())
	}
}

func (c *cache[V]) keep(key string, value V, drops uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops != drops {
		return
	}
	if c.kept == nil || len(c.kept) >= cacheSize {
		c.kept = make(map[string]kept[V])
	}
	c.kept[key] = kept[V]{value: value, until: time.Now().Add(directoryKeeps)}
}

func (c *cache[V]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	delete(c.kept, key)
	c.reading.Forget(key)
}
