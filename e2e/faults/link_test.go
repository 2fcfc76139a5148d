package faults_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

// soon is how long a test waits for what should happen at once.
const soon = time.Minute

func TestCommandsAreAckedAnsweredAndRecorded(t *testing.T) {
	t.Parallel()
	s := rig.Slack(t, slack.Options{})
	b := rig.Install(t, s, providers)
	b.Start(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	for _, test := range []struct{ text, want string }{
		{"help", "/room-kick"},
		{"list", "standup"},
		{"list standup", "Chaos"},
		{"kick standup Chaos being loud", "Chaos is out"},
		{"nonsense", "no command"},
		{"kick 'standup", "quote"},
	} {
		reply, err := s.As(slack.Olive).Command(ctx, "/room", test.text, slack.Moderation)
		if err != nil {
			t.Fatalf("%s: %v\n%s", test.text, err, b.Log())
		}
		if _, err := reply.Await(ctx, slack.Contains(test.want)); err != nil {
			t.Errorf("%s: %v: %+v\n%s", test.text, err, reply.Messages(), b.Log())
		}
	}
	if status := b.Stop(); status != 0 {
		t.Errorf("exit status %d\n%s", status, b.Log())
	}
	told := s.Messages(slack.Audit)
	if len(told) != 1 || !strings.Contains(string(told[0].Metadata), `"outcome":"succeeded"`) {
		t.Errorf("the audit channel has %+v", told)
	}
	if wrong := s.Violations(); len(wrong) > 0 {
		t.Errorf("Slack would not have taken: %v", wrong)
	}
}
