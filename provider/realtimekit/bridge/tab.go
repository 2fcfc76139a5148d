package bridge

import (
	"context"
	"errors"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/roomwarden/roomwarden/moderation"
)

const (
	// leaveTimeout bounds the goodbye to a meeting.
	leaveTimeout = 2 * time.Second
	// grace is how long the page may take, after the time of a join, to say why.
	grace = 2 * time.Second
)

// tab is the bridge's part in one meeting: one goroutine, one job at a time.
type tab struct {
	bridge  *Bridge
	meeting string
	jobs    chan job
	leaving chan struct{} // takes one when the place is needed for another meeting
	ended   chan struct{}

	// under the bridge's mu
	wanted int       // jobs that wait or run
	since  time.Time // when the last one ended

	browser *browser
	page    context.Context //nolint:containedctx // chromedp keeps the tab in its context; nil: not joined
	close   context.CancelFunc
}

type job struct {
	ctx     context.Context //nolint:containedctx // the caller's, for whom it is done
	control Control
	targets []Target
	done    chan outcome
}

type outcome struct {
	peers []string
	err   error
}

func newTab(b *Bridge, meeting string) *tab {
	return &tab{
		bridge: b, meeting: meeting, since: time.Now(),
		jobs: make(chan job), leaving: make(chan struct{}), ended: make(chan struct{}),
	}
}

// run does jobs until none came for a while or the place is needed. The browser
// is kept meanwhile.
func (t *tab) run() {
	defer close(t.ended)
	defer t.bridge.forget(t)
	defer t.end()
	idle := time.NewTimer(t.bridge.config.Idle)
	defer idle.Stop()
	for {
		select {
		case j := <-t.jobs:
			j.done <- t.do(j)
			idle.Reset(t.bridge.config.Idle)
		case <-idle.C:
			return
		case <-t.leaving:
			return
		case <-t.bridge.root.Done():
			return
		}
	}
}

// do carries a job out, in a meeting that is joined first, or anew where the
// bridge was put out of it, its session is another one, or the browser is gone.
func (t *tab) do(j job) outcome {
	ctx, cancel := context.WithCancel(j.ctx)
	defer cancel()
	defer context.AfterFunc(t.bridge.root, cancel)()
	if t.page != nil && !t.present(ctx) {
		t.drop()
	}
	was := t.page != nil
	a, err := t.try(ctx, j)
	if err == nil && a.out() && was { // put out just now
		t.drop()
		a, err = t.try(ctx, j)
	}
	switch {
	case err != nil:
		t.drop()
		return outcome{err: err}
	case a.Failed && (a.out() || a.Cut):
		t.drop()
		return outcome{err: a.fault(j.control)}
	case a.Failed && a.Code == codeForbidden:
		t.leave() // the next job joins with what the preset allows by then
		return outcome{err: a.fault(j.control)}
	case a.Failed:
		return outcome{err: a.fault(j.control)}
	case !a.Shown:
		return outcome{peers: a.Peers, err: unseen(j.control)}
	default:
		return outcome{peers: a.Peers}
	}
}

func (t *tab) try(ctx context.Context, j job) (a answer, err error) {
	if t.page == nil {
		if err := t.join(ctx); err != nil {
			return answer{}, err
		}
	}
	act := t.bridge.config.Act
	a, err = t.call(ctx, act, `(c, t, ms) => warden.act(c, t, ms)`, string(j.control), j.targets, (act - act/10).Milliseconds())
	if err != nil {
		return answer{}, moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.cut").Because(err)
	}
	return a, nil
}

// present reports whether the page answers, in a fifth of a control's time, and
// is in the meeting.
func (t *tab) present(ctx context.Context) bool {
	a, err := t.call(ctx, t.bridge.config.Act/5, `() => warden.state()`)
	return err == nil && !a.Failed
}

