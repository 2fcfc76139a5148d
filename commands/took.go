package commands

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// taken is what a measure took from someone on one connection.
type taken struct {
	Connection string          `json:"connection,omitempty"`
	Restore    json.RawMessage `json:"restore"`
	// Expected is set until the provider has answered what it took.
	Expected bool `json:"expected,omitempty"`
}

// take notes what the measure took from someone. What it took before on the same
// connection stays: it finds its own work the second time.
func (m *Measure) take(identity string, t taken) {
	if len(t.Restore) == 0 {
		return
	}
	before, there := m.Took[identity]
	if there && before.Connection == t.Connection && !nothing(before.Restore) {
		if !before.Expected || t.Expected || nothing(t.Restore) {
			return
		}
	}
	if m.Took == nil {
		m.Took = map[string]taken{}
	}
	m.Took[identity] = t
}

func nothing(restore json.RawMessage) bool { return bytes.Equal(restore, provider.Nothing) }

// learn notes what an action left to give back.
func (m *Measure) learn(effect provider.Effect) {
	if m.Identity != "" {
		m.take(m.Identity, taken{Connection: m.Connection, Restore: effect.Restore})
		return
	}
	m.Restore = effect.Restore
	for _, t := range effect.Took {
		m.take(t.Identity, taken{Connection: t.ID, Restore: t.Restore})
		m.hold(t.Identity)
	}
}

// restoreOf is what the measure left to give back to someone.
func (m Measure) restoreOf(identity string) json.RawMessage {
	if t, ok := m.Took[identity]; ok {
		return t.Restore
	}
	return m.Restore
}

// follows continues an earlier measure of the same kind for those whom that one
// held: what it took from them, and a mute of all for who has left meanwhile.
func (m *Measure) follows(before Measure) {
	if m.Identity != "" && len(before.Restore) > 0 && before.Took == nil { // as earlier versions kept it
		before.take(m.Identity, taken{Connection: before.Connection, Restore: before.Restore})
	}
	for identity, t := range m.Took {
		before.take(identity, t)
	}
	m.Took = before.Took
	if len(before.Restore) > 0 {
		m.Restore = before.Restore
	}
	if m.Kind != moderation.ActionMuteAll {
		return
	}
	for _, identity := range before.Inside {
		if !slices.Contains(before.Except, identity) && !slices.Contains(m.Except, identity) {
			m.hold(identity)
		}
	}
}

// hold adds someone to those whom a mute of all goes on for.
func (m *Measure) hold(identity string) {
	if !slices.Contains(m.Inside, identity) {
		m.Inside = append(slices.Clip(m.Inside), identity)
	}
}

// holds reports whether a mute of all goes on for someone who was there.
func (m Measure) holds(identity string) bool {
	return slices.Contains(m.Inside, identity) && !slices.Contains(m.Except, identity)
}

// muteOfAll reads the mute of everyone in a room that someone's own mute is
// beside, if there is one that does not spare them.
func muteOfAll(tx store.Tx, of Measure) (Measure, bool, error) {
	key := Measure{Kind: moderation.ActionMuteAll, Provider: of.Provider, Room: of.Room, Media: of.Media}.Key()
	all, there, err := Measures.Get(tx, key)
	return all, there && !slices.Contains(all.Except, of.Identity), err
}

// letThrough takes someone out of the mute of all beside their own mute. Muting
// everyone once more is another act then.
func letThrough(tx store.Tx, own Measure) error {
	all, there, err := muteOfAll(tx, own)
	if err != nil || !there || own.Identity == "" {
		return err
	}
	all.Except = append(slices.Clip(all.Except), own.Identity)
	delete(all.Took, own.Identity)
	if err := Measures.Put(tx, all.Key(), all); err != nil {
		return err
	}
	return dropGuards(tx, guardPrefix(string(all.Kind), moderation.Room{Provider: all.Provider, ID: all.RoomID}))
}
