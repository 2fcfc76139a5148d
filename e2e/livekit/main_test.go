// Package livekit_test walks through the document on removing and muting LiveKit
// participants, sentence by sentence, from what a moderator types and presses in
// Slack through the built program to people on a real LiveKit server.
package livekit_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

func TestMain(m *testing.M) { livekittest.Main(m, rig.CleanUp) }
