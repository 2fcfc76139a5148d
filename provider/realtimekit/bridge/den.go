package bridge

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	denPattern = "roomwarden-bridge-*"
	// inhabited is a socket in a den that answers while the program that made it runs.
	inhabited = "inhabited"
	// clearTimeout bounds the end of a den: a Chromium that was killed may write
	// for a moment still.
	clearTimeout = 2 * time.Second
)

// den is the folder of one browser: its home, its profile and its temporary files.
type den struct {
	path   string
	door   net.Listener // nil: nobody can tell that we are here, so nobody clears it
	opened sync.WaitGroup
}

// newDen makes a folder, and clears those of programs that were killed.
func newDen() (*den, error) {
	clearDeserted(os.TempDir())
	path, err := os.MkdirTemp("", denPattern)
	if err != nil {
		return nil, err
	}
	d := &den{path: path}
	d.inhabit()
	return d, nil
}

// inhabit opens the socket, which has its name only once it answers. Where it
// cannot be opened (a path too long for one), the den is as good without.
func (d *den) inhabit() {
	name := filepath.Join(d.path, inhabited)
	door, err := net.Listen("unix", name+"-soon") //nolint:noctx // it does not wait
	if err != nil {
		return
	}
	if err := os.Rename(name+"-soon", name); err != nil {
		_ = door.Close() // nobody knows of it
		return
	}
	d.door = door
	d.opened.Go(func() {
		for {
			visitor, err := door.Accept()
			if err != nil {
				return
			}
			_ = visitor.Close() // that it came to be is the answer
		}
	})
}

func (d *den) profile() string { return filepath.Join(d.path, "profile") }

// clear ends what still runs in the den and removes it.
func (d *den) clear() {
	if d.door != nil {
		_ = d.door.Close() // it is removed with the rest
		d.opened.Wait()
	}
	clearDen(d.path)
}

// clearDeserted removes the dens below a folder whose program has ended without
// clearing them.
func clearDeserted(below string) {
	doors, err := filepath.Glob(filepath.Join(below, denPattern, inhabited))
	if err != nil { // of the pattern alone
		return
	}
	for _, door := range doors {
		visit, err := (&net.Dialer{Timeout: time.Second}).Dial("unix", door)
		if err == nil {
			_ = visit.Close() // somebody is there
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			clearDen(filepath.Dir(door))
		}
	}
}

// clearDen removes a den, once nothing of it runs any more.
func clearDen(path string) {
	const pause = 10 * time.Millisecond
	for end := time.Now().Add(clearTimeout); ; time.Sleep(pause) {
		killed := killIn(path)
		if (os.RemoveAll(path) == nil && killed == 0) || time.Now().After(end) {
			return
		}
	}
}

// killIn kills the processes that were started with the folder in an argument
// and returns how many it found: Chromium's children outlive it for a moment.
// Where there is no /proc they are left to end by themselves.
func killIn(path string) (found int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || !bytes.Contains(line, []byte(path+string(filepath.Separator))) {
			continue
		}
		if p, err := os.FindProcess(pid); err == nil && p.Kill() == nil {
			found++
		}
	}
	return found
}
