package commands_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// A room has one board in a channel, also where it began again under its name,
// and where the one before is just being taken down.
func TestARoomHasOneBoardInAChannel(t *testing.T) {
	st := newStage(t)
	boards := func() (all []commands.Board) {
		t.Helper()
		err := st.store.View(t.Context(), func(tx store.Tx) (err error) {
			all, err = commands.Boards.All(tx, "")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	put := func(old string, b commands.Board) {
		t.Helper()
		err := st.store.Update(t.Context(), func(tx store.Tx) error {
			if _, err := commands.Boards.Delete(tx, old); err != nil {
				return err
			}
			return commands.Boards.Put(tx, b.Key(), b)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	st.typed(viewer, "watch standup")
	b := boards()[0]
	key := b.Key()
	b.RoomID, b.PostedIn, b.PostedAs = "RM_EARLIER", "C0HERE", "17.1"
	put(key, b)
	st.typed(viewer, "watch standup")
	if all := boards(); len(all) != 1 {
		t.Fatalf("the room that began again has %d boards", len(all))
	}

	st.typed(viewer, "unwatch standup")
	if all := boards(); len(all) != 1 || !all[0].Closed {
		t.Fatalf("it is not taken down: %+v", all)
	}
	closed := boards()[0]
	earlier := closed.Key()
	room, err := st.sim.Room(t.Context(), "standup")
	if err != nil {
		t.Fatal(err)
	}
	closed.RoomID = room.ID
	put(earlier, closed)
	st.typed(viewer, "watch standup")
	if all := boards(); len(all) != 1 || all[0].Closed || all[0].PostedAs != "17.1" {
		t.Fatalf("its message does not go on: %+v", all)
	}
}

// A tenant ends the board of a room of theirs, and of no other's.
func TestATenantEndsTheirBoard(t *testing.T) {
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", tenanted{st.sim, map[string]string{
			"standup": `{"auth_id":"acme"}`, "town-hall": `{"auth_id":"other"}`,
		}}))
	})
	st.typed(owner, "role grant U0ANN moderator * auth_id=acme")
	st.typed(ann, "watch standup")
	st.typed(owner, "watch town-hall")
	if n, ok := st.typed(ann, "unwatch standup").(commands.Notice); !ok || n.Tone != commands.Done {
		t.Errorf("their own: %s", said(t, n))
	}
	if n, ok := st.typed(ann, "unwatch town-hall").(commands.Notice); !ok || n.Code != moderation.CodeNotFound {
		t.Errorf("another's: %s", said(t, n))
	}
}
