// Package realtimekit_test walks through Cloudflare's document "Manage other
// participants in a session", sentence by sentence, from what a moderator types
// and presses in Slack to what reaches RealtimeKit.
package realtimekit_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/e2e/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }
