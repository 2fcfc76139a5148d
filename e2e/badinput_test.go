package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

const hostile = "<!channel> *boom* `x`"

// Whatever is typed gets a clear answer, and nothing is changed that was not asked for.
func TestBadInput(t *testing.T) {
	s := newScene(t)
	guests := []*livekittest.Guest{
		livekittest.Join(t, s.live, "standup", "ann-1", livekittest.Named("Ann")),
		livekittest.Join(t, s.live, "standup", "ann-2", livekittest.Named("Ann")),
		livekittest.Join(t, s.live, "standup", "pager", livekittest.Named(hostile)),
	}
	s.bot.Start(s.ctx)
	for _, test := range []struct {
		name, command, text string
		want                []string
	}{
		{"a room that does not exist", "/room-kick", "nowhere Ann", []string{"nowhere", "/room-list"}},
		{"a provider that does not exist", "/room-kick", "zoom:standup Ann", []string{"zoom"}},
		{"a person who is not there", "/room-kick", "standup Bert", []string{"Bert", "standup"}},
		{"two people of one name", "/room-kick", "standup Ann", []string{"ann-1", "ann-2"}},
		{"unbalanced quotes", "/room-kick", `standup "Ann`, []string{"quote"}},
		{"ten thousand characters", "/room-kick", "standup " + strings.Repeat("a", 10_000), []string{"10008", "3000"}},
		{"a verb that is none", "/room", "explode standup", []string{"explode", "/room-help"}},
		{"an address that is no page", "/room-announce", "standup ftp://example.org/x.mp3", []string{"ftp://example.org/x.mp3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			on := *s
			on.t = t
			on.types(slack.Mo, test.command, test.text, test.want...)
		})
	}
	room := s.types(slack.Mo, "/room-list", "standup", "Ann", "pager")
	for _, b := range room.Blocks {
		if text := b.Text.String(); strings.Contains(text, "<!channel>") || strings.Contains(text, "*boom*") {
			t.Errorf("a name is drawn as markup: %s", text)
		}
	}
	if _, err := s.slack.As(slack.Mo).Press(s.patience(), room, "Kick", "pager"); err != nil {
		t.Fatal(err)
	}
	guests[2].AwaitOut(t)
	if got := s.audit("kick", "pager", "succeeded"); got.ParticipantName != hostile {
		t.Errorf("the record has the name as %q", got.ParticipantName)
	}
	for _, m := range s.slack.Messages(slack.Audit) {
		for _, b := range m.Blocks {
			if strings.Contains(b.Text.String(), "<!channel>") {
				t.Errorf("the audit channel pages everyone: %s", b.Text)
			}
		}
		if strings.Contains(m.Text, "<!channel>") {
			t.Errorf("the notification pages everyone: %s", m.Text)
		}
	}
	for _, g := range guests[:2] {
		if e, out := g.Saw(func(e livekittest.Event) bool { return e.Kind == livekittest.Disconnected }); out {
			t.Errorf("someone nobody named is out: %+v", e)
		}
	}
	s.settled()
}

// A command without its words opens a dialog rather than guessing.
func TestNoWords(t *testing.T) {
	s := newScene(t)
	livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"))
	s.bot.Start(s.ctx)
	reply, err := s.slack.As(slack.Mo).Command(s.patience(), "/room-kick", "", slack.Moderation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reply.AwaitView(s.patience(), slack.AnyView); err != nil {
		t.Fatal(err)
	}
	s.settled()
}

// A provider that takes the call and says nothing: the caller hears so in time,
// and the case is settled when the provider can be asked again.
func TestProviderThatHangs(t *testing.T) {
	s := newScene(t)
	chaos := livekittest.Join(t, s.live, "standup", "user-chaos", livekittest.Named("Chaos"))
	livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"))
	s.bot.Start(s.ctx)
	held := s.gate.Hold("RemoveParticipant", rig.AfterServer)
	s.types(slack.Mo, "/room-kick", "standup Chaos", "Chaos")
	<-held
	chaos.AwaitOut(t)
	s.audit("kick", "user-chaos", "succeeded")
	s.gate.Heal()
	s.settled()
}

// A provider that is down is shown as down, and does not keep the bot from starting.
func TestProviderThatIsDown(t *testing.T) {
	s := newScene(t, "  - {name: gone, type: livekit, url: \"ws://127.0.0.1:9\", api_key: k, api_secret: sssssssssssssssssssssssssssssssss}")
	livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"))
	s.bot.Start(s.ctx)
	s.types(slack.Olive, "/room-list", "", "gone", "standup")
	s.types(slack.Olive, "/room-kick", "gone:standup Otto", "gone")
	s.settled()
}

// Tokens that Slack does not take end the program with a sentence that names the remedy.
func TestWrongToken(t *testing.T) {
	workspace := rig.Slack(t, slack.Options{AppToken: "xapp-right"})
	b := rig.Install(t, workspace, "http: {listen: \"\"}\nproviders: [{name: sim, type: simulated}]")
	other := rig.Slack(t, slack.Options{AppToken: "xapp-other"})
	b.Override("SLACK_API_URL=" + other.APIURL())
	b.Launch()
	if status := b.Wait(); status != 1 {
		t.Errorf("exit status %d", status)
	}
	if log := b.Log(); !strings.Contains(log, "app-level token") || strings.Contains(log, "xapp-right") {
		t.Errorf("the log does not name the remedy, or holds the token:\n%s", log)
	}
}

// The program stops within ten seconds of SIGTERM.
func TestStops(t *testing.T) {
	workspace := rig.Slack(t, slack.Options{})
	b := rig.Install(t, workspace, "http: {listen: \"\"}\nproviders: [{name: sim, type: simulated}]")
	b.Start(t.Context())
	began := time.Now()
	if status := b.Stop(); status != 0 {
		t.Errorf("exit status %d:\n%s", status, b.Log())
	}
	t.Logf("stopped after %s", time.Since(began))
}
