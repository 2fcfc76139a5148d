package livekittest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"

	"github.com/roomwarden/roomwarden/internal/needs"
)

// Key and Secret are the credentials of every server.
const (
	Key    = "devkey"
	Secret = "secret"
)

// Server is a running LiveKit server.
type Server struct {
	URL    string // ws://127.0.0.1:PORT
	Key    string
	Secret string

	cmd *exec.Cmd
	log string
}

// Options changes a server's configuration.
type Options struct {
	RemoteUnmute bool
	WebhookURL   string // where its callbacks go; empty: nowhere
}

var shared struct {
	sync.Mutex
	server *Server
}

// Start returns the package's server, started by the first test that asks.
func Start(t testing.TB) *Server {
	t.Helper()
	require(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		s, err := launch(Options{})
		if err != nil {
			t.Fatal(err)
		}
		shared.server = s
	}
	return shared.server
}

// StartWith returns a server of the test's own, which ends with it.
func StartWith(t testing.TB, o Options) *Server {
	t.Helper()
	require(t)
	s, err := launch(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// require ends a test that is not inside the namespace.
func require(t testing.TB) {
	t.Helper()
	if lack := os.Getenv(envLack); lack != "" {
		needs.Missing(t, "a LiveKit server in a network namespace", "it lacks "+lack)
	}
	if os.Getenv(envInside) == "" {
		t.Fatal("TestMain has to call livekittest.Main")
	}
}

func stopShared() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		shared.server.stop()
	}
}

// firstPort is the one of the first server, launched counts them. The namespace
// is ours alone and the system gives away ports from 32768 on: nobody else takes
// these.
const firstPort = 7880

var launched atomic.Int32

// launch starts a server on ports of its own and waits until it answers.
func launch(o Options) (*Server, error) {
	config, port, err := configuration(o)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "livekittest")
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL: fmt.Sprintf("ws://127.0.0.1:%d", port), Key: Key, Secret: Secret, log: filepath.Join(dir, "server.log"),
	}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the server has its own handle
	s.cmd = exec.CommandContext(context.Background(), os.Getenv(envServer), "--config-body", config, "--node-ip", "127.0.0.1")
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := s.ready(port); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// configuration is that of tools/livekit-server with ports of its own.
func configuration(o Options) (text string, port int, err error) {
	dir, err := recipe()
	if err != nil {
		return "", 0, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "livekit.yaml"))
	if err != nil {
		return "", 0, err
	}
	var config map[string]any
	if err := yaml.Unmarshal(raw, &config); err != nil {
		return "", 0, err
	}
	port = firstPort + int(launched.Add(1))
	config["port"] = port
	rtc, ok := config["rtc"].(map[string]any)
	if !ok {
		return "", 0, fmt.Errorf("livekit.yaml has no rtc")
	}
	rtc["udp_port"] = port
	if o.RemoteUnmute {
		config["room"] = map[string]any{"enable_remote_unmute": true}
	}
	if o.WebhookURL != "" {
		config["webhook"] = map[string]any{"api_key": Key, "urls": []string{o.WebhookURL}}
	}
	body, err := yaml.Marshal(config)
	return string(body), port, err
}

// ready waits until the server answers.
func (s *Server) ready(port int) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", port), nil)
		if err != nil {
			return err
		}
		if answer, err := client.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(s.log) // the best there is to say why
			return fmt.Errorf("livekit-server does not answer: %s", log)
		case <-poll.C:
		}
	}
}

// stop ends the server and waits for it.
func (s *Server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed
	_ = os.RemoveAll(filepath.Dir(s.log))
}

// CreateRoom makes a room with metadata before anyone is in it. It ends with the test.
func (s *Server) CreateRoom(t testing.TB, name, metadata string) {
	t.Helper()
	rooms := lksdk.NewRoomServiceClient(s.URL, s.Key, s.Secret)
	ctx := lksdk.WithFailover(t.Context(), false)
	if _, err := rooms.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: name, Metadata: metadata, EmptyTimeout: 3600}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, _ = rooms.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: name}) // it may have ended
	})
}
