package commands

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// policyCache keeps the policy of the last reading.
type policyCache struct {
	mu   sync.Mutex
	last reading
}

// reading is a policy with the revisions of what it was made from: it is good
// as long as both are those of the store.
type reading struct {
	grants, presets uint64
	policy          *moderation.Policy
}

func (c *policyCache) get() reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

func (c *policyCache) keep(r reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = r
}

// policy returns the policy as it stands in the store now.
func (s *Service) policy(ctx context.Context) (*moderation.Policy, error) {
	var r reading
	err := s.view(ctx, func(tx store.Tx) (err error) {
		r, err = s.read(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.policies.keep(r)
	return r.policy, nil
}

// read is policy inside a transaction. It sees what the transaction wrote, so
// its result is kept for others only once that is committed.
func (s *Service) read(tx store.Tx) (reading, error) {
	var r reading
	var err error
	if r.grants, err = store.Grants.Revision(tx); err != nil {
		return r, err
	}
	if r.presets, err = store.Presets.Revision(tx); err != nil {
		return r, err
	}
	if known := s.policies.get(); known.policy != nil && known.grants == r.grants && known.presets == r.presets {
		return known, nil
	}
	c := moderation.PolicyConfig{
		Owners: s.Rules.Owners, Protections: s.Rules.Protect, AllowExternal: s.Rules.AllowExternal,
	}
	for _, t := range s.Rules.Tokens {
		subject := moderation.Subject{Kind: moderation.TokenSubject, ID: t.Name}
		c.Tokens = append(c.Tokens, moderation.Grant{Subject: subject, Preset: t.Preset, Scope: t.Scope, AuthID: t.AuthID})
	}
	if c.Grants, err = store.Grants.All(tx, ""); err != nil {
		return r, err
	}
	if c.Presets, err = store.Presets.All(tx, ""); err != nil {
		return r, err
	}
	r.policy = moderation.NewPolicy(c)
	return r, nil
}

// asker reads what a caller is. What cannot be read leaves the standing
// unknown, and unknown is refused; what Slack never tells the app still lets
// the owners in whom the configuration names.
func (s *Service) asker(ctx context.Context, c Caller) moderation.Asker {
	a := moderation.Asker{Actor: c.Actor}
	if c.Actor.Kind != moderation.SlackUser || c.Actor.ID == "" || s.Directory == nil {
		return a
	}
	person, err := s.Directory.User(ctx, c.Actor.ID)
	if err != nil {
		s.Log.WarnContext(ctx, "who a caller is cannot be read", "user", c.Actor.ID, "error", err)
		if errors.Is(err, ErrWithheld) {
			a.Standing = moderation.Withheld
		}
		return a
	}
	a.Standing = person.standing()
	return a
}

func (p Person) standing() moderation.Standing {
	switch {
	case p.Deleted:
		return moderation.Deleted
	case p.Bot:
		return moderation.BotUser
	case p.External:
		return moderation.External
	case p.Guest:
		return moderation.Guest
	default:
		return moderation.Member
	}
}

// membershipsAtOnce bounds how many groups and channels Slack is asked about at
// a time for one decision.
const membershipsAtOnce = 4

// readMemberships asks which of the groups and channels the asker is in.
func (s *Service) readMemberships(ctx context.Context, a *moderation.Asker, shared []moderation.Subject) {
	type answer struct {
		in  bool
		err error
	}
	answers := make([]answer, len(shared))
	var group errgroup.Group
	group.SetLimit(membershipsAtOnce)
	for i, subject := range shared {
		group.Go(func() error {
			answers[i].in, answers[i].err = s.isMember(ctx, subject, a.Actor.ID)
			return nil
		})
	}
	_ = group.Wait() // each answer has its own error
	for i, subject := range shared {
		switch {
		case answers[i].err != nil:
			s.Log.WarnContext(ctx, "who is in a group cannot be read", "group", subject.ID, "error", answers[i].err)
			a.Unread = append(a.Unread, subject)
		case answers[i].in:
			a.In = append(a.In, subject)
		}
	}
}

func (s *Service) isMember(ctx context.Context, subject moderation.Subject, user string) (bool, error) {
	switch {
	case s.Directory == nil:
		return false, moderation.Errorf(moderation.CodeUnavailable, "no directory of users")
	case subject.Kind == moderation.GroupSubject:
		return s.Directory.InGroup(ctx, subject.ID, user)
	default:
		return s.Directory.InChannel(ctx, subject.ID, user)
	}
}

// ruled is a refusal found inside a transaction.
type ruled struct{ Decision }

func (ruled) Error() string { return "refused" }

// stillAllowed decides questions again inside a transaction, by the policy that
// it writes over: a right taken away meanwhile is not used any more. The facts
// about who asks are those that were read a moment ago.
func (s *Service) stillAllowed(tx store.Tx, asked []moderation.Question) error {
	if len(asked) == 0 {
		return nil
	}
	r, err := s.read(tx)
	if err != nil {
		return err
	}
	for _, q := range asked {
		if d := r.policy.Decide(q); !d.Allowed {
			return ruled{d}
		}
	}
	return nil
}
