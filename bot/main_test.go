package bot_test

import (
	"flag"
	"testing"

	"github.com/roomwarden/roomwarden/internal/leaks"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// The tests of the link wait more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	leaks.Main(m)
}
