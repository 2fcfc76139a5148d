// Package serving runs an HTTP server until it is told to stop.
package serving

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Until serves on the listener until ctx ends, lets requests under way finish for
// as long as grace says and cuts off the rest: a client that never sends its
// request whole keeps nothing from stopping. It returns once nothing is served any
// more, and closes the listener.
func Until(ctx context.Context, server *http.Server, listener net.Listener, grace time.Duration) error {
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(finish)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
