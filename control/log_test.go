package control_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/control"
)

// broken is a door that fails in the worst way.
type broken struct{ control.Door }

func (broken) Verify(context.Context) (audit.Result, error) { panic("out of order") }

// What goes wrong inside the server stands in the log that it was given.
func TestTheServerLogsWhereItIsTold(t *testing.T) {
	var log bytes.Buffer
	path := filepath.Join(t.TempDir(), "s")
	server, err := control.Listen(path, broken{}, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	client := dial(t, path)
	if _, err := client.Verify(t.Context()); err == nil {
		t.Error("it verified")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "out of order") {
		t.Errorf("logged: %s", &log)
	}
}
