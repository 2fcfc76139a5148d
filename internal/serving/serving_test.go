package serving_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/roomwarden/roomwarden/internal/serving"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a listener without a network, so that a bubble's clock governs it.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

// A request that is never sent whole is cut off, and stopping is no fault.
func TestAClientThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipes{make(chan net.Conn), make(chan struct{})}
		read := make(chan struct{})
		server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(read)
			_, _ = io.ReadAll(r.Body) // which never ends
		})}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- serving.Until(ctx, server, listener, 5*time.Second) }()
		near, far := net.Pipe()
		listener.conns <- far
		if _, err := io.WriteString(near, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"); err != nil {
			t.Fatal(err)
		}
		<-read
		stop()
		asked := time.Now()
		if err := <-ended; err != nil || time.Since(asked) > 6*time.Second {
			t.Errorf("after %s: %v", time.Since(asked), err)
		}
		_ = near.Close()
	})
}

// A listener that fails is a fault.
func TestAListenerThatFails(t *testing.T) {
	listener := pipes{make(chan net.Conn), make(chan struct{})}
	_ = listener.Close()
	if err := serving.Until(t.Context(), &http.Server{}, listener, time.Second); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
