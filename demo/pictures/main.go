// Command pictures takes the pictures of the README and the docs: it runs the
// demo, uses its page in a headless Chromium, and writes PNG files.
//
//	go run ./demo/pictures [-chromium PATH] [-to docs/pictures]
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/roomwarden/roomwarden/demo"
	"github.com/roomwarden/roomwarden/demo/browser"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

func main() {
	chromium := flag.String("chromium", "", "the browser; looked for where it is empty")
	to := flag.String("to", filepath.Join("docs", "pictures"), "the folder to write to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *chromium, *to)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// largest bounds a picture, in bytes.
const largest = 200_000

func run(ctx context.Context, chromium, to string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	b, err := browser.Start(ctx, chromium)
	if err != nil {
		return err
	}
	defer b.Close()
	for _, p := range pictures {
		if err := p.take(ctx, b, to); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// picture is one file: how the window is, and what is done before it is taken.
type picture struct {
	name   string
	window browser.Options
	steps  func(t *browser.Tab) []func() error
}

// take runs a demo of its own for each picture, so that none shows another's traces.
func (p picture) take(ctx context.Context, b *browser.Browser, to string) (err error) {
	d, err := demo.Open(ctx, demo.Options{Activity: simulated.Off})
	if err != nil {
		return err
	}
	defer func() {
		if closing := d.Close(); err == nil {
			err = closing
		}
	}()
	if err := d.Furnish(ctx); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- d.Serve(serving, listener) }()
	defer func() {
		stop()
		if failed := <-served; err == nil {
			err = failed
		}
	}()
	tab, err := b.Open("http://"+listener.Addr().String(), p.window)
	if err != nil {
		return err
	}
	defer tab.Close()
	for _, step := range p.steps(tab) {
		if err := step(); err != nil {
			return err
		}
	}
	shot, err := tab.Picture()
	if err != nil {
		return err
	}
	if shot, err = compressed(shot); err != nil {
		return err
	}
	if len(shot) > largest {
		return fmt.Errorf("%d bytes are too many for a repository", len(shot))
	}
	fmt.Printf("%s.png %d bytes\n", p.name, len(shot))
	return os.WriteFile(filepath.Join(to, p.name+".png"), shot, 0o644)
}

// compressed packs a PNG as small as it goes without a loss.
func compressed(shot []byte) ([]byte, error) {
	image, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, image); err != nil {
		return nil, err
	}
	if out.Len() < len(shot) {
		return out.Bytes(), nil
	}
	return shot, nil
}

var (
	desk = browser.Options{Width: 1280, Height: 800}
	dark = browser.Options{Width: 1280, Height: 800, Dark: true}
	hand = browser.Options{Width: 390, Height: 780, Phone: true}
)

const yes = `//dialog//button[contains(@class, "filled")]`

var pictures = []picture{
	{"demo", desk, func(t *browser.Tab) []func() error {
		return []func() error{
			press(t, browser.Button("List the room")),
			press(t, browser.In("Chaos", "Kick")),
			press(t, yes),
			see(t, browser.Shown("Chaos was removed by")),
			see(t, browser.Seat("standup", "chaos")+`[contains(@class, "absent")]`),
		}
	}},
	{"question", desk, func(t *browser.Tab) []func() error {
		return []func() error{
			press(t, browser.Button("List the room")),
			press(t, browser.In("Chaos", "Kick")),
			see(t, `//dialog[@open]`),
		}
	}},
	{"dialog", desk, func(t *browser.Tab) []func() error {
		return []func() error{
			types(t, "/room-mute"),
			func() error { return t.Fill("Room", "stand") },
			func() error { return t.Pick("sim:standup") },
			func() error { return t.Fill("Person", "be") },
			see(t, `//dialog//*[@role="option"][starts-with(., "Ben")]`),
		}
	}},
	{"audit", dark, func(t *browser.Tab) []func() error {
		return []func() error{
			types(t, "/room-kick standup Chaos advertising"),
			see(t, browser.Shown("Chaos is out")),
			types(t, "/room-mute town-hall Hugo 10m keyboard noise"),
			see(t, browser.Shown("Hugo in sim:town-hall is muted")),
			func() error { return t.Go("audit") },
			see(t, browser.Shown("keyboard noise")),
		}
	}},
	{"home", desk, func(t *browser.Tab) []func() error {
		return []func() error{
			func() error { return t.Go("App home") },
			see(t, `//*[@aria-label="App home"][contains(., "standup")]`),
		}
	}},
	{"phone", hand, func(t *browser.Tab) []func() error {
		return []func() error{
			types(t, "/room-list standup"),
			see(t, browser.In("Chaos", "Kick")),
		}
	}},
}

func press(t *browser.Tab, xpath string) func() error { return func() error { return t.Press(xpath) } }

func see(t *browser.Tab, xpath string) func() error { return func() error { return t.See(xpath) } }

func types(t *browser.Tab, line string) func() error { return func() error { return t.Type(line) } }
