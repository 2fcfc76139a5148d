// Package eventually lets tests wait for what no event tells: another process,
// a server, a browser.
package eventually

import (
	"context"
	"testing"
	"time"
)

// Until asks again and again whether something holds, and fails the test where
// it does not before ctx ends.
func Until(ctx context.Context, t testing.TB, what string, holds func() bool) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-again.C:
		}
	}
}
