package commands

import (
	"context"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Target is what a caller wants to touch. Zero fields do not matter to the
// question; a zero Target asks whether there is anywhere that the caller may.
type Target struct {
	Room        moderation.Room // as read from the provider just now
	Participant *moderation.Participant
	// Everyone holds the people whom an action on the whole room touches, as
	// the end of it does, so that a protected one among them counts.
	Everyone  []moderation.Participant
	BanFor    time.Duration // bans: how long; Permanent where for ever
	Permanent bool
	// Within asks for the whole of a scope rather than a room.
	Within *moderation.Extent
	// Change is what manage_roles is wanted for.
	Change *moderation.Change
	// Explain asks for every reason, not the refusal alone.
	Explain bool
}

// Decision is whether a caller may do something, and why.
type Decision = moderation.Decision

// factsWithin bounds how long a decision waits for Slack and the store.
const factsWithin = 5 * time.Second

// may decides whether the caller holds a permission over a target now. It
// never fails open: what cannot be read is a refusal that says so. Groups and
// channels are asked about only where a grant to them could decide. Whoever
// acts asks it after everything else was read, and again for every press.
func (s *Service) may(ctx context.Context, c Caller, p moderation.Permission, t Target) Decision {
	d, _ := s.judge(ctx, c, p, t)
	return d
}

// judge is may, with the question as it was asked in the end: with it the
// decision can be made again by another policy, as inside a transaction.
func (s *Service) judge(ctx context.Context, c Caller, p moderation.Permission, t Target) (Decision, moderation.Question) {
	ctx, cancel := context.WithTimeout(ctx, factsWithin)
	defer cancel()
	q := s.shownAs(t).question(p)
	policy, err := s.policy(ctx)
	if err != nil {
		return s.storeUnread(ctx, p, err), q
	}
	q.Asker = s.asker(ctx, c)
	d := policy.Decide(q)
	if d.Allowed || c.Actor.Kind != moderation.SlackUser {
		return d, q
	}
	shared := policy.Shared(q)
	if len(shared) == 0 {
		return d, q
	}
	s.readMemberships(ctx, &q.Asker, shared)
	return policy.Decide(q), q
}

func (t Target) question(p moderation.Permission) moderation.Question {
	return moderation.Question{
		Permission: p, Room: t.Room, Participant: t.Participant, Everyone: t.Everyone,
		BanFor: t.BanFor, Permanent: t.Permanent, Within: t.Within, Change: t.Change, Explain: t.Explain, At: time.Now(),
	}
}

// shownAs gives the people of a target the names by which a refusal may call
// them: whom a rule protects may be a telephone number.
func (s *Service) shownAs(t Target) Target {
	if t.Participant != nil {
		one := *t.Participant
		one.Name = s.nameOf(one)
		t.Participant = &one
	}
	t.Everyone = slices.Clone(t.Everyone)
	for i, one := range t.Everyone {
		t.Everyone[i].Name = s.nameOf(one)
	}
	return t
}

func (s *Service) storeUnread(ctx context.Context, p moderation.Permission, err error) Decision {
	s.Log.ErrorContext(ctx, "permissions cannot be read", "error", err)
	says := []moderation.Sentence{moderation.Say("permission.store_unread")}
	return Decision{Missing: p, Says: says, Chain: says, Unread: true}
}

// admits decides whether a caller may ask for anything at all, whatever they hold.
func (s *Service) admits(ctx context.Context, c Caller) Decision {
	ctx, cancel := context.WithTimeout(ctx, factsWithin)
	defer cancel()
	policy, err := s.policy(ctx)
	if err != nil {
		return s.storeUnread(ctx, "", err)
	}
	asker := s.asker(ctx, c)
	if policy.Admits(asker) {
		return Decision{Allowed: true}
	}
	return policy.Decide(moderation.Question{Asker: asker, Permission: moderation.ListRooms, At: time.Now()})
}

// keptOut says what keeps a caller from seeing rooms besides missing grants:
// that they may not ask at all, or a group that could not be read. It is the
// same for a room that is there as for one that is not.
func (s *Service) keptOut(ctx context.Context, c Caller) Decision {
	d := s.admits(ctx, c)
	if !d.Allowed {
		return d
	}
	if _, list := s.mayList(ctx, c, nil); list.Unread {
		d.Says = list.Says
	}
	return d
}

// authority is what a caller may do as read at one moment: for drawing lists,
// buttons, suggestions and help, where one reading serves a thousand questions.
// Nothing acts by it: acting asks may.
type authority struct {
	policy  *moderation.Policy
	asker   moderation.Asker
	failure *Decision
	at      time.Time
}

// authority reads what decides about a caller. It does not fail: where
// something could not be read, its answers are refusals.
func (s *Service) authority(ctx context.Context, c Caller) authority {
	return s.authorityIn(ctx, c, moderation.Room{})
}

// authorityIn is authority for questions about one room alone: only the groups
// and channels with a grant there are asked about.
func (s *Service) authorityIn(ctx context.Context, c Caller, room moderation.Room) authority {
	ctx, cancel := context.WithTimeout(ctx, factsWithin)
	defer cancel()
	a := authority{at: time.Now()}
	policy, err := s.policy(ctx)
	if err != nil {
		d := s.storeUnread(ctx, "", err)
		a.failure = &d
		return a
	}
	a.policy, a.asker = policy, s.asker(ctx, c)
	if c.Actor.Kind == moderation.SlackUser && policy.Admits(a.asker) {
		s.readMemberships(ctx, &a.asker, policy.Shared(moderation.Question{Room: room, At: a.at}))
	}
	return a
}

// may answers as Service.may would have at the time of the reading.
func (a authority) may(p moderation.Permission, t Target) Decision {
	if a.failure != nil {
		d := *a.failure
		d.Missing = p
		return d
	}
	q := t.question(p)
	q.Asker, q.At = a.asker, a.at
	return a.policy.Decide(q)
}

// lists reports whether the caller may list the room.
func (a authority) lists(room moderation.Room) bool {
	return a.failure == nil && a.policy.Lists(a.asker, room, a.at)
}

// mayList returns those of the rooms that the caller may list, in their order,
// and the decision about listing at all: where it is not Allowed there are no
// rooms and it says why; where it is Unread some may be missing and it says so.
func (s *Service) mayList(ctx context.Context, c Caller, rooms []moderation.Room) ([]moderation.Room, Decision) {
	a := s.authority(ctx, c)
	d := a.may(moderation.ListRooms, Target{})
	if !d.Allowed {
		return nil, d
	}
	if says, unread := a.policy.Unread(moderation.Question{
		Asker: a.asker, Permission: moderation.ListRooms, At: a.at,
	}); unread {
		d.Unread, d.Says = true, []moderation.Sentence{says}
	}
	listed := make([]moderation.Room, 0, len(rooms))
	for _, room := range rooms {
		if a.lists(room) {
			listed = append(listed, room)
		}
	}
	return listed, d
}
