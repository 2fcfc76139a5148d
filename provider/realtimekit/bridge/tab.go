package bridge

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/roomwarden/roomwarden/moderation"
)

// leaveTimeout bounds the goodbye to a meeting.
const leaveTimeout = 2 * time.Second

// tab is the bridge's part in one meeting: one goroutine, one job at a time.
type tab struct {
	bridge  *Bridge
	meeting string
	jobs    chan job
	ended   chan struct{}

	page  context.Context //nolint:containedctx // chromedp keeps the tab in its context; nil: not joined
	close context.CancelFunc
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
	out   bool // nothing was done: the bridge was no longer in the meeting
}

// run does jobs until none came for a while, a join failed or the meeting put
// the bridge out.
func (t *tab) run() {
	defer t.bridge.forget(t)
	defer t.leave()
	defer close(t.ended)
	idle := time.NewTimer(t.bridge.config.Idle)
	defer idle.Stop()
	for {
		select {
		case j := <-t.jobs:
			was := t.page != nil
			o, lasts := t.do(j)
			if o.out && was { // put out since the last job, or the session is another one
				t.leave()
				o, lasts = t.do(j)
			}
			j.done <- o
			if !lasts {
				return
			}
			idle.Reset(t.bridge.config.Idle)
		case <-idle.C:
			return
		case <-t.bridge.root.Done():
			return
		}
	}
}

func (t *tab) do(j job) (o outcome, lasts bool) {
	if t.page == nil {
		if err := t.join(j.ctx); err != nil {
			return outcome{err: err}, false
		}
	}
	var a answer
	act := t.bridge.config.Act
	err := t.call(j.ctx, act, &a, `(c, t, ms) => warden.act(c, t, ms)`, string(j.control), j.targets, act.Milliseconds())
	switch {
	case err != nil:
		return outcome{err: moderation.Errorf(moderation.CodeOutcomeUnknown, "the bridge's page: %w", err)}, false
	case a.Failed:
		out := a.Gone || a.Code == codeNotJoined
		return outcome{err: a.fault(j.control), out: out}, !out
	case !a.Shown:
		return outcome{peers: a.Peers, err: unseen(j.control)}, true
	default:
		return outcome{peers: a.Peers}, true
	}
}

// join opens the page and joins the meeting, the browser's start included.
func (t *tab) join(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.bridge.config.Join)
	defer cancel()
	began := time.Now()
	token, err := t.bridge.config.Token(ctx, t.meeting)
	if err != nil {
		return err
	}
	browser, err := t.bridge.running()
	if err != nil {
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_browser").Because(err)
	}
	page, closePage := chromedp.NewContext(browser.ctx)
	t.page, t.close = page, closePage
	late := moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_join")
	stop := context.AfterFunc(ctx, closePage) // the first action makes the tab: its own deadline would end it
	err = chromedp.Do(page, chromedp.Navigate(browser.address))
	if !stop() || err != nil {
		return late.Because(err)
	}
	var a answer
	if err := t.call(ctx, t.bridge.config.Join, &a, `(token, base) => warden.join(token, base)`, token, t.bridge.config.BaseURI); err != nil {
		return late.Because(err)
	}
	if a.Failed {
		return a.fault("")
	}
	t.bridge.config.Log.Info("the bridge joined a meeting", "meeting", t.meeting, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// call runs a function of the page. Arguments never become part of its text.
func (t *tab) call(ctx context.Context, timeout time.Duration, into *answer, function string, args ...any) error {
	within, cancel := context.WithTimeout(t.page, timeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	object, err := chromedp.Run(within, chromedp.Evaluate[*runtime.RemoteObject]("warden"))
	if err != nil {
		return err
	}
	*into, err = chromedp.Run(within, chromedp.CallFunctionOn[answer](function, func(p *runtime.CallFunctionOnParams) {
		wait := true
		p.ObjectID, p.AwaitPromise = object.ObjectID, &wait
	}, args...))
	return err
}

// leave says goodbye and closes the tab.
func (t *tab) leave() {
	if t.page == nil {
		return
	}
	if t.bridge.root.Err() == nil {
		var a answer
		_ = t.call(context.Background(), leaveTimeout, &a, `() => warden.leave()`) // the tab is closed all the same
	}
	_ = chromedp.Cancel(t.page) // it is closed in any case
	t.close()
	t.page = nil
}
