package bridge

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/chromedp"
)

var (
	//go:embed sdk.js
	sdk []byte
	//go:embed page.js
	script []byte
	//go:embed page.html
	page []byte
)

// policy lets the page reach the meeting and nothing else: the API's host and,
// as the API may name another one, any websocket. The SDK's telemetry goes to
// other hosts, also with its tracing off: the browser sends none of it.
func policy(baseURI string) string {
	return "default-src 'none'; script-src 'self'; connect-src https://api." + cmp.Or(baseURI, "realtime.cloudflare.com") +
		" wss:; worker-src blob:; media-src blob: data: mediastream:"
}

// elsewhere keeps Chromium itself from Google's hosts, which it asks for updates,
// models and accounts also with its background networking off.
const elsewhere = "MAP *.google.com ~NOTFOUND, MAP *.googleapis.com ~NOTFOUND, MAP *.gvt1.com ~NOTFOUND"

// inherited are the variables of our environment that Chromium is given. The
// others may hold secrets.
var inherited = []string{
	"PATH", "USER", "LANG", "LC_ALL", "TZ", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
}

// browser is one Chromium with a profile of its own, and the server of its page.
type browser struct {
	ctx     context.Context //nolint:containedctx // chromedp keeps the browser in its context
	address string
	server  *http.Server
	served  sync.WaitGroup
	end     func()
	den     *den
	proven  atomic.Bool // it opened the page once
	broken  atomic.Bool // it could not open the page
}

// startBrowser starts Chromium, in the time of within; it outlives that and ends
// with life at the latest.
func startBrowser(within, life context.Context, c Config) (*browser, error) {
	if _, err := exec.LookPath(c.Chromium); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(within, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	den, err := newDen()
	if err != nil {
		_ = listener.Close() // nothing was served
		return nil, err
	}
	allocator, stop := chromedp.NewExecAllocator(life, options(c, den)...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(format string, args ...any) {
		c.Log.Debug("the bridge's browser", "says", fmt.Sprintf(format, args...))
	}))
	b := &browser{ctx: ctx, address: "http://" + listener.Addr().String() + "/", end: func() { cancel(); stop() }, den: den}
	b.server = &http.Server{Handler: files(policy(c.BaseURI)), ReadHeaderTimeout: 5 * time.Second}
	b.served.Go(func() {
		if err := b.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Warn("the bridge's page is not served any more", "error", err)
		}
	})
	intime := context.AfterFunc(within, cancel)
	err = chromedp.Do(ctx)
	if !intime() {
		err = errors.Join(err, within.Err())
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func options(c Config, den *den) []chromedp.ExecAllocatorOption {
	all := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.ExecPath(c.Chromium),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("mute-audio", true),
		chromedp.Flag("host-resolver-rules", elsewhere),
		chromedp.Flag("disable-dev-shm-usage", true), // a container has little of it
		chromedp.UserDataDir(den.profile()),
		chromedp.NoInheritEnv, chromedp.Env("TMPDIR="+den.path, "HOME="+den.path),
	}
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			all = append(all, chromedp.Env(name+"="+value))
		}
	}
	if c.Certificate != "" {
		all = append(all, chromedp.Flag("ignore-certificate-errors-spki-list", c.Certificate))
	}
	return append(all, chromedp.Flag("no-sandbox", os.Geteuid() == 0)) // Chromium has no sandbox for root
}

func files(policy string) http.Handler {
	serve := func(kind string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind+"; charset=utf-8")
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			_, _ = w.Write(body) // a browser that has gone is no fault of ours
		}
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /{$}", serve("text/html", page))
	routes.HandleFunc("GET /page.js", serve("text/javascript", script))
	routes.HandleFunc("GET /sdk.js", serve("text/javascript", sdk))
	return routes
}

func (b *browser) alive() bool {
	if b.broken.Load() || b.ctx.Err() != nil {
		return false
	}
	gone, err := chromedp.Detached(b.ctx)
	if err != nil {
		return false
	}
	select {
	case <-gone:
		return false
	default:
		return true
	}
}

// close kills Chromium, waits for it and removes what it wrote: there is nothing
// in it to be saved.
func (b *browser) close() {
	b.end()
	_ = b.server.Close()
	b.served.Wait()
	b.den.clear()
}
