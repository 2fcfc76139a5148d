package idle_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/internal/idle"
)

func TestTheProgramRunsOnWithLessOfItsFileInMemory(t *testing.T) {
	before := resident(t)
	idle.Shrink()
	after := resident(t)
	if after >= before {
		t.Errorf("%d KiB of files resident before, %d after", before, after)
	}
}

// resident returns how much of files is in memory, in KiB.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "RssFile:" {
			n, err := strconv.Atoi(fields[1])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Skip("this system does not tell")
	return 0
}
