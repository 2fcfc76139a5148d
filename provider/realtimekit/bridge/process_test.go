package bridge_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/internal/needs"
)

type process struct {
	pid     int
	command string
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
