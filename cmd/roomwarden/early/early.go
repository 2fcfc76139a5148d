// Package early asks to be told of the signals that end the program before the
// packages of the many libraries make themselves ready, which takes tens of
// milliseconds: Go initializes packages in the order of their import paths as far
// as what they import allows, so this one imports next to nothing.
package early

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

var ended, forget = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

// Context returns the context that ends with the program's first SIGINT or SIGTERM,
// and the function that leaves the next one to the system.
func Context() (ctx context.Context, stop context.CancelFunc) { return ended, forget }
