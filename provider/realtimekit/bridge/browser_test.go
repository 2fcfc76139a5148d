package bridge_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// script writes a program and returns its path.
func script(t testing.TB, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// A browser that cannot be started is named, in the time that it has for it.
func TestNoBrowser(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"there is none":       "/nowhere/chromium",
		"it is no program":    plain,
		"it ends at once":     script(t, "exit 3"),
		"it says nothing":     script(t, "exec sleep 600"),
		"it is another thing": "/bin/true",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStudio(t, moderator, nil, func(c *bridge.Config) { c.Chromium, c.Start = path, 2*time.Second })
			_, err := s.try(t, bridge.DisableAllVideo)
			providertest.WantCode(t, err, moderation.CodeUnavailable, "realtimekit.bridge.no_browser")
		})
	}
}

// Check starts the browser without any meeting.
func TestCheck(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, nil)
	if err := s.bridge.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if s.joins() != 0 {
		t.Error("it joined a meeting")
	}
	without := newStudio(t, moderator, nil, func(c *bridge.Config) { c.Chromium = "/nowhere/chromium" })
	providertest.WantCode(t, without.bridge.Check(t.Context()), moderation.CodeUnavailable, "realtimekit.bridge.no_browser")
}

// A page that crashed between two controls is opened again, and so is a browser
// that was killed.
func TestBrowserDies(t *testing.T) {
	t.Parallel()
	pid, path := noting(t)
	s := newStudio(t, moderator, []string{"mia"}, func(c *bridge.Config) { c.Chromium = path })
	s.do(t, bridge.Pin, "mia")
	was := pid()
	for _, p := range family(t, was) {
		if strings.Contains(p.command, "--type=renderer") {
			_ = syscall.Kill(p.pid, syscall.SIGKILL) // one may end by itself
		}
	}
	s.awaitGone(t)
	s.do(t, bridge.Unpin, "mia")
	if err := syscall.Kill(was, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.awaitGone(t)
	s.do(t, bridge.Pin, "mia")
	if s.joins() != 3 || len(s.sent()) != 3 {
		t.Errorf("joined %d times for %d controls", s.joins(), len(s.sent()))
	}
}

// A browser that hangs is ended for the next meeting, and the one that was joined
// in it is joined anew.
func TestBrowserHangs(t *testing.T) {
	t.Parallel()
	pid, path := noting(t)
	s := newStudio(t, moderator, []string{"mia"}, func(c *bridge.Config) { c.Chromium, c.Open = path, time.Second })
	o := s.another(t)
	s.do(t, bridge.Pin, "mia")
	was := pid()
	if err := syscall.Kill(was, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	o.do(t, bridge.DisableAllVideo)
	s.do(t, bridge.Unpin, "mia")
	if pid() == was || s.joins() != 2 || o.joins() != 1 {
		t.Errorf("joined %d and %d times", s.joins(), o.joins())
	}
}

// What the bridge leaves behind: no profile, also none of a program that was killed, no token in a log, an argument or
// the page's address, nothing of our environment in Chromium's that may be a
// secret, no question to Google, and a sandbox unless we are root.
func TestLeavesNothing(t *testing.T) {
	folder, err := os.MkdirTemp("", "rw") // a short name: Chromium makes sockets below it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	path := needs.Chromium(t)
	sharedHouse(t)
	t.Setenv("ROOMWARDEN_SLACK_TOKEN", "xoxb-secret")
	noted := filepath.Join(t.TempDir(), "noted")
	wrapper := script(t, fmt.Sprintf(`{ printf '%%s\n' "$@"; env; } >%q; exec %q "$@"`, noted, path))
	t.Setenv("TMPDIR", folder)
	t.Setenv("HOME", folder)
	deserted, inhabited := den(t, folder), den(t, folder)
	if err := deserted.Close(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := newStudio(t, moderator, []string{"mia"}, func(c *bridge.Config) {
		c.Chromium, c.Log = wrapper, slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s.do(t, bridge.Pin, "mia")
	_, absent := s.try(t, bridge.Pin, "nobody")
	providertest.WantCode(t, absent, moderation.CodeNotFound, "realtimekit.no_person")
	if err := s.bridge.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(noted)
	if err != nil {
		t.Fatal(err)
	}
	start := string(raw)
	for _, secret := range []string{"xoxb-secret", s.rest.Token(s.meeting, bridge.Identity)} {
		if strings.Contains(start, secret) || strings.Contains(log.String(), secret) || strings.Contains(absent.Error(), secret) {
			t.Errorf("%s is in %s or in %s", secret, start, log.String())
		}
	}
	if !strings.Contains(start, "--user-data-dir="+folder) {
		t.Errorf("the profile is elsewhere: %s", start)
	}
	if strings.Contains(start, "--no-sandbox") != (os.Geteuid() == 0) || strings.Contains(start, "--remote-debugging-port") {
		t.Errorf("started with %s", start)
	}
	for _, host := range []string{"*.google.com", "*.googleapis.com"} {
		if !strings.Contains(start, "MAP "+host+" ~NOTFOUND") {
			t.Errorf("Chromium may ask %s: %s", host, start)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != filepath.Base(filepath.Dir(inhabited.Addr().String())) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// den makes the folder of another program's browser. Once its socket is closed
// it is as if that program had been killed.
func den(t *testing.T, below string) *net.UnixListener {
	t.Helper()
	path, err := os.MkdirTemp(below, "roomwarden-bridge-*")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(path, "profile"), 0o700); err != nil {
		t.Fatal(err)
	}
	door, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(path, "inhabited")})
	if err != nil {
		t.Fatal(err)
	}
	door.SetUnlinkOnClose(false)
	t.Cleanup(func() { _ = door.Close() }) // perhaps closed before
	return door
}
