package livekit_test

import (
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// The buttons of a room's list do on the server what their words say, and the
// list shows it.
func TestButtons(t *testing.T) {
	const mic, camera = lk.TrackSource_MICROPHONE, lk.TrackSource_CAMERA
	s := newShift(t, livekittest.Start(t))
	ines, otto := s.join("stage", "Ines", livekittest.Camera()), s.join("stage", "Otto")
	list := s.Types(slack.Olive, "/room-list", "stage", "Ines", "Otto")
	free := func(g *livekittest.Guest) bool {
		p := g.Permissions()
		return mayPublish(g, mic) && mayPublish(g, camera) && p.GetCanSubscribe()
	}
	for _, b := range []struct {
		button, near  string
		asks          bool
		action, shows string
		so            func() bool
	}{
		{"Mute", "Ines", true, "mute", "muted by a moderator", func() bool { return !mayPublish(ines, mic) && mayPublish(ines, camera) }},
		{"Unmute", "Ines", false, "unmute", "may speak again", func() bool { return free(ines) }},
		{"Stop video", "Ines", false, "mute", "video taken away", func() bool { return !mayPublish(ines, camera) && mayPublish(ines, mic) }},
		{"Allow video", "Ines", false, "unmute", "may send video again", func() bool { return free(ines) }},
		{"Hold", "Ines", false, "hold", "on hold", func() bool { return !ines.Permissions().GetCanSubscribe() && !ines.Permissions().GetCanPublish() }},
		{"Resume", "Ines", false, "unhold", "is back", func() bool { return free(ines) }},
		{"Pin", "Ines", false, "pin", "pinned", func() bool { return ines.Attribute("roomwarden.pinned") == "true" }},
		{"Unpin", "Ines", false, "unpin", "no longer pinned", func() bool { return ines.Attribute("roomwarden.pinned") == "" }},
		{"Mute all", "", true, "mute_all", "muted by a moderator", func() bool { return !mayPublish(ines, mic) && !mayPublish(otto, mic) }},
		{"Stop all video", "", true, "mute_all", "video taken away", func() bool { return !mayPublish(ines, camera) && !mayPublish(otto, camera) }},
		{"Lock", "", true, "lock", "locked", func() bool { return true }},
		{"Unlock", "", false, "unlock", "open again", func() bool { return true }},
	} {
		var near []string
		if b.near != "" {
			near = []string{b.near}
		}
		pressed := time.Now()
		reply := s.Presses(slack.Olive, list, b.button, near...)
		if asked := reply.Asked != nil; asked != b.asks {
			t.Errorf("%s asks before it acts: %v", b.button, asked)
		}
		list = s.Shown(slack.Olive, b.button+" shows "+b.shows, func(m slack.Message) bool {
			return m.TS == list.TS && slack.Contains(b.shows)(m)
		})
		t.Logf("%s shows after %s", b.button, time.Since(pressed).Round(time.Millisecond))
		livekittest.Until(t, b.button+" on the server", b.so)
		s.Audited(rig.Case{Action: b.action, Outcome: "succeeded", Actor: slack.Olive, Room: "stage"})
	}

	// A ban and a whisper ask for the rest in a dialog.
	s.Presses(slack.Olive, list, "Coach…", "Ines")
	s.Dialog(slack.Olive, "Who coaches", "Ines")
	s.Slack.As(slack.Olive).Dismiss()
	s.Presses(slack.Olive, list, "Ban", "Otto")
	ban := s.Dialog(slack.Olive, "Otto", "how long")
	if _, err := s.Slack.As(slack.Olive).Submit(s.Ctx, ban, nil); err != nil {
		t.Fatal(err)
	}
	otto.AwaitOut(t)
	s.Audited(rig.Case{Action: "ban", Outcome: "succeeded", Actor: slack.Olive, Room: "stage", Participant: "user-otto"})
	s.there(ines)
}
