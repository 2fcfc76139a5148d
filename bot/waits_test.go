package bot_test

import (
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// Who waits for another's work in the same room is told that work goes on.
func TestWhoWaitsIsTold(t *testing.T) {
	st := newStage(t, stageOptions{sim: simulated.Config{Faults: []simulated.Fault{{Op: "kick", Delay: 4 * time.Second, Times: 1}}}})
	first, err := st.types(slack.Olive, "kick standup chaos")
	if err != nil {
		t.Fatal(err)
	}
	second, err := st.types(slack.Olive, "kick standup ben")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(second, "Working")
	st.expect(first, "Chaos is out of")
	st.expect(second, "Ben is out of")
	if one, other := len(first.Messages()), len(second.Messages()); one != other {
		t.Errorf("answered by %d messages and by %d", one, other)
	}
	st.clean()
}
