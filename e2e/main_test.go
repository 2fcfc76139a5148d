package e2e_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

func TestMain(m *testing.M) { livekittest.Main(m, rig.CleanUp) }
