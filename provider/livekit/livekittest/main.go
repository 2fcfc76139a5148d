// Package livekittest gives tests a real LiveKit server and real participants.
// A package that uses it has
//
//	func TestMain(m *testing.M) { livekittest.Main(m) }
//
// and then livekittest.Start and livekittest.Join in its tests. Main runs the
// tests in a network namespace of their own, which has loopback, one interface
// that leads nowhere, and no way out; programs that the tests start are in it
// too. Where that is not possible, Start skips the test or, with CI=true, fails it.
package livekittest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/go-logr/logr"
	protocol "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"go.uber.org/goleak"

	"github.com/roomwarden/roomwarden/internal/leaks"
)

// What the process outside tells the one inside.
const (
	envInside = "ROOMWARDEN_LIVEKITTEST_INSIDE"
	envServer = "ROOMWARDEN_LIVEKITTEST_SERVER"
	envLack   = "ROOMWARDEN_LIVEKITTEST_LACK"
)

// Main runs the package's tests inside the namespace, then what is to be done
// after them, and ends the process. It fails them where goroutines are left over.
func Main(m *testing.M, after ...func()) {
	if os.Getenv(envInside) == "" && os.Getenv(envLack) == "" {
		os.Exit(outside())
	}
	lksdk.SetLogger(protocol.LogRLogger(logr.Discard()))
	if os.Getenv(envInside) != "" {
		if err := wire(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	stopShared()
	for _, do := range after {
		do()
	}
	if code == 0 {
		if err := leaks.Find(leaksOfOthers()...); err != nil {
			fmt.Fprintln(os.Stderr, "goroutines are left over:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// leaksOfOthers are goroutines that the libraries of real participants leave.
func leaksOfOthers() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("github.com/gammazero/workerpool.(*WorkerPool).dispatch"),
		goleak.IgnoreAnyFunction("github.com/livekit/server-sdk-go/v2.(*RTCEngine).handleDisconnect.func1"),
		// It says how to stop it only once it runs: where its track was unbound before, it goes on.
		goleak.IgnoreAnyFunction("github.com/livekit/server-sdk-go/v2.(*LocalTrack).writeWorker"),
		// It waits up to 5 s for word of a track, also of a room that was left.
		goleak.IgnoreAnyFunction("github.com/livekit/server-sdk-go/v2.(*RemoteParticipant).addSubscribedMediaTrack.func1"),
	}
}

// outside builds the server, which needs the network, and runs the tests again inside.
func outside() int {
	ctx := context.Background()
	server, err := buildServer(ctx)
	if err == nil {
		err = canIsolate(ctx)
	}
	env := append(os.Environ(), envInside+"=1", envServer+"="+server)
	var isolate *syscall.SysProcAttr
	if err != nil {
		env = append(os.Environ(), envLack+"="+err.Error())
	} else {
		isolate = isolation()
	}
	runtime.LockOSThread() // Pdeathsig is sent when the thread that started the child ends
	inside := exec.CommandContext(ctx, os.Args[0], os.Args[1:]...)
	inside.Env, inside.SysProcAttr = env, isolate
	inside.Stdin, inside.Stdout, inside.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = inside.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	default:
		fmt.Fprintln(os.Stderr, "livekittest:", err)
		return 1
	}
}

// isolation starts a process in a network namespace of its own; without root,
// in a user namespace of its own too.
func isolation() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

// canIsolate tries to make a namespace and the interface in it.
func canIsolate(ctx context.Context) error {
	if _, err := exec.LookPath("ip"); err != nil {
		return errors.New("the program ip (package iproute2)")
	}
	try := exec.CommandContext(ctx, "ip", "link", "add", "lk0", "type", "veth", "peer", "name", "lk1")
	try.SysProcAttr = isolation()
	if out, err := try.CombinedOutput(); err != nil {
		return fmt.Errorf("root, or the right to make network namespaces (%w %s)", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// wire brings the namespace's interfaces up.
func wire(ctx context.Context) error {
	for _, args := range []string{
		"link set lo up", "link add lk0 type veth peer name lk1", "addr add 10.77.0.1/24 dev lk0",
		"link set lk0 up", "link set lk1 up",
	} {
		if out, err := exec.CommandContext(ctx, "ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	return nil
}

// buildServer returns the path of the pinned server, built where it is not there yet.
func buildServer(ctx context.Context) (string, error) {
	recipe, err := recipe()
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, filepath.Join(recipe, "build.sh"))
	build.Stderr = os.Stderr
	path, err := build.Output()
	if err != nil {
		return "", fmt.Errorf("livekit-server, which tools/livekit-server/build.sh could not build (%w)", err)
	}
	return strings.TrimSpace(string(path)), nil
}

// recipe returns the folder tools/livekit-server of the module that is tested.
func recipe() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, "tools", "livekit-server")
		if _, err := os.Stat(filepath.Join(path, "build.sh")); err == nil {
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the folder tools/livekit-server above the tests")
		}
		dir = parent
	}
}
