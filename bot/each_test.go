package bot_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// Of several who are chosen, one about whom something is asked first keeps
// nobody else from being dealt with, and all is told.
func TestAQuestionAmongSeveral(t *testing.T) {
	st := newStage(t, stageOptions{})
	reply, err := st.types(slack.Olive, "set standup ben end_conference_on_exit=true")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "changed as asked")
	if reply, err = st.types(slack.Olive, "list standup"); err != nil {
		t.Fatal(err)
	}
	list := st.expect(reply, "Kick those chosen")
	var chosen []any
	for _, who := range []string{"ada", "ben", "chaos"} {
		room, err := st.sim.Room(st.ctx, "standup")
		if err != nil {
			t.Fatal(err)
		}
		one, err := st.sim.Participant(st.ctx, room, who)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, map[string]any{"value": one.ID, "text": map[string]any{"type": "plain_text", "text": one.Name}})
	}
	state := map[string]any{}
	button := ""
	for _, b := range list.Blocks {
		if b.Accessory != nil && b.Accessory.ActionID == "pick" {
			state[b.BlockID] = map[string]any{"pick": map[string]any{"type": "multi_static_select", "selected_options": chosen}}
		}
		for _, e := range b.Elements {
			if e.ActionID == "each:kick" {
				button = b.BlockID
			}
		}
	}
	if reply, err = st.slack.As(slack.Olive).Act(st.ctx, list, button, "each:kick", nil, state); err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "Ada is out of", "Chaos is out of")
	st.expect(reply, "ends for everyone. Remove Ben all the same?")
	if st.present("standup", "ada") || st.present("standup", "chaos") || !st.present("standup", "ben") {
		t.Error("others are there than should be")
	}
	for _, m := range st.slack.As(slack.Olive).Sees(slack.Moderation) {
		if strings.Contains(m.Plain(), "Ada is out of") && m.To == "" {
			t.Error("told to everyone")
		}
	}
	st.clean()
}
