package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// Whom the brake stopped is told to the owners in a direct message, and so is
// who let them go on; an owner who cannot be written to keeps nothing up.
func TestOwnersAreToldOfTheBrake(t *testing.T) {
	st := newStage(t, stageOptions{before: func(st *stage) {
		st.service.Rules.BrakeRemovals, st.service.Rules.BrakePer = 1, time.Minute
		st.service.Rules.Owners = append(st.service.Rules.Owners, slack.Ada, "U0NOTHERE")
	}})
	for _, line := range []string{"kick standup chaos", "kick standup ben"} {
		reply, err := st.types(slack.Olive, line)
		if err != nil {
			t.Fatal(err)
		}
		st.expect(reply, "Case")
	}
	told := func(user, text string) func() bool {
		return func() bool {
			seen := st.slack.As(user).Sees("")
			return len(seen) == 1 && strings.Contains(seen[0].Plain(), text)
		}
	}
	for _, user := range []string{slack.Olive, slack.Ada} {
		st.await("the owners are told", told(user, "is stopped from removing more"))
	}
	reply, err := st.types(slack.Ada, "role unbrake "+slack.Olive)
	if err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "remove people again")
	st.await("the message says so", told(slack.Olive, "remove people again"))
	st.await("nothing waits", func() bool { return strings.Contains(st.log.String(), "U0NOTHERE") })
	if ok, why := st.bot.Ready(); !ok || why != "" {
		t.Errorf("not ready: %s", why)
	}
	st.clean()
}
