package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

// attempt is one action on its way from the words to its outcome.
type attempt struct {
	in     Invocation
	action moderation.Action
	media  moderation.Media
	place  place
	// person is whom it is about; nil where it is about the room, or about
	// someone who is not there (a ban may be): who then has what was typed.
	person *moderation.Participant
	who    string
	order  provider.Order // what the provider is asked to do
	reason string
	// details are the facts that the case keeps besides.
	details moderation.Details
	// options are the key=value words of a mute.
	options map[string]string
	// judged holds what was asked and allowed on the way: the transaction of the
	// intent decides it again by the policy as it then stands.
	judged []moderation.Question
	// target adds to the question whether the caller may.
	target Target
	toOne  bool // announcements: to one, not to all
	// same tells orders apart that two people may give at once: their text or number.
	same string
	// shows is set where the room shows the effect already.
	shows bool
	// inside are the identities of those who are in a room that is locked, or
	// whom a mute of all reaches; native is set where the provider keeps a lock.
	inside []string
	native bool
	// took is what a mute of all is about to take from each.
	took map[string]taken
	// send is what reaches the provider; nil: Client.Act with order.
	send func(ctx context.Context) (provider.Effect, error)
	// intend adds to the transaction of the intent, keep to that of an outcome
	// that reached its end at least in part. Both may run more than once.
	intend func(tx store.Tx, c moderation.Case) error
	keep   func(tx store.Tx, c moderation.Case, effect provider.Effect) error
	// ask is the question before it acts; zero: none.
	ask []moderation.Sentence
	// present is where the person is, where that is not place; nil: in place.
	present []presence
	// told says whether the person was told before.
	told []moderation.Sentence
	// also is told with a success.
	also []moderation.Sentence
}

// aim starts an attempt: the room, then whom it is about where the command has
// a person, then whether the caller may. The answer is set where it ends here.
func (s *Service) aim(ctx context.Context, in Invocation, action moderation.Action, media moderation.Media) (*attempt, Answer) {
	a := &attempt{in: in, action: action, media: media, reason: in.Args[ArgReason]}
	return a, s.aimAt(ctx, a, true)
}

// aimAt is aim for an attempt that is partly filled. A person who is not
// present ends it only where present is set.
func (s *Service) aimAt(ctx context.Context, a *attempt, present bool) Answer {
	looking := a
	if a.in.approval != nil && a.in.approval.Request {
		looking = a.ofApprover() // by whose rights the room is found
	}
	room, answer := s.place(ctx, a.in, func(p place, says []moderation.Sentence) error { return s.recordUnseen(ctx, looking, p, says) })
	if answer != nil {
		return answer
	}
	a.place, a.also = room, append(a.also, room.caveat()...)
	var all []moderation.Participant
	var err error
	if word := a.in.Args[ArgPerson]; word != "" {
		a.who = word
		reading, cancel := context.WithTimeout(ctx, readDeadline)
		defer cancel()
		if all, err = people(reading, room, word); len(all) == 1 {
			a.person = &all[0]
			a.narrow()
		}
	}
	if a.action == moderation.ActionEnd && len(s.Rules.Protect) > 0 {
		err = s.readEveryone(ctx, a)
	}
	if refusal := s.permit(ctx, a); refusal != nil {
		return refusal
	}
	switch {
	case err != nil:
		return s.unread(a.place, err)
	case len(all) > 1:
		return s.whichPerson(a.in, room, all)
	case a.who != "" && a.person == nil && present:
		if answer := s.alreadyGone(ctx, a); answer != nil {
			return answer
		}
		return s.noPerson(ctx, a.in, ArgPerson, room)
	}
	return nil
}

// readEveryone reads whom an action on the whole room touches.
func (s *Service) readEveryone(ctx context.Context, a *attempt) error {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	return everyone(ctx, a.place, "", func(one moderation.Participant) bool {
		a.target.Everyone = append(a.target.Everyone, one)
		return true
	})
}

// permit asks whether the caller may, and whoever approved it, and writes a
// refusal down. What was requested goes by the rights of the approver alone.
func (s *Service) permit(ctx context.Context, a *attempt) Answer {
	if a.in.approval != nil {
		if refusal := s.judgeApprover(ctx, a); refusal != nil || a.in.approval.Request {
			return refusal
		}
	}
	return s.permitCaller(ctx, a)
}

func (s *Service) permitCaller(ctx context.Context, a *attempt) Answer {
	target := a.target
	if target.Participant = a.person; target.Participant == nil && a.who != "" {
		// Someone who is not there may be protected all the same.
		target.Participant = &moderation.Participant{Identity: a.who}
	}
	if target.Within == nil {
		target.Room = a.place.room
	}
	needs := moderation.PermissionFor(a.action, a.media)
	decision, asked := s.judge(ctx, a.in.Caller, needs, target)
	switch {
	case decision.Allowed:
		a.judged = append(a.judged, asked)
		return nil
	case decision.Hidden:
		if err := s.recordUnseen(ctx, a, a.place, nil); err != nil {
			return s.unstored(err)
		}
		clients, _ := s.providersOf(a.in.Args[ArgRoom])
		return s.noRoom(ctx, a.in, search{word: a.in.Args[ArgRoom], clients: clients})
	}
	missing := decision.Missing
	if missing == "" {
		missing = needs
	}
	return s.refuse(ctx, a, moderation.CodeForbidden, missing, decision.Says)
}

