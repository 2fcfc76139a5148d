package commands

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// guard remembers the last action of a class on a connection, so that two
// presses of the same button, by one person or by two, act once.
type guard struct {
	Case     uint64            `json:"case"`
	Action   moderation.Action `json:"action"`
	Actor    string            `json:"actor"`
	At       time.Time         `json:"at"`
	ID       string            `json:"id,omitempty"` // the connection
	Identity string            `json:"identity,omitempty"`
	Name     string            `json:"name,omitempty"`
	For      string            `json:"for,omitempty"` // how long, as it was asked
}

const (
	guards store.Collection[guard] = "guards"
	// echo is how long a room may take to show what was done to it: until then
	// the same press is the same act, whatever the room shows.
	echo = 10 * time.Second
	// goneFor is how long a name that is not there any more is answered with
	// who removed it.
	goneFor = 10 * time.Minute
	// keepGuards is when guards are forgotten.
	keepGuards = 24 * time.Hour
)

// errHeld ends a transaction in which a guard was found to hold.
var errHeld = errors.New("done already")

// guardKey is class, provider, room, connection and medium. Of pins a room has
// one: the guard of another pin replaces it.
func guardKey(a *attempt) string {
	class, rest := string(a.action), string(a.media)
	switch a.action {
	case moderation.ActionKick, moderation.ActionBan:
		class = "remove"
	case moderation.ActionUnmute:
		class = string(moderation.ActionMute)
	case moderation.ActionUnhold:
		class = string(moderation.ActionHold)
	case moderation.ActionUnlock:
		class = string(moderation.ActionLock)
	case moderation.ActionUnpin:
		class = string(moderation.ActionPin)
	case moderation.ActionUncoach:
		class = string(moderation.ActionCoach)
	}
	if a.same != "" {
		sum := sha256.Sum256([]byte(a.same))
		rest = hex.EncodeToString(sum[:8])
	}
	connection := a.who
	switch {
	case class == string(moderation.ActionPin):
		connection = ""
	case a.person != nil:
		connection = a.person.ID
	}
	return guardPrefix(class, a.place.room) + url.PathEscape(connection) + "/" + rest
}

func guardPrefix(class string, room moderation.Room) string {
	return class + "/" + url.PathEscape(room.Provider) + "/" + url.PathEscape(room.ID) + "/"
}

// heldGuard returns the guard that stands against the attempt: the same action
// is under way, was done a moment ago, or was done and the room shows it.
func heldGuard(tx store.Tx, a *attempt) (*guard, error) {
	g, ok, err := guards.Get(tx, guardKey(a))
	if err != nil || !ok || g.Action != a.action || g.For != a.in.Args[ArgFor] || a.person != nil && g.ID != a.person.ID {
		return nil, err
	}
	c, err := tx.Case(g.Case)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if holds(c, a.shows) {
		return &g, nil
	}
	return nil, nil
}

// holds reports whether a case stands against doing the same again. One whose
// outcome stays unknown does not for long: whoever asks again has looked.
func holds(c moderation.Case, shows bool) bool {
	since := time.Since(c.At)
	if c.Expired || c.UndoneBy != "" {
		return false // it does not hold any more
	}
	switch c.Outcome {
	case moderation.Intended:
		return !c.Awaits && since < bulkDeadline
	case moderation.Unknown:
		return since < actDeadline+echo
	case moderation.Succeeded:
		return shows || since < echo
	case moderation.Partial: // whom it did not reach it may reach now
		return since < echo
	default:
		return false
	}
}

// takeGuard puts the attempt's guard up. A mute of everyone ends those of unmutes
// before it: to unmute someone again is another act.
func takeGuard(tx store.Tx, a *attempt, c moderation.Case) error {
	if c.Action == moderation.ActionMuteAll {
		if err := dropUnmutes(tx, a); err != nil {
			return err
		}
	}
	g := guard{
		Case: c.Number, Action: c.Action, Actor: c.Actor, At: c.At, For: a.in.Args[ArgFor],
		Identity: c.Participant, ID: c.ParticipantID, Name: c.ParticipantName,
	}
	return guards.Put(tx, guardKey(a), g)
}

// dropUnmutes forgets who was unmuted in a room.
func dropUnmutes(tx store.Tx, a *attempt) error {
	prefix := guardPrefix(string(moderation.ActionMute), a.place.room)
	var unmutes []string
	err := tx.ScanDocuments(string(guards), prefix, "", func(key string, _ []byte) (bool, error) {
		unmutes = append(unmutes, key)
		return true, nil
	})
	for _, key := range unmutes {
		g, there, failed := guards.Get(tx, key)
		if err = errors.Join(err, failed); !there || g.Action != moderation.ActionUnmute {
			continue
		}
		_, failed = guards.Delete(tx, key)
		err = errors.Join(err, failed)
	}
	return err
}

// already answers that somebody has done it.
func (s *Service) already(g guard) Answer {
	return Notice{Tone: Info, Code: moderation.CodeConflict, Case: g.Case, Says: []moderation.Sentence{
		moderation.Say("act.already", "Actor", actorArg(g.Actor), "Seconds", int(time.Since(g.At).Seconds()),
			"Person", g.Name, "Case", g.Case),
	}}
}

// alreadyGone answers about someone who is not there because a moment ago they
// were removed; nil where they were not.
func (s *Service) alreadyGone(ctx context.Context, a *attempt) Answer {
	if a.action != moderation.ActionKick {
		return nil
	}
	var latest *guard
	err := s.view(ctx, func(tx store.Tx) error {
		latest = nil
		all, err := guards.All(tx, guardPrefix("remove", a.place.room))
		for _, g := range all {
			named := g.ID == a.who || g.Identity == a.who || strings.EqualFold(g.Name, a.who)
			if named && time.Since(g.At) < goneFor && (latest == nil || g.At.After(latest.At)) {
				latest = &g
			}
		}
		if latest == nil || err != nil {
			return err
		}
		c, err := tx.Case(latest.Case)
		if err == nil && c.Outcome == moderation.Failed {
			latest = nil
		}
		return err
	})
	if err != nil {
		s.Log.Warn("the guards could not be read", "error", err)
		return nil
	}
	if latest == nil {
		return nil
	}
	return s.already(*latest)
}

// dropGuards forgets what stands against doing the same again.
func dropGuards(tx store.Tx, prefix string) error {
	return prune(tx, guards, prefix, func(guard) bool { return true })
}

// actorArg shows an actor of a record: a Slack user as a mention, a program
// and roomwarden itself by name.
func actorArg(actor string) any {
	if actor == string(moderation.System) || strings.HasPrefix(actor, "api:") {
		return moderation.Literal(actor)
	}
	return moderation.UserID(cmp.Or(actor, "?"))
}
