package demo_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/roomwarden/roomwarden/demo"
	"github.com/roomwarden/roomwarden/demo/browser"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// The stand-ins' rooms stand beside the simulated ones, and the stage shows what
// becomes of those who are in them.
func TestClouds(t *testing.T) {
	t.Parallel()
	w := open(t, func(o *demo.Options) { o.Clouds = true })
	v := w.window(browser.Options{})
	v.see(browser.Seat("all-hands", "CHAOS"))
	v.see(browser.Seat("support-line", "customer"))
	v.typed("/room-list")
	for _, room := range []string{"standup", "meet:all-hands", "calls:support-line", "video:design-review"} {
		v.see(browser.Shown(room))
	}
	v.check("rooms")
	v.typed("/room-list meet:all-hands")
	v.press(browser.In("CHAOS", "Mute"))
	v.press(yes)
	v.see(browser.Seat("all-hands", "CHAOS") + `//*[@aria-label="microphone off"]`)
	v.press(browser.In("CHAOS", "Kick"))
	v.press(yes)
	v.seeGone(browser.Seat("all-hands", "CHAOS"))
	v.seeGone(browser.In("CHAOS", "Kick"))
	v.check("gone")
}

// meetings starts a stand-in for RealtimeKit with its side for clients, and
// returns it and a configuration whose bridge works there.
func meetings(t *testing.T) (kit *realtimekittest.Server, clients *edge.Edge, file string) {
	t.Helper()
	kit = realtimekittest.New(realtimekittest.Config{})
	kit.AddPreset(realtimekittest.Preset{Name: "roomwarden-bridge", Hidden: true, DisableVideo: true, Pin: true, NoVideo: true, NoAudio: true})
	clients, err := edge.Start(kit)
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(kit)
	t.Cleanup(func() {
		api.CloseClientConnections()
		api.Close()
		if err := clients.Close(); err != nil {
			t.Error(err)
		}
	})
	file = filepath.Join(t.TempDir(), "meetings.yaml")
	text := fmt.Sprintf(`slack: {app_token: xapp-1, bot_token: xoxb-1, audit_channel: C0AUDIT00}
owners: [U0OWNER00]
providers:
  - {name: meet, type: realtimekit, account_id: %q, app_id: %q, api_token: %q, base_url: %q, bridge: {chromium: %q, base_uri: %q, certificate: %q}}
`, realtimekittest.AccountID, realtimekittest.AppID, realtimekittest.APIToken, api.URL, needs.Chromium(t), clients.Base, clients.Certificate)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return kit, clients, file
}

// A meeting of a configuration's own: what only Cloudflare's client can do is
// done by it, and each press shows in the list that it was made in.
func TestMeeting(t *testing.T) {
	t.Parallel()
	kit, clients, file := meetings(t)
	id := kit.AddMeeting("all-hands", "mia", "CHAOS", "ada")
	first := kit.Present(id)
	kit.SetRecording(id, true)
	w := open(t, func(o *demo.Options) { o.Config = file })
	v := w.window(browser.Options{})
	menu := func(who, entry string) {
		t.Helper()
		v.press(`//button[starts-with(@aria-label, "More for ` + who + `")]`)
		v.press(`//*[@role="menu"]//*[@role="menuitem"][.="` + entry + `"]`)
	}
	v.typed("/room-list")
	v.see(browser.Shown("recording"))
	v.typed("/room-list meet:all-hands")
	v.see(browser.In("CHAOS", "Kick"))
	v.check("people")
	v.press(`//button[starts-with(@aria-label, "More for mia")]`)
	v.check("more")
	v.must(v.Keys("\x1b"))
	menu("mia", "Pin")
	v.see(browser.Shown("📌 pinned"))
	if got := clients.Pinned(id); got != first["mia"].ID {
		t.Errorf("%q is pinned", got)
	}
	v.check("pinned")
	menu("CHAOS", "Stop video")
	v.see(browser.Shown("stopped from sending video by @mo"))
	if p := kit.Peer(first["CHAOS"]); p.Video || !p.Present {
		t.Errorf("CHAOS is %+v", p)
	}
	v.press(browser.In("CHAOS", "Mute"))
	v.press(yes)
	v.see(browser.Shown("muted by @mo"))
	v.check("muted")
	v.press(browser.In("CHAOS", "Kick"))
	v.see(`//dialog[@open]`)
	v.check("asked")
	v.press(yes)
	v.seeGone(browser.In("CHAOS", "Kick"))
	v.see(browser.In("mia", "Kick"))
	v.check("gone")
	if p := kit.Peer(first["CHAOS"]); !p.Kicked {
		t.Errorf("CHAOS is %+v", p)
	}
	v.opens("audit")
	v.see(browser.Shown("CHAOS"))
	v.check("audit")
}
