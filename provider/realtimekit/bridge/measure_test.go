package bridge_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// TestMeasure prints the table of docs/performance.md:
//
//	ROOMWARDEN_BENCH=1 go test -count=1 -run TestMeasure -v ./provider/realtimekit/bridge
func TestMeasure(t *testing.T) {
	if os.Getenv("ROOMWARDEN_BENCH") == "" {
		t.Skip("set ROOMWARDEN_BENCH=1 to measure")
	}
	const rounds, times = 5, 20
	took := map[string][]time.Duration{}
	timed := func(what string, f func()) {
		began := time.Now()
		f()
		took[what] = append(took[what], time.Since(began))
	}
	var one, two []int
	for range rounds {
		pid, path := noting(t)
		first := newStudio(t, moderator, []string{"mia", "ada", "kim"}, func(c *bridge.Config) { c.Chromium = path })
		second := first.another(t, "jules")
		timed("first control: Chromium's start, join, pin", func() { first.do(t, bridge.Pin, "mia") })
		for range times {
			timed("unpin", func() { first.do(t, bridge.Unpin, "mia") })
			timed("pin", func() { first.do(t, bridge.Pin, "mia") })
			timed("stop one's video", func() { first.do(t, bridge.DisableVideo, "ada") })
			timed("stop everyone's video", func() { first.do(t, bridge.DisableAllVideo) })
		}
		one = append(one, share(t, pid()))
		timed("first control in a second meeting: join, pin", func() { second.do(t, bridge.Pin, "jules") })
		two = append(two, share(t, pid()))
		timed("leave both meetings and end Chromium", func() {
			if err := first.bridge.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	fmt.Println("| what | p50 | max |\n|---|---|---|")
	for _, what := range []string{
		"first control: Chromium's start, join, pin", "first control in a second meeting: join, pin",
		"pin", "unpin", "stop one's video", "stop everyone's video", "leave both meetings and end Chromium",
	} {
		slices.Sort(took[what])
		fmt.Printf("| %s | %v | %v |\n", what, took[what][len(took[what])/2].Round(time.Millisecond), slices.Max(took[what]).Round(time.Millisecond))
	}
	fmt.Printf("| memory in one meeting (PSS of all processes) | %d MiB | %d MiB |\n", median(one), slices.Max(one))
	fmt.Printf("| memory in two | %d MiB | %d MiB |\n", median(two), slices.Max(two))
}

func median(all []int) int {
	slices.Sort(all)
	return all[len(all)/2]
}
