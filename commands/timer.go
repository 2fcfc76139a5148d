package commands

import (
	"fmt"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// timerKind says what is to be done when a timer is due.
type timerKind string

const (
	settleTimer timerKind = "settle" // look what became of a case that is open
	verifyTimer timerKind = "verify" // look whether a case's effect lasted
	expireTimer timerKind = "expire" // end a measure
	lapseTimer  timerKind = "lapse"  // refuse what nobody has approved
	grantTimer  timerKind = "grant"  // say that a grant has ended
)

// timer is something to do at a time. It is in the store, so that a restart
// does it late rather than never.
type timer struct {
	Kind    timerKind `json:"kind"`
	Case    uint64    `json:"case"`
	Due     time.Time `json:"due"`
	Tries   int       `json:"tries,omitempty"`
	Measure string    `json:"measure,omitempty"` // of expireTimer: its key
	Grant   string    `json:"grant,omitempty"`   // of grantTimer: its key
}

// timers are ordered by when they are due.
const timers store.Collection[timer] = "timers"

func (t timer) key() string {
	return fmt.Sprintf("%020d/%s/%d", t.Due.UnixNano(), t.Kind, t.Case)
}

func setTimer(tx store.Tx, t timer) error { return timers.Put(tx, t.key(), t) }

// verifyAfter is when a success is looked at again.
const verifyAfter = 10 * time.Second

// verified lists the actions whose effect is looked at again.
func verified(action moderation.Action) bool {
	switch action {
	case moderation.ActionKick, moderation.ActionBan, moderation.ActionEnd,
		moderation.ActionMute, moderation.ActionHold:
		return true
	}
	return false
}
