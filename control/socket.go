package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// pathLimit is how long a path the address of a socket holds: sun_path of
// unix(7) is 108 bytes with its NUL, 104 on other systems.
const pathLimit = 103

// listen makes the socket in a folder that only we may enter and then moves it
// to its place, so that at no moment it may be used by others.
func listen(path string) (net.Listener, error) {
	if err := checkFree(path); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".control-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(folder) }()
	made := filepath.Join(folder, "s")
	var l net.Listener
	err = within(made, func(address string) (err error) {
		l, err = (&net.ListenConfig{}).Listen(context.Background(), "unix", address)
		return err
	})
	if err != nil {
		return nil, err
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	err = os.Chmod(made, 0o600)
	if err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close(), os.Remove(made))
	}
	return l, nil
}

// checkFree reports an error where path is something else than a socket that
// nobody serves.
func checkFree(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != os.ModeSocket {
		return fmt.Errorf("%s is in the way: it is no socket", path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c, err := dial(ctx, path); err == nil {
		return errors.Join(fmt.Errorf("%s is served by another process", path), c.Close())
	}
	return nil
}

func dial(ctx context.Context, path string) (c net.Conn, err error) {
	err = within(path, func(address string) (err error) {
		c, err = (&net.Dialer{}).DialContext(ctx, "unix", address)
		return err
	})
	return c, err
}

// within calls f with an address of the path that is short enough for a socket.
func within(path string, f func(address string) error) error {
	if len(path) <= pathLimit {
		return f(path)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	return f(fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), filepath.Base(path)))
}
