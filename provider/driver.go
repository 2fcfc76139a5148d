// Package provider is the contract between roomwarden and the services that
// carry rooms. A driver (one folder each) speaks to one service and implements
// Driver and, where it can, the small interfaces below; Client wraps every
// driver with deadlines, the provider's quota, safe retries and metrics, and is
// what the rest of the product holds. Types registers drivers by their name in
// the configuration.
package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Driver is what every provider does. Its methods are safe for concurrent use,
// honour the context's deadline, and return *moderation.Error: the code, whether
// a repeat is safe, how long to wait, and CodeOutcomeUnknown where the request
// went out and no answer came. No error holds a secret.
type Driver interface {
	// Rooms lists live rooms, a page at a time.
	Rooms(ctx context.Context, q RoomQuery) (RoomPage, error)
	// Room finds the live room with this id, else with exactly this name.
	// CodeNotFound where there is none, also where the provider would answer
	// with an empty list; CodeAmbiguous where several have the name.
	Room(ctx context.Context, idOrName string) (moderation.Room, error)
	// Participants lists who is in the room now, a page at a time.
	Participants(ctx context.Context, room moderation.Room, q ParticipantQuery) (ParticipantPage, error)
	// Participant finds one by connection id, else by identity (or label, or
	// number); CodeNotFound where nobody present answers to it.
	Participant(ctx context.Context, room moderation.Room, idOrIdentity string) (moderation.Participant, error)
	// Capabilities says what can be done in the room, before anything is sent.
	Capabilities(room moderation.Room) moderation.CapabilitySet
	// Check reports whether the provider answers and takes our credentials.
	Check(ctx context.Context) error
	// Close waits for what the driver started and frees what it holds.
	Close() error
}

// RoomQuery selects rooms. The zero value is the first page of all.
type RoomQuery struct {
	Limit  int    // at most so many; zero leaves it to the driver
	Cursor string // of the page before
	Search string // part of the name, in any case
}

// RoomPage is one page of rooms. Next is empty on the last.
type RoomPage struct {
	Rooms []moderation.Room
	Next  string
}

// ParticipantQuery selects participants. The zero value is the first page of all.
type ParticipantQuery struct {
	Limit  int    // at most so many; zero leaves it to the driver
	Cursor string // of the page before
	Search string // part of the display name, identity, label or number, in any case
	// Muted, OnHold and Coaching keep those alone that are so, where not nil.
	Muted, OnHold, Coaching *bool
}

// ParticipantPage is one page of participants. Next is empty on the last;
// Total counts the people on all pages, agents and recorders not, and is
// negative where the provider does not say.
type ParticipantPage struct {
	Participants []moderation.Participant
	Next         string
	Total        int
}

// Order is one action on a room or on someone in it. Which fields matter
// depends on Action; the rest is zero.
type Order struct {
	Action      moderation.Action
	Room        moderation.Room
	Participant moderation.Participant // zero: the order is for the room
	Listener    moderation.Participant // coach: who alone hears Participant
	Media       moderation.Media       // mutes
	Track       string                 // mute, unmute: this track of theirs alone, where Options names one
	Except      []string               // mute_all: identities to leave alone
	AllowUnmute bool                   // mute_all: people may unmute themselves
	Text        string                 // announce: what to say
	URL         string                 // announce, hold: what to play
	Method      string                 // GET or POST, for URL
	Number      string                 // dial: E.164, sip: address or client: name
	Label       string                 // dial
	Options     map[string]string      // set, dial: the provider's own, in snake case
	// Restore is what the driver's Effect of the opposite action left to give back;
	// empty: that is not known.
	Restore json.RawMessage
	// OfAll is what else was left to give back where an unmute takes someone out of a
	// mute of all: by that for them, and by that for everyone.
	OfAll []json.RawMessage
	// Undoes is set where an earlier order is taken back and no more is wanted,
	// by an undo or at the end of its time: what was so before it is left alone.
	Undoes bool
	// Progress is told of long work, perhaps from another goroutine; may be nil.
	Progress func(done, total int)
}

// Effect is what an order came to.
type Effect struct {
	// Says is what the moderator should know besides that it is done.
	Says []moderation.Sentence
	// Reached counts the people whom a bulk order reached; Unreached names the
	// rest, with the key of a sentence as Why.
	Reached   int
	Unreached []moderation.Unreached
	// Restore goes into the order that takes this one back; Nothing where there was
	// nothing to take. Took is the same of each whom a bulk order reached.
	Restore json.RawMessage
	Took    []Took
	// Done replaces the usual sentence of what is done, whose facts it may use
	// besides its own; zero: the usual one.
	Done moderation.Sentence
	// Participant is who a dial called in.
	Participant moderation.Participant
}

// Took is what a bulk order left to give back to one of those whom it reached.
type Took struct {
	Identity, ID string // the person's, and their connection's
	Restore      json.RawMessage
}

// Nothing is the Restore of an order that found nothing to take.
var Nothing = json.RawMessage(`"nothing"`)

