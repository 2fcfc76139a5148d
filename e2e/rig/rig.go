// Package rig runs the built program for end-to-end tests: roomwarden run as a
// process of its own, with a configuration and a store in a folder of the test,
// against the stand-in for Slack.
package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// built is the folder of the program, "" where no test has asked for it.
var built string

var binary = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "roomwarden-e2e-")
	if err != nil {
		return "", err
	}
	built = folder
	path := filepath.Join(folder, "roomwarden")
	args := []string{"build", "-o", path}
	if raceEnabled || os.Getenv("ROOMWARDEN_RACE") == "1" {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "github.com/roomwarden/roomwarden/cmd/roomwarden")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// Binary returns the path of the program, built once for all tests of a package.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Main runs a package's tests, cleans up, and ends the process.
func Main(m *testing.M) {
	code := m.Run()
	CleanUp()
	os.Exit(code)
}

// CleanUp removes the built program. It is for the end of a TestMain of one's own.
func CleanUp() {
	if built != "" {
		_ = os.RemoveAll(built)
	}
}

// Slack starts a stand-in for the test's length. It waits longer for acks than
// Slack does, unless o says how long: a busy machine is no fault of the program.
func Slack(t testing.TB, o slack.Options) *slack.Server {
	t.Helper()
	if o.AckWithin == 0 {
		o.AckWithin, o.TriggerLife = patience, patience
	}
	s, err := slack.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Bot is an installation of the program: its folder outlives its processes.
type Bot struct {
	t       testing.TB
	slack   *slack.Server
	folder  string
	env     []string
	mu      sync.Mutex
	running *process
}

// patience bounds the wait for what the program does at once: it is for a
// program that hangs, not for a busy machine.
const patience = time.Minute

type process struct {
	cmd  *exec.Cmd
	log  *logged
	done chan struct{}
}

// logged keeps what the program writes to stderr.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed at the next write
}

func newLogged() *logged { return &logged{more: make(chan struct{})} }

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.more)
	l.more = make(chan struct{})
	return l.text.Write(p)
}

// await waits until what was written matches, and returns what the first group did.
func (l *logged) await(ctx context.Context, line *regexp.Regexp) (string, error) {
	for {
		l.mu.Lock()
		found, more := line.FindSubmatch(l.text.Bytes()), l.more
		l.mu.Unlock()
		if found != nil {
			return string(found[1]), nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return "", fmt.Errorf("%w: no line fits %s", ctx.Err(), line)
		}
	}
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Install writes a configuration for the stand-in: rest holds the providers and
// whatever else the test wants, in YAML.
func Install(t testing.TB, s *slack.Server, rest string) *Bot {
	t.Helper()
	Binary(t) // what building takes is of no test's time
	app, bot := s.Tokens()
	b := &Bot{t: t, slack: s, folder: t.TempDir()}
	b.write("roomwarden.yaml", fmt.Sprintf(`slack:
  app_token: %s
  bot_token: %s
  api_url: %s
  audit_channel: %s
  audit_rate: 50
owners: [%s]
%s
`, app, bot, s.APIURL(), slack.Audit, slack.Olive, rest))
	t.Cleanup(b.Kill)
	return b
}

func (b *Bot) write(name, text string) {
	if err := os.WriteFile(filepath.Join(b.folder, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Override sets a variable of the environment, NAME=value, for processes that are
// started from now on.
func (b *Bot) Override(variable string) { b.env = append(b.env, variable) }

// Config returns the configuration's path.
func (b *Bot) Config() string { return filepath.Join(b.folder, "roomwarden.yaml") }

// Start runs the program and returns when it is linked to the stand-in, which
// has noticed by then that an earlier process is gone.
func (b *Bot) Start(ctx context.Context) {
	b.t.Helper()
	earlier := b.slack.Sockets()
	b.Launch()
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := b.slack.Await(wait, func() bool {
		return !slices.ContainsFunc(b.slack.Sockets(), func(s *slack.Socket) bool { return slices.Contains(earlier, s) })
	})
	if err == nil {
		err = b.slack.AwaitConnections(wait, 1)
	}
	if err != nil {
		b.t.Fatalf("no link to the stand-in: %v\n%s", err, b.Log())
	}
}

var listening = regexp.MustCompile(`"msg":"HTTP is up","listen":"([^"]+)"`)

// Listens waits until the program says where it serves HTTP, and returns that:
// 127.0.0.1:PORT.
func (b *Bot) Listens(ctx context.Context) string {
	b.t.Helper()
	address, err := b.current().log.await(ctx, listening)
	if err != nil {
		b.t.Fatalf("the program does not say where it listens: %v\n%s", err, b.Log())
	}
	return address
}

// Launch runs the program and does not wait.
func (b *Bot) Launch() {
	b.t.Helper()
	log := newLogged()
	cmd := exec.Command(Binary(b.t), "run", "--config", b.Config()) //nolint:noctx // it lives until Stop or Kill
	cmd.Stderr, cmd.Stdout = log, log
	cmd.Env = b.environment()
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	p := &process{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // ProcessState says how it ended
		close(p.done)
	}()
	b.mu.Lock()
	b.running = p
	b.mu.Unlock()
}

// environment is the test's own without what would override the configuration,
// and with what the test overrides.
func (b *Bot) environment() []string {
	env := append(os.Environ(), "SLACK_APP_TOKEN=", "SLACK_BOT_TOKEN=", "SLACK_API_URL=", "ROOMWARDEN_STORE=")
	return append(env, b.env...)
}

func (b *Bot) current() *process {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running
}

// Log returns what the current or last process wrote.
func (b *Bot) Log() string {
	if p := b.current(); p != nil {
		return p.log.String()
	}
	return ""
}

// Kill ends the process as a power cut would (SIGKILL) and waits for its end.
func (b *Bot) Kill() {
	if p := b.current(); p != nil {
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// Stop asks the process to stop (SIGTERM) and returns its exit status.
func (b *Bot) Stop() int {
	b.t.Helper()
	p := b.current()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		b.t.Fatal(err)
	}
	return b.Wait()
}

// Wait returns the exit status once the process has ended by itself; the test
// fails after a minute.
func (b *Bot) Wait() int {
	b.t.Helper()
	p := b.current()
	select {
	case <-p.done:
	case <-time.After(patience):
		b.Kill()
		b.t.Fatalf("the program did not end:\n%s", b.Log())
	}
	return p.cmd.ProcessState.ExitCode()
}

// Run runs another command of the program on the same configuration and returns
// what it printed and its exit status.
func (b *Bot) Run(ctx context.Context, args ...string) (stdout, stderr string, status int) {
	b.t.Helper()
	var out, errs strings.Builder
	cmd := exec.CommandContext(ctx, Binary(b.t), append(args, "--config", b.Config())...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = b.environment()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
