package twiliovideo

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Look tells what became of an order. One that goes by rules may have reached
// some and not others: the rules of everyone say whom.
func (d *Driver) Look(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	if done, err := doneAt(o); done == nil {
		if err != nil {
			return moderation.Unknown, err
		}
		return provider.NewClient(d.name, Type.Name, unlooked{d}).Observe(ctx, o)
	}
	people, err := d.everyone(ctx, o.Room)
	switch {
	case moderation.CodeOf(err) == moderation.CodeNotFound, err == nil && len(people) == 0:
		return moderation.Failed, nil
	case err != nil:
		return moderation.Unknown, err
	}
	was, nothing, err := before(o, others(people, o.Participant.ID), ownRules(o)...)
	if err != nil || nothing {
		return moderation.Succeeded, err
	}
	if i := indexOf(people, was.Coaching); o.Action == moderation.ActionUncoach && o.Undoes && i >= 0 {
		o.Action, o.Listener = moderation.ActionCoach, people[i]
	}
	people = slices.DeleteFunc(people, func(p moderation.Participant) bool {
		return p.ID != o.Participant.ID && was.had(p.ID) || slices.Contains(was.Had, p.ID)
	})
	rules, err := d.rulesOf(ctx, o.Room, people)
	if err != nil {
		return moderation.Unknown, err
	}
	done, err := doneAt(o)
	if err != nil {
		return moderation.Unknown, err
	}
	asked, reached := 0, 0
	for _, p := range people {
		theirs, present := rules[p.ID]
		if !present {
			continue
		}
		counts, ok := done(p, theirs)
		if counts {
			asked++
		}
		if counts && ok {
			reached++
		}
	}
	if o.Action == moderation.ActionUncoach && reached == 1 && asked > 1 {
		reached = 0 // the listener alone never had the rule
	}
	switch reached {
	case asked:
		return moderation.Succeeded, nil
	case 0:
		return moderation.Failed, nil
	default:
		return moderation.Partial, nil
	}
}

// indexOf returns where a connection is among people; negative: nowhere.
func indexOf(people []moderation.Participant, sid string) int {
	return slices.IndexFunc(people, func(p moderation.Participant) bool { return p.ID == sid })
}

// unlooked is the driver without its Look.
type unlooked struct{ provider.Driver }

// ownRules names the person where an order changes their own rules.
func ownRules(o provider.Order) []string {
	if o.Action == moderation.ActionUnhold {
		return []string{o.Participant.ID}
	}
	return nil
}

// doneAt returns what tells by the rules of one subscriber whether an order is
// for them, and whether it was carried out there; nil for what is not done by rules.
func doneAt(o provider.Order) (func(s moderation.Participant, rules []rule) (counts, done bool), error) {
	kind, err := kindOf(o.Media)
	if err != nil {
		return nil, err
	}
	p := o.Participant
	other := func(done func(rules []rule) bool) func(moderation.Participant, []rule) (bool, bool) {
		return func(s moderation.Participant, rules []rule) (bool, bool) { return s.ID != p.ID, done(rules) }
	}
	switch o.Action {
	case moderation.ActionMute:
		return other(func(rules []rule) bool { return effective(rules, muteRule(p, kind)) }), nil
	case moderation.ActionUnmute:
		return other(func(rules []rule) bool { return !silences(rules, p, kind) }), nil
	case moderation.ActionMuteAll:
		wanted := muteAllEdit(o, kind)
		return func(s moderation.Participant, rules []rule) (bool, bool) {
			return true, slices.Equal(wanted(s, rules), rules)
		}, nil
	case moderation.ActionHold:
		return func(s moderation.Participant, rules []rule) (bool, bool) {
			return true, s.ID == p.ID && apart(rules) || s.ID != p.ID && effective(rules, holdRule(p))
		}, nil
	case moderation.ActionUnhold:
		return func(s moderation.Participant, rules []rule) (bool, bool) {
			return true, s.ID == p.ID && !apart(rules) || s.ID != p.ID && !slices.Contains(rules, holdRule(p))
		}, nil
	case moderation.ActionCoach:
		return func(s moderation.Participant, rules []rule) (bool, bool) {
			has := slices.Contains(rules, whisperRule(p))
			return s.ID != p.ID && (has || s.ID != o.Listener.ID), has && s.ID != o.Listener.ID
		}, nil
	case moderation.ActionUncoach:
		return other(func(rules []rule) bool { return !slices.Contains(rules, whisperRule(p)) }), nil
	default:
		return nil, nil
	}
}

// rulesOf reads the rules of each that is still there, by connection.
func (d *Driver) rulesOf(ctx context.Context, room moderation.Room, people []moderation.Participant) (map[string][]rule, error) {
	read := make([][]rule, len(people))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, p := range people {
		group.Go(func() (err error) {
			read[i], err = d.readRules(ctx, room, p.ID)
			if left(err) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	rules := map[string][]rule{}
	for i, p := range people {
		if read[i] != nil {
			rules[p.ID] = read[i]
		}
	}
	return rules, nil
}
