package bridge_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/internal/needs"
)

type process struct {
	pid     int
	command string
}

// noting returns the path of a Chromium and a function that tells the process of
// the one that was started last.
func noting(t testing.TB) (pid func() int, path string) {
	t.Helper()
	noted := filepath.Join(t.TempDir(), "pid")
	path = script(t, fmt.Sprintf(`echo $$ >%q; exec %q "$@"`, noted, needs.Chromium(t)))
	return func() int {
		t.Helper()
		raw, err := os.ReadFile(noted)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}, path
}

// share is the memory of a family in MiB, what several use counted once (PSS).
func share(t testing.TB, of int) (mib int) {
	t.Helper()
	for _, p := range family(t, of) {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.pid))
		if err != nil { // it ended meanwhile
			continue
		}
		for line := range strings.Lines(string(raw)) {
			if fields := strings.Fields(line); fields[0] == "Pss:" {
				kib, err := strconv.Atoi(fields[1])
				if err != nil {
					t.Fatal(err)
				}
				mib += kib
			}
		}
	}
	return mib / 1024
}

// family lists a process and all that it started, also through others.
func family(t testing.TB, of int) []process {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		needs.Missing(t, "/proc", "run on Linux")
	}
	parent, command := map[int]int{}, map[int]string{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil { // it ended meanwhile
			continue
		}
		line, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		_, after, _ := strings.Cut(string(stat), ") ") // the name before may hold blanks
		if fields := strings.Fields(after); len(fields) > 1 {
			parent[pid], _ = strconv.Atoi(fields[1])
			command[pid] = strings.ReplaceAll(string(line), "\x00", " ")
		}
	}
	var all []process
	for pid := range parent {
		for up := pid; up > 1; up = parent[up] {
			if up == of {
				all = append(all, process{pid: pid, command: command[pid]})
				break
			}
		}
	}
	return all
}
