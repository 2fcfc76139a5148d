// Package browser uses the demo's page in a headless Chromium the way a visitor
// does: it looks for what is shown, presses, types, and takes pictures. Tests
// and the pictures of the documentation share it.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Options describe a window.
type Options struct {
	Width, Height int64
	Phone         bool
	Dark          bool
	Scale         float64 // pixels of the picture by pixels of the page; 1 where it is zero
}

// Browser is one running Chromium with a profile of its own.
type Browser struct {
	ctx    context.Context //nolint:containedctx // chromedp keeps the browser in its context
	cancel context.CancelFunc
}

// Start starts a browser. Close ends it.
func Start(ctx context.Context, chromium string) (*Browser, error) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-GB"),
	}
	if chromium != "" {
		options = append(options, chromedp.ExecPath(chromium))
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	running, cancel := chromedp.NewContext(allocator)
	b := &Browser{ctx: running, cancel: func() { cancel(); stop() }}
	if err := chromedp.Do(running); err != nil {
		b.Close()
		return nil, fmt.Errorf("browser: %w", err)
	}
	return b, nil
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() {
	_ = chromedp.Cancel(b.ctx)
	b.cancel()
}

// Tab is one page of the browser.
type Tab struct {
	ctx    context.Context //nolint:containedctx // chromedp keeps the tab in its context
	cancel context.CancelFunc

	mu    sync.Mutex
	asked map[string]bool // hosts of every request
	wrong []string        // errors of the page's own
}

// Open opens an address in a tab with a profile of its own.
func (b *Browser) Open(address string, o Options) (*Tab, error) {
	t := &Tab{asked: map[string]bool{}}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(t.note))
	t.ctx, t.cancel = ctx, cancel
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	size := []chromedp.EmulateViewportOption{chromedp.EmulateScale(max(1, o.Scale))}
	if o.Phone {
		size = append(size, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	err := chromedp.Do(
		ctx, chromedp.EmulateViewport(o.Width, o.Height, size...),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
				},
			})
			return err
		}),
		chromedp.Navigate(address),
	)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("open %s: %w", address, err)
	}
	return t, nil
}

// note keeps where requests go and what the page complains about.
func (t *Tab) note(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Scheme != "blob" {
			t.asked[u.Host] = true
		}
	case *runtime.EventExceptionThrown:
		t.wrong = append(t.wrong, e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			t.wrong = append(t.wrong, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Hosts returns every host that the page asked for something.
func (t *Tab) Hosts() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.asked))
}

// Complaints returns the errors of the page's own: exceptions, and what the
// browser refused it.
func (t *Tab) Complaints() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.wrong)
}

// Close closes the tab.
func (t *Tab) Close() { t.cancel() }

// waiting bounds how long one step may take. It only ends what hangs.
const waiting = 45 * time.Second

func (t *Tab) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.ctx, waiting)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Button is the XPath of a button by its text or accessible name.
func Button(label string) string {
	return fmt.Sprintf(`(//button[normalize-space(.)=%[1]s or @aria-label=%[1]s])[last()]`, quoted(label))
}

// In is the XPath of a button in the row of actions that belongs to someone or
// something, in the latest message that has it.
func In(row, label string) string {
	return fmt.Sprintf(`(//*[starts-with(@aria-label, %s)]//button[normalize-space(.)=%s or starts-with(@aria-label, %s)])[last()]`,
		quoted("Actions for "+row), quoted(label), quoted(label))
}

// Seat is the XPath of someone on the stage.
func Seat(room, identity string) string {
	return fmt.Sprintf(`//*[@data-room=%s]//li[@data-identity=%s]`, quoted(room), quoted(identity))
}

// Shown is the XPath of an element of the conversation that shows a text.
func Shown(text string) string {
	return fmt.Sprintf(`//article[contains(normalize-space(.), %s)]`, quoted(text))
}

// quoted writes an XPath string.
func quoted(s string) string {
	if !strings.Contains(s, `"`) {
		return `"` + s + `"`
	}
	return `'` + s + `'`
}

// Type types into the message field and sends it.
func (t *Tab) Type(line string) error {
	field := `//main//input[@role="combobox"]`
	return named("type "+line, t.do(chromedp.WaitEnabled(field), chromedp.Focus(field), chromedp.KeyEvent(line), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.Enter)))
}

// Keys types keys to whatever has the focus.
func (t *Tab) Keys(keys string) error { return named("keys", t.do(chromedp.KeyEvent(keys))) }

// Pick chooses an offered option by its text.
func (t *Tab) Pick(option string) error {
	return t.Press(fmt.Sprintf(`//*[@role="option"][starts-with(normalize-space(.), %s)]`, quoted(option)))
}

// See waits until what an XPath finds is visible.
func (t *Tab) See(xpath string) error { return named("see "+xpath, t.do(chromedp.WaitVisible(xpath))) }

// SeeGone waits until an XPath finds nothing.
func (t *Tab) SeeGone(xpath string) error {
	return named("see no more "+xpath, t.do(chromedp.WaitNotPresent(xpath)))
}

// Become chooses who one is, by first name.
func (t *Tab) Become(name string) error {
	return t.Press(fmt.Sprintf(`//fieldset[@class="personas"]//label[contains(normalize-space(.), %s)]`, quoted(name)))
}

// Go opens a channel or the home.
func (t *Tab) Go(place string) error {
	return t.Press(fmt.Sprintf(`//nav//button[starts-with(normalize-space(.), %s)]`, quoted(place)))
}

// Picture returns what the tab shows as a PNG.
func (t *Tab) Picture() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, waiting)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

// Keep takes a picture and writes it, under this name, to the folder that
// ROOMWARDEN_PICTURES names; where it names none, nothing is written.
func (t *Tab) Keep(name string) error {
	png, err := t.Picture()
	folder := os.Getenv("ROOMWARDEN_PICTURES")
	if err != nil || folder == "" {
		return err
	}
	return os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o600)
}

// Evaluate runs JavaScript and returns its value.
func Evaluate[T any](t *Tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, waiting)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// Flaw is something that axe found.
type Flaw struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

// Axe runs axe-core, given as its source, and returns what it finds to be
// serious or critical.
func (t *Tab) Axe(source string) ([]Flaw, error) {
	if _, err := Evaluate[json.RawMessage](t, source+"; null"); err != nil {
		return nil, err
	}
	return Evaluate[[]Flaw](t, `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations
		.filter(v => v.impact === 'serious' || v.impact === 'critical')
		.map(v => ({id: v.id, impact: v.impact, help: v.help, where: v.nodes.map(n => n.html.slice(0, 200) + ' ' + (n.any[0]?.message ?? ''))})))`)
}

func named(step string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: it did not come to that: %w", step, err)
	}
	return fmt.Errorf("%s: %w", step, err)
}
