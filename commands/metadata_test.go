package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// describing is a provider whose rooms and people are described by metadata.
type describing struct {
	provider.Driver
	metadata string
}

func (d describing) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	room, err := d.Driver.Room(ctx, idOrName)
	room.Metadata = d.metadata
	return room, err
}

func (d describing) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	page, err := d.Driver.Participants(ctx, room, q)
	for i := range page.Participants {
		page.Participants[i].Metadata = d.metadata
	}
	return page, err
}

// Metadata is shown to who lists a room; whose the room is, to who sets that.
func TestMetadataIsShown(t *testing.T) {
	for _, test := range []struct{ metadata, owner, viewer string }{
		{``, ``, ``},
		{` {} `, ``, ``},
		{`{"auth_id": "acme"}`, `{"auth_id": "acme"}`, ``},
		{`{"auth_id": "acme", "topic": "<b> & "}`, `{"auth_id": "acme", "topic": "<b> & "}`, `{"topic":"<b> & "}`},
		{`{"auth\u005fid": "acme", "n": 1}`, `{"auth\u005fid": "acme", "n": 1}`, `{"n":1}`},
		{`{"auth_id": "acme"`, `{"auth_id": "acme"`, ``},
		{`host of the day`, `host of the day`, `host of the day`},
		{"two\nlines\u202e", "two lines", "two lines"},
		{`call +16175551212`, `call +1 617 ••• 1212`, `call +1 617 ••• 1212`},
	} {
		st := newStage(t, func(st *stage, c *commands.Config) {
			c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", describing{st.sim, test.metadata}))
			c.Rules.NumbersMasked = true
		})
		for user, want := range map[string]string{owner: test.owner, viewer: test.viewer} {
			page, ok := st.typed(user, "list standup").(commands.RoomPage)
			if !ok || page.Metadata != want || page.People[0].Metadata != want {
				t.Errorf("%q is shown to %s as %q", test.metadata, user, page.Metadata)
			}
		}
	}
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", describing{st.sim, strings.Repeat("ü", 5000)}))
	})
	page, ok := st.typed(viewer, "list standup").(commands.RoomPage)
	if !ok || len([]rune(page.Metadata)) != 240 || len([]rune(page.People[0].Metadata)) != 120 {
		t.Errorf("long metadata is shown in %d and %d runes", len([]rune(page.Metadata)), len([]rune(page.People[0].Metadata)))
	}
}
