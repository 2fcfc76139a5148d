package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/internal/serving"
)

// finishWithin is how long a stopping server lets requests finish.
const finishWithin = 5 * time.Second

// Server serves a Door on a socket. Make it with Listen.
type Server struct {
	door     Door
	log      *slog.Logger
	path     string
	listener net.Listener
}

// Path returns where the socket of a bbolt file is: beside it.
func Path(storePath string) string { return storePath + ".sock" }

// Listen takes the socket, which only the user that runs the program may use. A
// socket file that a crash left behind is replaced; one that answers is an error.
// Who listens holds the store, so no two do at a time.
func Listen(path string, door Door, log *slog.Logger) (*Server, error) {
	l, err := listen(path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return &Server{door: door, log: log, path: path, listener: l}, nil
}

// Run serves until ctx ends, lets requests finish and removes the socket.
func (s *Server) Run(ctx context.Context) error {
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	return errors.Join(serving.Until(ctx, server, s.listener, finishWithin), s.Close())
}

// Close gives the socket back; after Run it does nothing.
func (s *Server) Close() error {
	err := s.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	if e := os.Remove(s.path); e != nil && !errors.Is(e, os.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+doPath, answer(func(ctx context.Context, in invocation) (json.RawMessage, error) {
		a, err := s.door.Do(ctx, commands.Invocation{
			Command: in.Command, Text: in.Text, Args: in.Args, Key: in.Key, Confirmed: in.Confirmed,
		})
		if err != nil {
			return nil, err
		}
		return EncodeAnswer(a)
	}))
	mux.HandleFunc("POST "+casesPath, answer(s.door.Cases))
	mux.HandleFunc("POST "+casePath, answer(func(ctx context.Context, number uint64) (history, error) {
		c, records, err := s.door.Case(ctx, number)
		return history{Case: c, Records: records}, err
	}))
	mux.HandleFunc("POST "+verifyPath, answer(func(ctx context.Context, _ struct{}) (audit.Result, error) {
		return s.door.Verify(ctx)
	}))
	mux.HandleFunc("POST "+exportPath, stream(s.door.Export))
	mux.HandleFunc("POST "+backupPath, stream(func(ctx context.Context, w io.Writer, _ struct{}) error {
		return s.door.Backup(ctx, w)
	}))
	return mux
}

// answer makes a handler of a function from one value to another.
func answer[Q, A any](f func(ctx context.Context, q Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		err := readRequest(w, r, &q)
		var a A
		if err == nil {
			a, err = f(r.Context(), q)
		}
		if err != nil {
			refuse(w, err)
			return
		}
		reply(w, http.StatusOK, a)
	}
}

// stream makes a handler of a function that writes. A fault after the first
// byte goes into the trailer.
func stream[Q any](f func(ctx context.Context, w io.Writer, q Q) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		if err := readRequest(w, r, &q); err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Trailer", faultTrailer)
		out := &begun{Writer: w}
		err := f(r.Context(), out, q)
		switch {
		case err == nil:
		case !out.wrote:
			refuse(w, err)
		default:
			text, _ := json.Marshal(faultOf(err))
			w.Header().Set(faultTrailer, string(text))
		}
	}
}

// begun remembers whether anything was written.
type begun struct {
	io.Writer
	wrote bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.wrote = true
	return b.Writer.Write(p)
}

func refuse(w http.ResponseWriter, err error) {
	w.Header().Del("Trailer")
	reply(w, http.StatusUnprocessableEntity, faultOf(err))
}

func reply(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status = http.StatusInternalServerError
		text, _ = json.Marshal(faultOf(err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client has gone: there is nobody to tell
}
