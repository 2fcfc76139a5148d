package bridge

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
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

// policy lets the page reach the meeting and nothing else.
const policy = "default-src 'none'; script-src 'self'; connect-src https: wss:; worker-src blob:; media-src blob: data: mediastream:"

// browser is one Chromium with a profile of its own, and the server of its page.
type browser struct {
	ctx     context.Context //nolint:containedctx // chromedp keeps the browser in its context
	address string
	server  *http.Server
	served  sync.WaitGroup
	end     func()
}

func startBrowser(root context.Context, c Config) (*browser, error) {
	if _, err := exec.LookPath(c.Chromium); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoBrowser, err)
	}
	listener, err := new(net.ListenConfig).Listen(root, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoBrowser, err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.ExecPath(c.Chromium),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("mute-audio", true),
	}
	if c.Certificate != "" {
		options = append(options, chromedp.Flag("ignore-certificate-errors-spki-list", c.Certificate))
	}
	if os.Geteuid() == 0 { // Chromium has no sandbox for root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(root), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	b := &browser{ctx: ctx, address: "http://" + listener.Addr().String() + "/", end: func() { cancel(); stop() }}
	b.server = &http.Server{Handler: files(), ReadHeaderTimeout: 5 * time.Second}
	b.served.Go(func() {
		if err := b.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Warn("the bridge's page is not served any more", "error", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		b.end()
		b.unserve()
		return nil, fmt.Errorf("%w: %w", errNoBrowser, err)
	}
	return b, nil
}

func files() http.Handler {
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
	if b.ctx.Err() != nil {
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

// close ends Chromium, waits for it and removes its profile.
func (b *browser) close() {
	_ = chromedp.Cancel(b.ctx) // it is ended in any case
	b.end()
	b.unserve()
}

func (b *browser) unserve() {
	_ = b.server.Close()
	b.served.Wait()
}