// join opens the page and joins the meeting. The browser's start does not count
// as time of the join.
func (t *tab) join(ctx context.Context) error {
	began := time.Now()
	token, err := t.enrol(ctx)
	if err != nil {
		return err
	}
	left := t.bridge.config.Join - time.Since(began)
	if err := t.start(ctx); err != nil {
		return err
	}
	a, err := t.call(ctx, left+grace, `(token, base, ms) => warden.join(token, base, ms)`, token, t.bridge.config.BaseURI, left.Milliseconds())
	if err != nil {
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_join").Because(err)
	}
	if a.Failed {
		return a.joinFault()
	}
	t.bridge.config.Log.Info("the bridge joined a meeting", "meeting", t.meeting, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// enrol gets a token for the meeting.
func (t *tab) enrol(ctx context.Context) (token string, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.bridge.config.Join)
	defer cancel()
	return t.bridge.config.Token(ctx, t.meeting)
}

// start opens the page, in a browser that is started for it where none runs.
func (t *tab) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.bridge.config.Start)
	defer cancel()
	return t.openPage(ctx)
}

// openPage opens the page in a tab of the browser, which is started for it
// where none runs, and anew where it turns out to have ended.
func (t *tab) openPage(ctx context.Context) error {
	for again := false; ; again = true {
		if t.browser != nil && !t.browser.alive() {
			t.giveBack()
		}
		if t.browser == nil {
			browser, err := t.bridge.keeper.take(ctx)
			if err != nil {
				return err
			}
			t.browser = browser
		}
		err := t.navigate(ctx)
		if err == nil {
			return nil
		}
		t.drop()
		if ctx.Err() == nil { // nobody gave up: it has ended, or hangs
			t.browser.broken.Store(true)
		}
		if again || ctx.Err() != nil {
			return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_join").Because(err)
		}
	}
}

// navigate opens the page. A browser that has opened one before has less time for
// it: it may hang, and another one is to be started within the same time.
func (t *tab) navigate(ctx context.Context) error {
	if t.browser.proven.Load() {
		within, cancel := context.WithTimeout(ctx, t.bridge.config.Open)
		defer cancel()
		ctx = within
	}
	t.page, t.close = chromedp.NewContext(t.browser.ctx)
	stop := context.AfterFunc(ctx, t.close) // the first action makes the tab: its own deadline would end it
	err := chromedp.Do(t.page, chromedp.Navigate(t.browser.address))
	if !stop() {
		err = errors.Join(err, ctx.Err())
	}
	if err == nil {
		t.browser.proven.Store(true)
	}
	return err
}

// call runs a function of the page. Arguments never become part of its text.
func (t *tab) call(ctx context.Context, timeout time.Duration, function string, args ...any) (answer, error) {
	within, cancel := context.WithTimeout(t.page, timeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	object, err := chromedp.Run(within, chromedp.Evaluate[*runtime.RemoteObject]("warden"))
	if err != nil {
		return answer{}, err
	}
	return chromedp.Run(within, chromedp.CallFunctionOn[answer](function, func(p *runtime.CallFunctionOnParams) {
		wait := true
		p.ObjectID, p.AwaitPromise = object.ObjectID, &wait
	}, args...))
}

// leave says goodbye and closes the tab.
func (t *tab) leave() {
	if t.page != nil && t.bridge.root.Err() == nil {
		_, _ = t.call(t.bridge.root, leaveTimeout, `() => warden.leave()`) // the tab is closed all the same
	}
	t.drop()
}

// drop closes the tab without a goodbye.
func (t *tab) drop() {
	if t.page != nil {
		_ = chromedp.Cancel(t.page) // it is closed in any case
		t.close()
		t.page = nil
	}
}

// end leaves the meeting for good; the browser ends with the last tab.
func (t *tab) end() {
	t.leave()
	t.giveBack()
}

func (t *tab) giveBack() {
	if t.browser != nil {
		t.bridge.keeper.give(t.browser)
		t.browser = nil
	}
}
