package commands_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// A provider that mutes whole media refuses the word that names a track, says
// why, and nothing is sent.
func TestOneTrackWhereThatCannotBe(t *testing.T) {
	for _, line := range []string{"mute standup chaos track_sid=TR_1", "unmute standup chaos video track_sid=TR_1 sorry"} {
		st := newStage(t)
		n, ok := st.typed(moderator, line).(commands.Notice)
		if !ok || n.Tone != commands.Refusal || n.Code != moderation.CodeUnsupported ||
			said(t, n) != "sim mutes all that someone sends of a medium, never one track. Nothing was done; leave out the words with an equals sign." {
			t.Errorf("%s: %+v", line, n)
		}
		if c := st.lastCase(); c.Outcome != moderation.Refused || c.Participant != "chaos" || c.Code != moderation.CodeUnsupported {
			t.Errorf("%s: case %+v", line, c)
		}
		if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
			t.Errorf("%s: Chaos is muted", line)
		}
	}
}
