// Package leaks fails the tests of a package that leave goroutines behind. What
// was told to end may take a while to on a busy machine; it is given that time.
package leaks

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long goroutines may take to end after the last test.
const patience = 30 * time.Second

// Main runs a package's tests and ends the process.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// Find returns what is left over and does not end, as goleak.Find does.
func Find(options ...goleak.Option) error {
	for until := time.Now().Add(patience); ; {
		if err := goleak.Find(options...); err == nil || time.Now().After(until) {
			return err
		}
	}
}
