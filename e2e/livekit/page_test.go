package livekit_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/demo/browser"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// page is the built program's demo with the provider live, in a browser.
type page struct {
	*browser.Tab
	t *testing.T
}

func openPage(t *testing.T, live *livekittest.Server) *page {
	t.Helper()
	binary := rig.Binary(t)
	ctx, cancel := context.WithTimeout(t.Context(), rig.Soon)
	t.Cleanup(cancel)
	file := filepath.Join(t.TempDir(), "roomwarden.yaml")
	text := fmt.Sprintf(`slack: {app_token: xapp-1, bot_token: xoxb-1, audit_channel: C0AUDIT00}
owners: [U0OWNER00]
providers:
  - {name: live, type: livekit, url: %q, api_key: %q, api_secret: %q}
`, live.URL, live.Key, live.Secret)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program := exec.CommandContext(ctx, binary, "demo", "--listen", "127.0.0.1:0", "--config", file)
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	output, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	b, err := browser.Start(ctx, needs.Chromium(t))
	t.Cleanup(func() {
		if b != nil {
			b.Close()
		}
		cancel()
		_ = program.Wait() // it was ended; how is another test's matter
	})
	if err != nil {
		t.Fatal(err)
	}
	first, err := bufio.NewReader(output).ReadString('\n')
	address := regexp.MustCompile(`http://[0-9.:]+`).FindString(first)
	if err != nil || address == "" {
		t.Fatalf("the demo says %q, %v", first, err)
	}
	tab, err := b.Open(address, browser.Options{Width: 1280, Height: 860})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	return &page{Tab: tab, t: t}
}

func (p *page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.picture("failed")
		p.t.Fatal(err)
	}
}

// picture keeps what the page shows.
func (p *page) picture(name string) {
	p.t.Helper()
	if err := p.Keep(p.t.Name() + "-" + name); err != nil {
		p.t.Error(err)
	}
}

// What the page shows is what the guests of a real server meet.
func TestInTheBrowser(t *testing.T) {
	live := livekittest.Start(t)
	const room = "clinic-page"
	join := func(identity, name string, more ...livekittest.Option) *livekittest.Guest {
		return livekittest.Join(t, live, room, identity, append(more, livekittest.Named(name), livekittest.Microphone())...)
	}
	ines, chaos := join("user-ines", "Ines", livekittest.Camera()), join("user-chaos", "Chaos")
	p := openPage(t, live)

	p.must(p.Type("/room-list live:" + room))
	p.must(p.See(browser.In("Chaos", "Kick")))
	p.picture("list")

	p.must(p.Press(browser.In("Ines", "Mute")))
	p.must(p.Press(`//dialog[@open]//button[.="Mute"]`))
	taken(t, ines, lk.TrackSource_MICROPHONE)
	p.must(p.See(browser.In("Ines", "Unmute")))
	p.picture("muted")
	if mayPublish(ines, lk.TrackSource_MICROPHONE) || !mayPublish(ines, lk.TrackSource_CAMERA) {
		t.Errorf("Ines may %v", ines.Permissions())
	}

	p.must(p.Press(browser.In("Chaos", "Kick")))
	p.must(p.Press(`//dialog[@open]//button[.="Kick"]`))
	chaos.AwaitOut(t)
	p.must(p.SeeGone(browser.In("Chaos", "Kick")))
	p.must(p.See(browser.Shown("was removed by")))
	p.picture("gone")

	p.must(p.Go("audit"))
	p.must(p.See(browser.Shown("removed")))
	p.picture("audit")
	if complaints := p.Complaints(); len(complaints) != 0 {
		t.Errorf("the page complains: %q", complaints)
	}
}
