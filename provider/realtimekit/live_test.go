package realtimekit_test

import (
	"os"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
)

// TestLive tries a real account: it looks at a meeting in which at least one
// person is, pins and unpins the first, stops their video through the bridge
// and mutes them. docs/providers.md has the command.
func TestLive(t *testing.T) {
	values := map[string]string{
		"account_id": os.Getenv("REALTIMEKIT_ACCOUNT"), "app_id": os.Getenv("REALTIMEKIT_APP"),
		"api_token": os.Getenv("REALTIMEKIT_TOKEN"), "bridge.chromium": os.Getenv("REALTIMEKIT_CHROMIUM"),
		"bridge.preset": os.Getenv("REALTIMEKIT_PRESET"),
	}
	if values["api_token"] == "" {
		t.Skip("for those who have an account: docs/providers.md")
	}
	d, err := realtimekit.Type.Open(t.Context(), provider.Settings{Name: "live", Values: values})
	if err != nil {
		t.Fatal(err)
	}
	c := provider.NewClient("live", realtimekit.Type.Name, d)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	findings, err := c.Diagnose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Logf("doctor: ok %v, %v", f.OK, f.Says)
	}
	room, err := c.Room(t.Context(), os.Getenv("REALTIMEKIT_MEETING"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.Participants(t.Context(), room, provider.ParticipantQuery{})
	if err != nil || len(page.Participants) == 0 {
		t.Fatalf("who is in %s: %+v, %v", room.Name, page, err)
	}
	who := page.Participants[0]
	t.Logf("%+v with %+v", room, page.Participants)
	for _, o := range []provider.Order{
		{Action: moderation.ActionPin},
		{Action: moderation.ActionUnpin},
		{Action: moderation.ActionMute, Media: moderation.Video},
		{Action: moderation.ActionMute, Media: moderation.Audio},
	} {
		o.Room, o.Participant = room, who
		effect, err := c.Act(t.Context(), o)
		t.Logf("%s %s: %v, %v", o.Action, o.Media, effect.Says, err)
		if err != nil {
			t.Errorf("%s %s failed", o.Action, o.Media)
		}
	}
}
