package slack

import (
	"context"
	"net"
	"sync"
)

// wire is a TCP connection that can be made deaf: it takes what is sent to it
// and answers nothing, as a half-open one does.
type wire struct {
	net.Conn
	mu   sync.Mutex
	deaf chan struct{} // not nil while deaf; closed with the connection
	once sync.Once
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	deaf := w.deaf
	w.mu.Unlock()
	if deaf != nil {
		<-deaf
		return 0, net.ErrClosed
	}
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	deaf := w.deaf != nil
	w.mu.Unlock()
	if deaf {
		return len(p), nil
	}
	return w.Conn.Write(p)
}

// Deafen makes the connection half-open until it is closed.
func (w *wire) Deafen() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deaf == nil {
		w.deaf = make(chan struct{})
	}
}

func (w *wire) Close() error {
	w.once.Do(func() {
		w.Deafen() // whoever reads or writes from here on hears nothing more
		w.mu.Lock()
		defer w.mu.Unlock()
		close(w.deaf)
	})
	return w.Conn.Close()
}

type wireListener struct{ net.Listener }

func (l *wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wire{Conn: c}, nil
}

type wireKey struct{}

func keepWire(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, wireKey{}, c)
}
