package commands

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
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
	// Took is what it took from each whom it holds, by identity; Restore is what it
	// left besides.
	Took map[string]taken `json:"took,omitempty"`
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
