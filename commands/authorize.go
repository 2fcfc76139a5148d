package commands

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Target is what a caller wants to touch. Zero fields do not matter to the question.
type Target struct {
	Room        moderation.Room // as read from the provider just now
	Participant *moderation.Participant
	BanFor      time.Duration // bans: how long; Permanent where for ever
	Permanent   bool
}

// Decision is whether a caller may do something, and why.
type Decision struct {
	Allowed bool
	// Hidden is set where the room must look as if it did not exist.
	Hidden bool
	// Missing is the permission that a refusal names.
	Missing moderation.Permission
	// Says is the refusal or the chain of reasons, in sentences.
	Says []moderation.Sentence
}

// may decides whether the caller holds a permission over a target now. It
// never fails open: what cannot be read is a refusal that says so.
func (s *Service) may(ctx context.Context, c Caller, p moderation.Permission, t Target) Decision {
	panic("not yet")
}
