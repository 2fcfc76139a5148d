package bot_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
)

// What can be taken back is taken back by Undo, on the answer and in the audit
// channel, and then cannot be again.
func TestUndoStandsOnTheAnswerAndInTheAuditChannel(t *testing.T) {
	for _, c := range []struct {
		command, text   string
		action, inverse moderation.Action
	}{
		{"/room-mute", "standup chaos", moderation.ActionMute, moderation.ActionUnmute},
		{"/room-lock", "standup", moderation.ActionLock, moderation.ActionUnlock},
		{"/room-ban", "standup chaos 1h", moderation.ActionBan, moderation.ActionUnban},
		{"/room-pin", "standup chaos", moderation.ActionPin, moderation.ActionUnpin},
		{"/room-hold", "standup chaos", moderation.ActionHold, moderation.ActionUnhold},
		{"/room-coach", "standup ben chaos", moderation.ActionCoach, moderation.ActionUncoach},
		{"/room-role", "grant @mo moderator sim:*", moderation.ActionGrant, moderation.ActionRevoke},
	} {
		for _, from := range []string{"answer", "audit channel"} {
			t.Run(string(c.action)+" from the "+from, func(t *testing.T) {
				t.Parallel()
				s := newShift(t)
				answer := s.typed(slack.Olive, c.command, c.text, "✅")
				post := s.audited(c.action, moderation.Succeeded, "Undo")
				on := answer
				if from != "answer" {
					on = post
				}
				s.press(slack.Olive, on, "Undo")
				s.audited(c.inverse, moderation.Succeeded, "")
				post = s.audited(c.action, moderation.Succeeded, "Taken back by")
				if strings.Contains(screen(t, post), `"Undo"`) {
					t.Errorf("it can be taken back again: %s", screen(t, post))
				}
			})
		}
	}
}

// Every open board shows what one of them did, and offers what applies now; a
// second moderator's press on what has just gone is told so.
func TestEveryBoardShowsWhatWasDone(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Olive, "/room-role", "grant @mo moderator sim:*", "✅")
	s.typed(slack.Olive, "/room-watch", "standup", "✅")
	if _, err := s.As(slack.Olive).Command(s.ctx, "/room-watch", "standup", slack.General); err != nil {
		t.Fatal(err)
	}
	shows := func(channel string, fits func(m slack.Message) bool) slack.Message {
		t.Helper()
		return s.message(slack.Olive, channel, func(m slack.Message) bool {
			return m.To == "" && strings.Contains(string(m.Metadata), "roomwarden_board") && fits(m)
		})
	}
	has := func(what string, near string) func(m slack.Message) bool {
		return func(m slack.Message) bool { _, err := slack.Find(m, what, near); return err == nil }
	}
	here := shows(slack.Moderation, has("Mute", "Chaos"))
	shows(slack.General, has("Mute", "Chaos"))
	s.press(slack.Olive, here, "Mute", "Chaos")
	for _, channel := range []string{slack.Moderation, slack.General} {
		shows(channel, func(m slack.Message) bool { return has("Unmute", "Chaos")(m) && !has("Mute", "Chaos")(m) })
	}
	there := shows(slack.General, has("Kick", "Chaos"))
	s.press(slack.Olive, here, "Kick", "Chaos")
	s.audited(moderation.ActionKick, moderation.Succeeded, "")
	reply := s.press(slack.Mo, there, "Kick", "Chaos")
	s.message(slack.Mo, slack.General, func(m slack.Message) bool {
		for _, of := range reply.Messages() {
			if of.TS == m.TS && strings.Contains(screen(t, m), "already done by") {
				return true
			}
		}
		return false
	})
	for _, channel := range []string{slack.Moderation, slack.General} {
		shows(channel, func(m slack.Message) bool {
			return !has("Kick", "Chaos")(m) && strings.Contains(screen(t, m), "was removed by")
		})
	}
}