// What a driver can do besides; each method returns once the provider has
// answered. An order that finds its end already reached is no error.
type (
	// Kicker removes a participant.
	Kicker interface {
		Kick(ctx context.Context, o Order) (Effect, error)
	}
	// Ender puts everyone out and ends the session.
	Ender interface {
		End(ctx context.Context, o Order) (Effect, error)
	}
	// Muter stops one participant from sending a medium, and gives it back.
	Muter interface {
		Mute(ctx context.Context, o Order) (Effect, error)
		Unmute(ctx context.Context, o Order) (Effect, error)
	}
	// AllMuter stops everyone but Except from sending a medium.
	AllMuter interface {
		MuteAll(ctx context.Context, o Order) (Effect, error)
	}
	// Locker keeps newcomers out of a room.
	Locker interface {
		Lock(ctx context.Context, o Order) (Effect, error)
		Unlock(ctx context.Context, o Order) (Effect, error)
	}
	// Pinner puts one participant before everyone's eyes.
	Pinner interface {
		Pin(ctx context.Context, o Order) (Effect, error)
		Unpin(ctx context.Context, o Order) (Effect, error)
	}
	// Holder sets a participant apart, hearing and heard by nobody.
	Holder interface {
		Hold(ctx context.Context, o Order) (Effect, error)
		Unhold(ctx context.Context, o Order) (Effect, error)
	}
	// Announcer speaks or plays to one or to all.
	Announcer interface {
		Announce(ctx context.Context, o Order) (Effect, error)
	}
	// Coacher lets one participant be heard by one other alone.
	Coacher interface {
		Coach(ctx context.Context, o Order) (Effect, error)
		Uncoach(ctx context.Context, o Order) (Effect, error)
	}
	// Dialer calls someone into a room.
	Dialer interface {
		Dial(ctx context.Context, o Order) (Effect, error)
	}
	// Configurer changes what a provider lets one change of someone present.
	Configurer interface {
		Configure(ctx context.Context, o Order) (Effect, error)
	}

	// OrderChecker checks an order's words before anything is sent or written:
	// options and their values, numbers, addresses. Its errors are CodeInvalid.
	OrderChecker interface {
		CheckOrder(o Order) error
	}
	// OptionLister names the key=value words that an action takes, for help and dialogs.
	OptionLister interface {
		Options(a moderation.Action) []Option
	}
	// Completer adds to a room of a list what costs requests of its own: whether
	// it is locked and recorded. Both only adorn a room: what cannot be read stays
	// as it is.
	Completer interface {
		Complete(ctx context.Context, room moderation.Room) moderation.Room
	}
	// Recaller is told at start of the pins that stand, one a room at the most,
	// where its provider does not show who is pinned.
	Recaller interface {
		Recall(pins []Order)
	}
	// Greeter brings the room's standing measures to someone who just came in,
	// and those that are of what someone sends to whoever begins to send more. It
	// returns what each of them left to give back, in their order; a whisper of
	// the coach's own is one of them.
	Greeter interface {
		Greet(ctx context.Context, o Order, standing []Order) ([]json.RawMessage, error)
	}
	// Rememberer says what an order will leave to give back, from how its
	// participant was seen before it and without asking the provider. It is kept
	// with the intent, for an order whose Effect is lost in a crash. Of a mute of
	// all it is what is taken from that participant.
	Rememberer interface {
		Remember(o Order) json.RawMessage
	}
	// Looker tells what became of an order by looking at the room, better than
	// Client does from the list of participants.
	Looker interface {
		Look(ctx context.Context, o Order) (moderation.Outcome, error)
	}
	// Webhooker reads the provider's callback. It checks the signature by the
	// provider's rule and returns the rooms to look at again; CodeUnauthenticated
	// where the signature is not good.
	Webhooker interface {
		Webhook(r *http.Request, body []byte) ([]Hint, error)
	}
	// Doctor checks more than Check does, for the doctor command.
	Doctor interface {
		Diagnose(ctx context.Context) []Finding
	}
	// Patient says how long one order may take where that is longer than
	// Limits.Write; zero: no longer.
	Patient interface {
		Patience(o Order) time.Duration
	}
	// Quotaed says how much of a provider's quota Client may use.
	Quotaed interface {
		Quota() Quota
	}
)

// RoomOption is what the names of set's options begin with that change the room
// itself; no person is needed for them, and they are not mixed with others.
const RoomOption = "room_"

// Option is one key=value word.
type Option struct {
	Name   string
	Usage  string   // what it does
	Values []string // where the set is closed
	// Private is set where the value is not kept in the audit record: a number, a token.
	Private bool
	// Track is set where the value is the ID of one track of the person: it
	// becomes Order.Track.
	Track bool
}

// Hint is a word from a provider that a room changed. It is never proof: it
// only makes us look.
type Hint struct {
	ID     string // of the delivery, to know it again; may be empty
	RoomID string
}

// Finding is one thing that the doctor found.
type Finding = moderation.Finding

// Quota bounds calls; zero fields mean no bound.
type Quota struct {
	ReadsPerSecond, WritesPerSecond float64
	Burst                           int // how many may go at once; at least one
}
