package demo_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo"
	"github.com/roomwarden/roomwarden/demo/browser"
	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

func TestMain(m *testing.M) {
	status := m.Run()
	chromium.close()
	if status == 0 {
		if err := leaks.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// chromium is the one browser of all journeys.
var chromium shared

type shared struct {
	mu     sync.Mutex
	b      *browser.Browser
	cancel context.CancelFunc
}

func (s *shared) open(t *testing.T) *browser.Browser {
	t.Helper()
	path := needs.Chromium(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.b == nil {
		ctx, cancel := context.WithCancel(context.Background())
		b, err := browser.Start(ctx, path)
		if err != nil {
			cancel()
			t.Fatal(err)
		}
		s.b, s.cancel = b, cancel
	}
	return s.b
}

func (s *shared) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.b != nil {
		s.b.Close()
		s.cancel()
		s.b = nil
	}
}

// axe returns the source of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	path := filepath.Join("web", "node_modules", "axe-core", "axe.min.js")
	source, err := os.ReadFile(path)
	if err != nil {
		needs.Program(t, "apt-get install npm", "npm")
		if out, err := exec.CommandContext(t.Context(), "../tools/page", "deps").CombinedOutput(); err != nil {
			t.Fatalf("tools/page deps: %v\n%s", err, out)
		}
		if source, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return string(source)
}

// workspace is a demo whose page is served.
type workspace struct {
	*demo.Demo
	t       *testing.T
	ctx     context.Context
	address string
}

// open brings a demo up for the test, in which nobody does anything by themselves.
func open(t *testing.T, change ...func(*demo.Options)) *workspace {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	o := demo.Options{Activity: simulated.Off}
	for _, f := range change {
		f(&o)
	}
	d, err := demo.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.Furnish(ctx); err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- d.Serve(serving, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &workspace{Demo: d, t: t, ctx: ctx, address: "http://" + listener.Addr().String()}
}

// visit opens the page of a demo of the test's own, beside those of other tests.
func visit(t *testing.T, o browser.Options) *visitor {
	t.Helper()
	t.Parallel()
	return open(t).window(o)
}

// window opens the page in the browser.
func (w *workspace) window(o browser.Options) *visitor {
	w.t.Helper()
	if testing.Short() {
		w.t.Skip("journeys in a browser are for the whole run")
	}
	if o.Width == 0 {
		o.Width, o.Height = 1280, 860
	}
	tab, err := chromium.open(w.t).Open(w.address, o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(tab.Close)
	return &visitor{Tab: tab, at: w, t: w.t}
}

// visitor uses the page; each step must come to pass.
type visitor struct {
	*browser.Tab
	at *workspace
	t  *testing.T
}

func (v *visitor) must(err error) {
	v.t.Helper()
	if err != nil {
		v.picture("failed")
		v.t.Fatal(err)
	}
}

func (v *visitor) press(xpath string)       { v.t.Helper(); v.must(v.Press(xpath)) }
func (v *visitor) see(xpath string)         { v.t.Helper(); v.must(v.See(xpath)) }
func (v *visitor) seeGone(xpath string)     { v.t.Helper(); v.must(v.SeeGone(xpath)) }
func (v *visitor) typed(line string)        { v.t.Helper(); v.must(v.Type(line)) }
func (v *visitor) fill(label, words string) { v.t.Helper(); v.must(v.Fill(label, words)) }
func (v *visitor) pick(option string)       { v.t.Helper(); v.must(v.Pick(option)) }
func (v *visitor) opens(place string)       { v.t.Helper(); v.must(v.Go(place)) }

func (v *visitor) becomes(name string) {
	v.t.Helper()
	v.must(v.Become(name))
	v.see(`//span[@class="as"][contains(., "` + name + `")]`)
}

// picture keeps what the page shows.
func (v *visitor) picture(name string) {
	v.t.Helper()
	if err := v.Keep(v.t.Name() + "-" + name); err != nil {
		v.t.Error(err)
	}
}

// check takes a picture and holds the page to what every page must be: usable
// for everyone, without an error, and asking nobody but its own server.
func (v *visitor) check(name string) {
	v.t.Helper()
	v.picture(name)
	flaws, err := v.Axe(axe(v.t))
	if err != nil {
		v.t.Error(err)
	}
	for _, f := range flaws {
		v.t.Errorf("axe: %s (%s): %s\n%q", f.ID, f.Impact, f.Help, f.Where)
	}
	if hosts := v.Hosts(); len(hosts) != 1 {
		v.t.Errorf("the page asked %q", hosts)
	}
	if all := v.Complaints(); len(all) > 0 {
		v.t.Errorf("the page complains: %q", all)
	}
}
