package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// The message of a case whose button was pressed goes before the cases that
// wait: somebody looks at it.
func TestAPressedCaseGoesFirst(t *testing.T) {
	const cases = 12
	st := newStage(t, stageOptions{sim: simulated.Config{Rooms: []simulated.RoomPlan{{Name: "big", People: cases}}}})
	full := st.slack.Inject(slack.Fault{Method: "chat.postMessage", Channel: slack.Audit, Skip: 1, Status: 429})
	for n := range cases {
		reply, err := st.types(slack.Olive, fmt.Sprintf("kick big guest-%05d", n+1))
		if err != nil {
			t.Fatal(err)
		}
		st.expect(reply, "is out of")
		if n == 0 {
			st.awaitTold(slack.Audit, 1, "succeeded")
		}
	}
	reply, err := st.slack.As(slack.Olive).Press(st.ctx, st.slack.Messages(slack.Audit)[0], "Add note")
	if err != nil {
		t.Fatal(err)
	}
	dialog, err := reply.AwaitView(st.ctx, slack.AnyView)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.slack.As(slack.Olive).Submit(st.ctx, dialog, map[string]any{"Text": "seen at once"}); err != nil {
		t.Fatal(err)
	}
	st.await("the note shows while the others wait", func() bool {
		return strings.Contains(st.slack.Messages(slack.Audit)[0].Plain(), "seen at once")
	})
	full.Clear()
	st.awaitTold(slack.Audit, cases, "succeeded")
	st.clean()
}