// refuse writes a refusal down as a case and answers it.
func (s *Service) refuse(ctx context.Context, a *attempt, code moderation.Code, missing moderation.Permission, says []moderation.Sentence) Answer {
	r := s.record(a, moderation.RecordRefused)
	r.Details.Code, r.Details.Permission, r.Words.Text = code, missing, s.plain(says)
	c, err := s.write(ctx, entry{record: r})
	if errors.Is(err, store.ErrKnownKey) {
		return s.answerCase(ctx, a.in.Caller, c)
	}
	if err != nil {
		return s.unstored(err)
	}
	s.metrics.ended(c)
	return Notice{Tone: Refusal, Code: code, Says: says, Case: c.Number}
}

// recordUnseen writes down an attempt on a room that the caller may not list,
// with what kept them from it where it is more than a missing grant.
func (s *Service) recordUnseen(ctx context.Context, a *attempt, p place, says []moderation.Sentence) error {
	unseen := *a
	unseen.place, unseen.who = p, a.in.Args[ArgPerson]
	unseen.person = unseenPerson(ctx, p, a.in)
	r := s.record(&unseen, moderation.RecordRefused)
	if unseen.person == nil {
		r.Words.Participant = "" // what was typed is nobody's identity that is known
	}
	r.Details.Code, r.Details.Permission = moderation.CodeNotFound, moderation.ListRooms
	if len(says) == 0 {
		says = []moderation.Sentence{moderation.Say("room.unseen")}
	}
	r.Words.Text = s.plain(says)
	c, err := s.write(ctx, entry{record: r})
	if errors.Is(err, store.ErrKnownKey) {
		return nil
	}
	if err == nil {
		s.metrics.ended(c)
	}
	return err
}

// unseenPerson finds whom an attempt was about that ends before anyone is looked
// for, as on a hidden room, so that its case names the person and not what was
// typed, or the connection that a button carries. It asks the provider once, as
// is done for a room that does not exist.
func unseenPerson(ctx context.Context, p place, in Invocation) *moderation.Participant {
	word := in.Args[ArgPerson]
	if word == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, unseenWithin)
	defer cancel()
	if in.Source == FromButton || in.Source == FromDialog { // they carry connections
		one, err := p.client.Participant(ctx, p.room, word)
		if err != nil {
			return nil
		}
		return &one
	}
	page, err := p.client.Participants(ctx, p.room, provider.ParticipantQuery{Limit: participantPage, Search: word})
	if err != nil {
		return nil
	}
	named := namesakes{word: word}
	for _, one := range page.Participants {
		named.hear(one)
	}
	if all := named.all(); len(all) == 1 {
		return &all[0]
	}
	return nil
}

// unseenWithin bounds what is read for the case of a hidden room.
const unseenWithin = time.Second

// record begins a record of the attempt.
func (s *Service) record(a *attempt, kind moderation.RecordKind) moderation.Record {
	details := a.details
	details.Key, details.Source, details.Media = a.in.Key, string(a.in.Source), a.media
	details.Inverts, details.ApprovedBy = a.in.undoes, a.in.approvedBy
	var waited uint64
	if a.in.approval != nil {
		waited, details.Key, details.Begins = a.in.approval.Case, "", kind == moderation.RecordIntended
	}
	r := moderation.Record{
		Case: waited,
		Kind: kind, Actor: a.in.Caller.Actor.String(), Action: a.action,
		Provider: a.place.room.Provider, Room: a.place.room.Name, RoomID: a.place.room.ID, Details: details,
		Words: moderation.Words{Reason: a.reason},
	}
	switch {
	case a.person != nil:
		r.Words.Participant, r.Words.ParticipantID = a.person.Identity, a.person.ID
		r.Words.ParticipantName = s.nameOf(*a.person)
	case a.who != "":
		r.Words.Participant, r.Words.ParticipantName = a.who, s.shown(a.who)
	}
	return r
}

// personOf names the person of the attempt to people.
func (s *Service) personOf(a *attempt) string {
	if a.person != nil {
		return s.nameOf(*a.person)
	}
	return s.shown(a.who)
}

// unread answers a provider that could not be read before anything was done.
func (s *Service) unread(p place, err error) Answer {
	s.Log.Warn("a provider could not be read", "provider", p.room.Provider, "error", err)
	code := codeOf(err)
	if code == moderation.CodeNotFound {
		return Notice{Tone: Failure, Code: code, Says: []moderation.Sentence{moderation.Say("room.ended", "Room", p.room.Ref())}}
	}
	return Notice{Tone: Failure, Code: code, Says: []moderation.Sentence{
		moderation.Say("room.unread", "Room", p.room.Ref(), "Why", why(err)),
	}}
}

// why is the sentence of an error, with the context's own ends told apart.
func why(err error) moderation.Sentence {
	var known *moderation.Error
	if !errors.As(err, &known) {
		return moderation.Say("error." + string(codeOf(err)))
	}
	return words.Fault(err)
}

// plain renders sentences for records and logs.
func (s *Service) plain(says []moderation.Sentence) string {
	if s.Words == nil {
		return fmt.Sprint(says)
	}
	return s.Words.SayAll(words.Told{}, says)
}
