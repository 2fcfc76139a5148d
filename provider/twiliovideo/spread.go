package twiliovideo

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// errFull is that a subscriber's rules are used up.
var errFull = errors.New("20 rules are used up")

// edit changes one subscriber's rules; it returns them unchanged where nothing is to do.
type edit func(subscriber moderation.Participant, rules []rule) []rule

// spread edits the rules of subscribers, several at a time and within the
// quota: one read each, and one write where something changes. It returns whom
// it did not reach, and an error where it reached nobody.
func (d *Driver) spread(ctx context.Context, o provider.Order, subscribers []moderation.Participant, change edit) (provider.Effect, error) {
	var (
		mu     sync.Mutex
		effect provider.Effect
		first  error
		group  errgroup.Group
	)
	group.SetLimit(atOnce)
	for _, s := range subscribers {
		group.Go(func() error {
			err := d.edit(ctx, o.Room, s, change)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				effect.Reached++
			case left(err): // who has left neither hears nor sees anybody
			default:
				if first == nil {
					first = err
				}
				effect.Unreached = append(effect.Unreached, moderation.Unreached{
					Identity: s.Identity, Name: s.DisplayName(), Why: why(err),
				})
			}
			if o.Progress != nil {
				o.Progress(effect.Reached+len(effect.Unreached), len(subscribers))
			}
			return nil
		})
	}
	_ = group.Wait()
	if first == nil && effect.Reached == 0 && len(subscribers) > 0 {
		return provider.Effect{}, moderation.Fault(moderation.CodeNotFound, "twilio-video.no_rules", "Room", o.Room.Name)
	}
	if first != nil && effect.Reached == 0 {
		if errors.Is(first, errFull) {
			return provider.Effect{}, moderation.Fault(moderation.CodeRejected, "twilio-video.rules_full").Because(first)
		}
		return provider.Effect{}, first
	}
	slices.SortFunc(effect.Unreached, func(a, b moderation.Unreached) int { return strings.Compare(a.Name, b.Name) })
	return effect, nil
}

// edit reads, changes and writes back one subscriber's rules, alone: of two
// orders at once the later would write over what the earlier has added.
func (d *Driver) edit(ctx context.Context, room moderation.Room, s moderation.Participant, change edit) error {
	done, err := d.editing.begin(ctx, s.ID)
	if err != nil {
		return err
	}
	defer done()
	rules, err := d.readRules(ctx, room, s.ID)
	if err != nil {
		return err
	}
	changed := change(s, rules)
	switch {
	case slices.Equal(rules, changed):
		return nil
	case len(changed) > mostRules && len(changed) > len(rules):
		return errFull
	}
	return d.writeRules(ctx, room, s.ID, changed)
}

// turns lets one goroutine at a time at each subscriber; those whose SIDs fall
// on the same place wait for each other too.
type turns [64]chan struct{}

func newTurns() *turns {
	var t turns
	for i := range t {
		t[i] = make(chan struct{}, 1)
	}
	return &t
}

// begin waits for its turn and returns how to end it.
func (t *turns) begin(ctx context.Context, subscriberSID string) (done func(), err error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(subscriberSID)) // never fails
	place := t[h.Sum32()%uint32(len(t))]
	select {
	case place <- struct{}{}:
		return func() { <-place }, nil
	case <-ctx.Done():
		return nil, moderation.Errorf(moderation.CodeUnavailable, "not sent: %w", ctx.Err())
	}
}

// why returns the key of the sentence that says why someone was not reached.
func why(err error) string {
	if errors.Is(err, errFull) || twiliorest.NumberOf(err) == twiliorest.CodeBadSubscribeRule {
		return "twilio-video.why.rules_full"
	}
	return twiliorest.Why(err)
}

// others returns everyone but the named connections.
func others(people []moderation.Participant, ids ...string) []moderation.Participant {
	return slices.DeleteFunc(slices.Clone(people), func(p moderation.Participant) bool { return slices.Contains(ids, p.ID) })
}
