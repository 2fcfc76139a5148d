package bridge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"

	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The SDK is the one of @cloudflare/realtimekit 2.0.2 on npm, dist/browser.js.
func TestSDKIsTheOnePublished(t *testing.T) {
	raw, err := os.ReadFile("sdk.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	if got := hex.EncodeToString(sum[:]); got != "e3bcd6ba788c8b67db6f0ec6f811c3da28af969f8f90db646cd7d5a7013ccd2f" {
		t.Errorf("sdk.js is %s", got)
	}
}

// studio is a meeting at the stand-in, with a bridge to it.
type studio struct {
	rest    *realtimekittest.Server
	edge    *edge.Edge
	bridge  *bridge.Bridge
	config  bridge.Config
	meeting string
}

var moderator = realtimekittest.Preset{Name: "bridge", Hidden: true, DisableVideo: true, Pin: true, NoVideo: true, NoAudio: true}

func newStudio(t *testing.T, preset realtimekittest.Preset, change ...func(*bridge.Config)) *studio {
	t.Helper()
	chromium := needs.Chromium(t)
	s := &studio{rest: realtimekittest.New(realtimekittest.Config{})}
	e, err := edge.Start(s.rest)
	if err != nil {
		t.Fatal(err)
	}
	s.edge = e
	s.rest.AddPreset(preset)
	s.meeting = s.rest.AddMeeting("town hall")
	s.rest.Enrol(s.meeting, bridge.Identity, preset.Name)
	config := bridge.Config{
		Chromium: chromium, BaseURI: e.Base, Certificate: e.Certificate,
		Token: func(context.Context, string) (string, error) { return s.rest.Token(s.meeting, bridge.Identity), nil },
	}
	for _, f := range change {
		f(&config)
	}
	s.config, s.bridge = config, bridge.New(config)
	t.Cleanup(func() {
		if err := s.bridge.Close(); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// guest is Cloudflare's own client in a browser with a fake camera.
type guest struct{ page context.Context }

const guestPage = `<!doctype html><script src="sdk.js"></script><script>
let meeting, left = '';
async function enter(authToken, baseURI) {
  meeting = await RealtimeKitClient.init({authToken, baseURI, defaults: {audio: true, video: true}, modules: {tracing: false, chat: false, poll: false, plugin: false, pip: false, theme: false, livestream: false}});
  meeting.self.on('roomLeft', ({state}) => { left = state; });
  await meeting.join();
  return look();
}
function look() {
  return {video: meeting.self.videoEnabled, audio: meeting.self.audioEnabled, pinned: meeting.self.isPinned, left};
}
</script>`

type look struct {
	Video  bool   `json:"video"`
	Audio  bool   `json:"audio"`
	Pinned bool   `json:"pinned"`
	Left   string `json:"left"`
}

func (s *studio) guest(t *testing.T, name string) *guest {
	t.Helper()
	s.rest.Enrol(s.meeting, name, "guest")
	files := http.NewServeMux()
	files.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(guestPage))
	})
	files.HandleFunc("GET /sdk.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "sdk.js") })
	server := httptest.NewServer(files)
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.ExecPath(needs.Chromium(t)),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("ignore-certificate-errors-spki-list", s.edge.Certificate),
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	page, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(page) // it is ended in any case
		cancel()
		stop()
		server.CloseClientConnections()
		server.Close()
	})
	if err := chromedp.Do(page, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	g := &guest{page: page}
	if got := g.call(t, `enter`, s.rest.Token(s.meeting, name), s.edge.Base); !got.Video || got.Pinned {
		t.Fatalf("the guest came in as %+v", got)
	}
	return g
}

func (g *guest) call(t *testing.T, function string, args ...any) look {
	t.Helper()
	ctx, cancel := context.WithTimeout(g.page, 30*time.Second)
	defer cancel()
	object, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject]("globalThis"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.CallFunctionOn[look](`(...a) => `+function+`(...a)`, func(p *runtime.CallFunctionOnParams) {
		wait := true
		p.ObjectID, p.AwaitPromise = object.ObjectID, &wait
	}, args...))
	if err != nil {
		t.Fatalf("%s: %v", function, err)
	}
	return got
}

// await waits until the guest's own client shows what is wanted.
func (g *guest) await(t *testing.T, what string, so func(look) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		got := g.call(t, "look")
		if so(got) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("never %s: %+v", what, got)
		case <-again.C:
		}
	}
}

func (s *studio) do(t *testing.T, control bridge.Control, who ...string) []string {
	t.Helper()
	peers, err := s.try(t, control, who...)
	if err != nil {
		t.Fatalf("%s %v: %v", control, who, err)
	}
	return peers
}

func (s *studio) try(t *testing.T, control bridge.Control, who ...string) ([]string, error) {
	t.Helper()
	var targets []bridge.Target
	for _, w := range who {
		targets = append(targets, bridge.Target{User: s.rest.UserID(s.meeting, w), Custom: w})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	return s.bridge.Do(ctx, s.meeting, control, targets...)
}

// The official client on both ends: what the bridge does, the guest's own
// client shows.
func TestTwoClients(t *testing.T) {
	s := newStudio(t, moderator)
	mia := s.guest(t, "mia")
	peer := s.rest.Present(s.meeting)["mia"].ID

	if got := s.do(t, bridge.DisableVideo, "mia"); !slices.Equal(got, []string{peer}) {
		t.Errorf("for %v, want %s", got, peer)
	}
	mia.await(t, "without video", func(l look) bool { return !l.Video && l.Audio && l.Left == "" })
	s.do(t, bridge.Pin, "mia")
	mia.await(t, "pinned", func(l look) bool { return l.Pinned })
	s.do(t, bridge.Unpin, "mia")
	mia.await(t, "unpinned", func(l look) bool { return !l.Pinned })

	// Unpinning by pinning another, and everyone's cameras at once.
	ada := s.guest(t, "ada")
	s.do(t, bridge.Pin, "mia")
	mia.await(t, "pinned again", func(l look) bool { return l.Pinned })
	s.do(t, bridge.Pin, "ada")
	ada.await(t, "pinned", func(l look) bool { return l.Pinned })
	mia.await(t, "unpinned by the other pin", func(l look) bool { return !l.Pinned })
	s.do(t, bridge.DisableAllVideo)
	ada.await(t, "without video", func(l look) bool { return !l.Video && l.Audio && l.Left == "" })

	_, err := s.try(t, bridge.Pin, "nobody")
	providertest.WantCode(t, err, moderation.CodeNotFound, "realtimekit.no_person")
}
