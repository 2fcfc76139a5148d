package commands

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// Measure is an action that goes on standing after it was done: it holds for
// whoever comes back and whoever comes new, until it is taken back or its time
// is over.
type Measure struct {
	Kind     moderation.Action `json:"kind"` // ban, lock, mute, mute_all, hold, coach, pin
	Provider string            `json:"provider"`
	Room     string            `json:"room"` // its name, or * for every room of the provider
	RoomID   string            `json:"room_id"`
	Identity string            `json:"identity,omitempty"`
	Name     string            `json:"name,omitempty"`
	Media    moderation.Media  `json:"media,omitempty"`
	Case     uint64            `json:"case"`
	Actor    string            `json:"actor"`
	At       time.Time         `json:"at"`
	Until    time.Time         `json:"until,omitzero"` // zero: until it is taken back
	// For is how long a ban was asked to last; zero where it has no end.
	For time.Duration `json:"for,omitempty"`
	// Inside are the identities of those who were there: a locked room lets them
	// in, and a mute of all goes on for them alone.
	Inside []string `json:"inside,omitempty"`
	// Connection is the one on which it was last brought into force.
	Connection string `json:"connection,omitempty"`
	// Listener and ListenerID are who alone hears, by identity and connection.
	Listener    string          `json:"listener,omitempty"`
	ListenerID  string          `json:"listener_id,omitempty"`
	Except      []string        `json:"except,omitempty"` // mute_all
	AllowUnmute bool            `json:"allow_unmute,omitempty"`
	Restore     json.RawMessage `json:"restore,omitempty"`
	// Native is set where the provider itself keeps newcomers out of a locked room.
	Native bool `json:"native,omitempty"`
	// Returns counts who was put out again; ReturnCase and ReturnedAt are of the last.
	Returns    int       `json:"returns,omitempty"`
	ReturnedAt time.Time `json:"returned_at,omitzero"`
}

// Measures are by provider, room name, kind, medium and identity.
const Measures store.Collection[Measure] = "measures"

// EveryRoom is the room of measures that hold in all rooms of a provider.
const EveryRoom = "*"

// Key returns the measure's key in Measures.
func (m Measure) Key() string {
	identity := m.Identity
	if m.Kind == moderation.ActionPin {
		identity = "" // a pin replaces the one before it
	}
	return measurePrefix(m.Provider, m.Room) + string(m.Kind) + "/" + string(m.Media) + "/" + url.PathEscape(identity)
}

func measurePrefix(providerName, room string) string {
	return providerPrefix(providerName) + url.PathEscape(room) + "/"
}

func providerPrefix(providerName string) string { return url.PathEscape(providerName) + "/" }

// stands reports whether an action goes on standing.
func stands(action moderation.Action) bool {
	switch action {
	case moderation.ActionBan, moderation.ActionLock, moderation.ActionMute, moderation.ActionMuteAll,
		moderation.ActionHold, moderation.ActionCoach, moderation.ActionPin:
		return true
	}
	return false
}

// lifts returns the standing action that another takes away.
func lifts(action moderation.Action) (moderation.Action, bool) {
	for _, kind := range moderation.Actions() {
		if inverse, ok := moderation.Inverse(kind); ok && stands(kind) && inverse == action {
			return kind, true
		}
	}
	return "", false
}

// standing is the measure that the attempt puts up, or, for one that takes
// something back, the one that it takes away.
func standing(a *attempt) (m Measure, puts, takes bool) {
	kind := a.action
	if a.details.Track != "" {
		return m, false, false // its owner can undo it, and it goes with the track
	}
	if puts = stands(kind); !puts {
		if kind, takes = lifts(kind); !takes {
			return m, false, false
		}
	}
	m = Measure{
		Kind: kind, Provider: a.place.room.Provider, Room: a.place.room.Name, RoomID: a.place.room.ID,
		Media: a.media, Until: a.details.Until, For: a.target.BanFor, Identity: a.who, Name: a.who,
		Listener: a.order.Listener.Identity, ListenerID: a.order.Listener.ID, Except: a.order.Except, AllowUnmute: a.order.AllowUnmute,
		Inside: a.inside, Native: a.native,
	}
	if a.person != nil {
		m.Identity, m.Name, m.Connection = a.person.Identity, a.person.DisplayName(), a.person.ID
	}
	return m, puts, takes
}

