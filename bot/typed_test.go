package bot_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// Slack escapes three characters of what is typed and makes links of what looks
// like an address; names that hold them are found all the same.
func TestWhatSlackMakesOfTypedWords(t *testing.T) {
	st := newStage(t, stageOptions{sim: simulated.Config{Rooms: []simulated.RoomPlan{{Name: "R&D <ops>"}}}})
	for who, line := range map[string]string{
		"<!channel> *boom*": `kick "R&D <ops>" "<!channel> *boom*" loud & <rude>`,
		"ann@example.org":   `kick "R&D <ops>" ann@example.org loud & <rude>`,
		"https://x.org/ben": `kick "R&D <ops>" https://x.org/ben loud & <rude>`,
	} {
		st.sim.Join("R&D <ops>", who, who)
		reply, err := st.types(slack.Olive, line)
		if err != nil {
			t.Fatal(err)
		}
		st.expect(reply, "is out")
		all := st.cases()
		last := all[0]
		if last.Outcome != moderation.Succeeded || last.Room != "R&D <ops>" || last.Participant != who || last.Reason != "loud & <rude>" {
			t.Errorf("%s: %+v", line, last)
		}
	}
	st.clean()
}

// A fault of the program while an envelope is read, or its work done, ends
// nothing but that: it is acked and answered.
func TestAFaultOfTheProgramIsAnswered(t *testing.T) {
	st := newStage(t, stageOptions{before: func(st *stage) { st.bot.Service = nil }})
	for _, line := range []string{"kik standup", "kick standup chaos"} {
		reply, err := st.types(slack.Olive, line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		st.expect(reply, "")
	}
	if wrong := st.slack.Violations(); len(wrong) > 0 {
		t.Errorf("Slack would not have taken: %v", wrong)
	}
}
