package moderation_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
)

// TestRoomRefString holds that a room whose provider is not known is named alone.
func TestRoomRefString(t *testing.T) {
	for want, ref := range map[string]moderation.RoomRef{
		"live:standup": {Provider: "live", Name: "standup"},
		"standup":      {Name: "standup"},
	} {
		if got := ref.String(); got != want {
			t.Errorf("%+v is %q, want %q", ref, got, want)
		}
	}
}
