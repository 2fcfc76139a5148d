package bridge

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

// keeper has one browser for as long as tabs are open in it, and another where
// it ended by itself.
type keeper struct {
	config Config
	life   context.Context //nolint:containedctx // its end ends the browser
	door   chan struct{}   // holds one while the browser starts or ends, and guards the rest

	browser *browser
	tabs    int
}

func newKeeper(life context.Context, c Config) *keeper {
	return &keeper{config: c, life: life, door: make(chan struct{}, 1)}
}

// take returns the browser for one tab more, started where none runs.
func (k *keeper) take(ctx context.Context) (*browser, error) {
	select {
	case k.door <- struct{}{}:
		defer func() { <-k.door }()
	case <-ctx.Done():
		return nil, noBrowser(k.config, ctx.Err())
	}
	if k.browser != nil && !k.browser.alive() {
		k.end()
	}
	if k.browser == nil {
		started, err := startBrowser(ctx, k.life, k.config)
		if err != nil {
			return nil, noBrowser(k.config, err)
		}
		k.browser = started
	}
	k.tabs++
	return k.browser, nil
}

// give takes a tab back. The last one ends the browser.
func (k *keeper) give(of *browser) {
	k.door <- struct{}{}
	defer func() { <-k.door }()
	if of != k.browser { // ended before
		return
	}
	k.tabs--
	if k.tabs == 0 {
		k.end()
	}
}

func (k *keeper) end() {
	k.browser.close()
	k.browser, k.tabs = nil, 0
}

func noBrowser(c Config, cause error) *moderation.Error {
	return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_browser", "Path", moderation.Literal(c.Chromium)).Because(cause)
}
