package commands

import (
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// HomePage is what one person sees first: where they may look, what stands,
// what waits for them, and what they may do.
type HomePage struct {
	Rooms    []RoomRow // live rooms, the fullest first
	More     bool      // there are more rooms than these
	Down     []ProviderState
	Measures []HomeMeasure     // bans, mutes and locks that stand
	Review   []moderation.Case // that wait for a review by the reader
	Mine     []moderation.Case // the reader's own latest actions
	Grants   []moderation.Grant
	Owner    bool // by the configuration
	// Permissions is what the reader may do somewhere, in the order of Permissions.
	Permissions []moderation.Permission
	// Steps is what is left to set up; owners alone see it, and none once all is done.
	Steps []Step
	AsOf  time.Time
}

// HomeMeasure is something that stands, with what the reader may do about it.
type HomeMeasure struct {
	Kind   moderation.Action
	Media  moderation.Media
	Name   string // of the person; empty for a room
	Room   moderation.RoomRef
	Actor  string
	Case   uint64
	Until  time.Time // zero: until it is taken back
	Offers []Offer
}

// Step is one thing to set up.
type Step struct {
	Done bool
	Says moderation.Sentence
}
