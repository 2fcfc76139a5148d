package bridge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/roomwarden/roomwarden/internal/eventually"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

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

// guests is the browser of all guests, one tab each.
var guests struct {
	start  sync.Once
	server *httptest.Server
	ctx    context.Context
	end    func()
	err    error
}

func startGuests(chromium string, e *edge.Edge) {
	files := http.NewServeMux()
	files.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(guestPage))
	})
	files.HandleFunc("GET /sdk.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "sdk.js") })
	guests.server = httptest.NewServer(files)
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.ExecPath(chromium),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("ignore-certificate-errors-spki-list", e.Certificate), chromedp.Flag("no-sandbox", os.Geteuid() == 0))
	ctx, cancel := chromedp.NewContext(allocator)
	guests.ctx, guests.end = ctx, func() { cancel(); stop() }
	guests.err = chromedp.Do(ctx)
}

func closeGuests() error {
	if guests.server == nil {
		return nil
	}
	err := chromedp.Cancel(guests.ctx)
	guests.end()
	guests.server.CloseClientConnections()
	guests.server.Close()
	return err
}

// guest lets someone in through a client of their own.
func (s *studio) guest(t testing.TB, name string) *guest {
	t.Helper()
	path := needs.Chromium(t)
	guests.start.Do(func() { startGuests(path, s.edge) })
	if guests.err != nil {
		t.Fatal(guests.err)
	}
	s.rest.Enrol(s.meeting, name, "guest")
	page, closePage := chromedp.NewContext(guests.ctx)
	t.Cleanup(closePage)
	if err := chromedp.Do(page, chromedp.Navigate(guests.server.URL)); err != nil {
		t.Fatal(err)
	}
	g := &guest{page: page}
	if got := g.call(t, `enter`, s.rest.Token(s.meeting, name), s.edge.Base); !got.Video || got.Pinned {
		t.Fatalf("the guest came in as %+v", got)
	}
	return g
}

func (g *guest) call(t testing.TB, function string, args ...any) look {
	t.Helper()
	ctx, cancel := context.WithTimeout(g.page, patience)
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
func (g *guest) await(t testing.TB, what string, so func(look) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eventually.Until(ctx, t, what, func() bool { return so(g.call(t, "look")) })
}
