package control_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// echo answers with what it was asked.
type echo struct{ asked chan commands.Invocation }

func (e echo) Do(_ context.Context, in commands.Invocation) commands.Answer {
	e.asked <- in
	return commands.Notice{Tone: commands.Done, Says: []moderation.Sentence{
		moderation.Say("role.granted", "To", moderation.UserID("U1"), "Count", 3),
	}}
}

// bot is a door that is served on a socket for the length of a test.
type bot struct {
	local control.Local
	path  string
	asked chan commands.Invocation
	stop  func() error
}

func newLocal(t *testing.T, folder string) (control.Local, chan commands.Invocation) {
	t.Helper()
	s, err := bolt.Open(t.Context(), filepath.Join(folder, "rw.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{"ann", "bob", "cy"} {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			_, _, err := tx.AppendRecord(moderation.Record{
				Kind: moderation.RecordIntended, At: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Actor: "U0MOD",
				Action: moderation.ActionKick, Provider: "live", Room: "standup", Words: moderation.Words{Participant: name},
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	asked := make(chan commands.Invocation, 1)
	return control.Local{Service: echo{asked}, Store: s}, asked
}

func start(t *testing.T, path string, door control.Door) (stop func() error) {
	t.Helper()
	server, err := control.Listen(path, door, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	var result error
	stopped := false
	stop = func() error {
		cancel()
		if !stopped {
			stopped = true
			result = <-ended
		}
		return result
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return stop
}

func serve(t *testing.T) bot {
	t.Helper()
	folder := t.TempDir()
	local, asked := newLocal(t, folder)
	path := control.Path(filepath.Join(folder, "rw.db"))
	return bot{local: local, path: path, asked: asked, stop: start(t, path, local)}
}

func dial(t *testing.T, path string) *control.Client {
	t.Helper()
	c, err := control.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestDoIsDoneAsTheSystem(t *testing.T) {
	b := serve(t)
	c := dial(t, b.path)
	answer, err := c.Do(t.Context(), commands.Invocation{
		Command: "role", Text: "grant U1 viewer", Args: commands.Args{"a": "b"}, Key: "k", Confirmed: true,
		Caller: commands.Caller{Actor: moderation.Actor{Kind: moderation.SlackUser, ID: "U0EVIL"}}, Source: commands.FromSlash,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := commands.Invocation{
		Command: "role", Text: "grant U1 viewer", Args: commands.Args{"a": "b"}, Key: "k", Confirmed: true,
		Caller: commands.Caller{Actor: moderation.SystemActor}, Source: commands.FromCLI,
	}
	if diff := cmp.Diff(want, <-b.asked, cmpopts.IgnoreUnexported(commands.Invocation{}), cmpopts.IgnoreFields(commands.Invocation{}, "Progress")); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	notice := commands.Notice{Tone: commands.Done, Says: []moderation.Sentence{
		moderation.Say("role.granted", "To", moderation.UserID("U1"), "Count", int64(3)),
	}}
	if diff := cmp.Diff(commands.Answer(notice), answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestReadsAreThoseOfTheStore(t *testing.T) {
	b := serve(t)
	c := dial(t, b.path)
	q := store.CaseQuery{Limit: 2, Room: "standup"}
	cases, err := c.Cases(t.Context(), q)
	want, wantErr := b.local.Cases(t.Context(), q)
	if err := errors.Join(err, wantErr); err != nil || len(cases) != 2 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	if diff := cmp.Diff(want, cases); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	one, records, err := c.Case(t.Context(), 2)
	if err != nil || one.Participant != "bob" || len(records) != 1 || records[0].Case != 2 {
		t.Errorf("case %+v, records %+v, %v", one, records, err)
	}
	if _, _, err := c.Case(t.Context(), 99); moderation.CodeOf(err) != moderation.CodeNotFound {
		t.Errorf("error %v for a case that is not there", err)
	}
	result, err := c.Verify(t.Context())
	if err != nil || result.Fault != nil || result.Records != 3 {
		t.Errorf("%+v, %v", result, err)
	}
	var here, there bytes.Buffer
	sel := audit.Selection{Format: audit.CSV, Cases: q}
	if err := errors.Join(c.Export(t.Context(), &there, sel), b.local.Export(t.Context(), &here, sel)); err != nil {
		t.Fatal(err)
	}
	if here.String() != there.String() || here.Len() == 0 {
		t.Errorf("export over the socket:\n%s\nand here:\n%s", there.String(), here.String())
	}
	err = c.Export(t.Context(), io.Discard, audit.Selection{Format: "xml"})
	if moderation.CodeOf(err) != moderation.CodeInvalid {
		t.Errorf("error %v for a format that is none", err)
	}
}

func TestBackupIsAStore(t *testing.T) {
	c := dial(t, serve(t).path)
	path := filepath.Join(t.TempDir(), "copy.db")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Backup(t.Context(), f), f.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	result, err := audit.Verify(t.Context(), s)
	if err := errors.Join(err, s.Close()); err != nil || result.Records != 3 || result.Fault != nil {
		t.Errorf("%+v, %v", result, err)
	}
}

// half is a door whose export breaks off.
type half struct{ control.Local }

func (half) Export(_ context.Context, w io.Writer, _ audit.Selection) error {
	_, err := io.WriteString(w, "one line\n")
	return errors.Join(err, moderation.Fault(moderation.CodeUnavailable, "store.unwritable"))
}

func TestStreamThatBreaksOffIsAnError(t *testing.T) {
	folder := t.TempDir()
	local, _ := newLocal(t, folder)
	path := filepath.Join(folder, "s")
	start(t, path, half{local})
	var out bytes.Buffer
	err := dial(t, path).Export(t.Context(), &out, audit.Selection{})
	if moderation.CodeOf(err) != moderation.CodeUnavailable || out.String() != "one line\n" {
		t.Errorf("got %q and %v", out.String(), err)
	}
}

func TestWriterThatFailsIsItsOwnError(t *testing.T) {
	full := errors.New("disk full")
	err := dial(t, serve(t).path).Export(t.Context(), failing{full}, audit.Selection{})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want the writer's", err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestSocket(t *testing.T) {
	t.Run("is for its owner alone and goes with the server", func(t *testing.T) {
		b := serve(t)
		info, err := os.Lstat(b.path)
		if err != nil || info.Mode() != os.ModeSocket|0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		if err := b.stop(); err != nil {
			t.Error(err)
		}
		entries, err := os.ReadDir(filepath.Dir(b.path))
		if err != nil || len(entries) != 1 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
		if _, err := control.Dial(t.Context(), b.path); !errors.Is(err, control.ErrNobody) {
			t.Errorf("error %v, want ErrNobody", err)
		}
	})
	t.Run("that a crash left is replaced", func(t *testing.T) {
		folder := t.TempDir()
		path := filepath.Join(folder, "s")
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := control.Dial(t.Context(), path); !errors.Is(err, control.ErrNobody) {
			t.Errorf("error %v, want ErrNobody", err)
		}
		local, _ := newLocal(t, folder)
		start(t, path, local)
		dial(t, path)
	})
	t.Run("that is served is left alone", func(t *testing.T) {
		b := serve(t)
		if _, err := control.Listen(b.path, b.local, slog.New(slog.DiscardHandler)); err == nil {
			t.Error("a second server listens")
		}
		dial(t, b.path)
	})
	t.Run("takes no file's place", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "s")
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := control.Listen(path, control.Local{}, slog.New(slog.DiscardHandler)); err == nil {
			t.Error("it listens")
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
			t.Errorf("file %q, %v", text, err)
		}
	})
	t.Run("may lie deep", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), strings.Repeat("d", 120))
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		local, _ := newLocal(t, folder)
		path := filepath.Join(folder, "rw.db.sock")
		start(t, path, local)
		if _, err := dial(t, path).Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// slow is a service that waits for leave to answer.
type slow struct{ started, leave chan struct{} }

func (s slow) Do(context.Context, commands.Invocation) commands.Answer {
	close(s.started)
	<-s.leave
	return commands.Notice{Tone: commands.Done}
}

func TestStopLetsARequestFinish(t *testing.T) {
	folder := t.TempDir()
	local, _ := newLocal(t, folder)
	s := slow{make(chan struct{}), make(chan struct{})}
	local.Service = s
	path := filepath.Join(folder, "s")
	stop := start(t, path, local)
	c := dial(t, path)
	answered := make(chan error, 1)
	go func() {
		_, err := c.Do(context.Background(), commands.Invocation{Command: "role"})
		answered <- err
	}()
	<-s.started
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	close(s.leave)
	if err := errors.Join(<-answered, <-stopped); err != nil {
		t.Error(err)
	}
}
