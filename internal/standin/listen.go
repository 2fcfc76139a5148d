package standin

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Listening serves a stand-in on a port.
type Listening struct {
	// Address is the base of what is served: http://127.0.0.1:PORT.
	Address string

	server *http.Server
	done   sync.WaitGroup
	err    error
}

// Listen serves a handler on l, which Close closes.
func Listen(l net.Listener, h http.Handler) *Listening {
	s := &Listening{
		Address: "http://" + l.Addr().String(),
		server:  &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second},
	}
	s.done.Go(func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.err = err
		}
	})
	return s
}

// Close ends what is being answered and waits until nothing is served any more.
// It returns why serving ended before, where it did.
func (s *Listening) Close() error {
	err := s.server.Close()
	s.done.Wait()
	return errors.Join(err, s.err)
}