// intendStanding puts the measure up with the intent where there is none yet:
// a crash after the provider was asked must not lose it.
func intendStanding(tx store.Tx, m Measure, c moderation.Case) error {
	if _, there, err := Measures.Get(tx, m.Key()); err != nil || there {
		return err
	}
	m.Case, m.Actor, m.At = c.Number, c.Actor, c.At
	return putMeasure(tx, m)
}

func putMeasure(tx store.Tx, m Measure) error {
	if !m.Until.IsZero() {
		if err := setTimer(tx, timer{Kind: expireTimer, Case: m.Case, Due: m.Until, Measure: m.Key()}); err != nil {
			return err
		}
	}
	return Measures.Put(tx, m.Key(), m)
}

// keepStanding brings the measures up to date with what was done.
func (s *Service) keepStanding(tx store.Tx, a *attempt, c moderation.Case, effect provider.Effect) error {
	m, puts, takes := standing(a)
	switch {
	case puts:
		before, there, err := Measures.Get(tx, m.Key())
		if err != nil {
			return err
		}
		m.Case, m.Actor, m.At, m.Restore = c.Number, c.Actor, c.At, effect.Restore
		same := there && before.Identity == m.Identity
		if same && len(m.Restore) == 0 {
			m.Restore = before.Restore
		}
		if err := putMeasure(tx, m); err != nil || !there || same {
			return err
		}
		return s.markUndone(tx, c, before.Case) // a pin replaced it
	case takes:
		before, there, err := Measures.Get(tx, m.Key())
		if err != nil || !there || before.Identity != m.Identity {
			return err
		}
		return s.liftMeasure(tx, before, c)
	}
	return nil
}

// liftMeasure takes a measure away and marks the case that put it up as undone by
// another.
func (s *Service) liftMeasure(tx store.Tx, m Measure, by moderation.Case) error {
	if err := removeMeasure(tx, m.Key()); err != nil {
		return err
	}
	return s.markUndone(tx, by, m.Case)
}

// removeMeasure takes a measure away with what was counted for it.
func removeMeasure(tx store.Tx, key string) error {
	if _, err := Measures.Delete(tx, key); err != nil {
		return err
	}
	var counted []string
	err := tx.ScanDocuments(string(returns), key+"/", "", func(key string, _ []byte) (bool, error) {
		counted = append(counted, key)
		return true, nil
	})
	for _, key := range counted {
		if _, err := returns.Delete(tx, key); err != nil {
			return err
		}
	}
	return err
}

// renewStanding gives the measure of a settled case to that case, where an
// earlier one had put it up.
func renewStanding(tx store.Tx, c moderation.Case) error {
	if !stands(c.Action) || c.Track != "" {
		return nil
	}
	key := Measure{Kind: c.Action, Provider: c.Provider, Room: c.Room, Media: c.Media, Identity: c.Participant}.Key()
	m, there, err := Measures.Get(tx, key)
	if err != nil || !there || m.Case == c.Number {
		return err
	}
	m.Case, m.Actor, m.At, m.Until, m.Connection = c.Number, c.Actor, c.At, c.Until, c.ParticipantID
	m.For = 0 // as long as from its case to its end
	return putMeasure(tx, m)
}

// dropStanding takes away what a failed case had put up.
func dropStanding(tx store.Tx, c moderation.Case) error {
	if !stands(c.Action) {
		return nil
	}
	all, err := Measures.All(tx, measurePrefix(c.Provider, c.Room))
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Case == c.Number {
			if err := removeMeasure(tx, m.Key()); err != nil {
				return err
			}
		}
	}
	return nil
}

// shut keeps a locked room shut for those who were inside, too, once it was ended.
func shut(tx store.Tx, c moderation.Case) error {
	key := Measure{Kind: moderation.ActionLock, Provider: c.Provider, Room: c.Room}.Key()
	m, there, err := Measures.Get(tx, key)
	if err != nil || !there {
		return err
	}
	m.Inside = nil
	return Measures.Put(tx, key, m)
}

// standingBefore reads the measure that an attempt would put up or take away.
func (s *Service) standingBefore(ctx context.Context, a *attempt) (Measure, bool, error) {
	m, puts, takes := standing(a)
	if !puts && !takes {
		return Measure{}, false, nil
	}
	key, there := m.Key(), false
	err := s.view(ctx, func(tx store.Tx) (err error) {
		m, there, err = Measures.Get(tx, key)
		return err
	})
	return m, there, err
}
