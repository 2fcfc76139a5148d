// Package twilio_test walks through the two documents of Twilio that roomwarden
// covers, sentence by sentence, from what a moderator types and presses in Slack
// to the requests that reach Twilio.
package twilio_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/e2e/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }
