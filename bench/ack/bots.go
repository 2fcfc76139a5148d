package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// bot is a program to measure: command makes it for a stand-in.
type bot struct {
	name    string
	command func(s *slack.Server) (*exec.Cmd, error)
}

// prepare builds roomwarden and installs what the other bot needs.
func prepare(ctx context.Context, folder string) ([]bot, error) {
	program := filepath.Join(folder, "roomwarden")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./cmd/roomwarden")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build roomwarden: %w\n%s", err, out)
	}
	other := filepath.Join("bench", "bolt")
	if _, err := os.Stat(filepath.Join(other, "node_modules")); err != nil {
		install := exec.CommandContext(ctx, "npm", "ci", "--no-progress")
		install.Dir = other
		if out, err := install.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("install the other bot: %w\n%s", err, out)
		}
	}
	return []bot{
		{"roomwarden", func(s *slack.Server) (*exec.Cmd, error) { return roomwarden(s, folder, program) }},
		{"@slack/bolt 5.1.0", func(s *slack.Server) (*exec.Cmd, error) {
			cmd := exec.Command("node", "bot.js") //nolint:noctx // measure ends it
			cmd.Dir = other
			cmd.Env = append(os.Environ(), environment(s)...)
			return cmd, nil
		}},
	}, nil
}

func roomwarden(s *slack.Server, folder, program string) (*exec.Cmd, error) {
	file := filepath.Join(folder, "roomwarden.yaml")
	text := fmt.Sprintf("slack: {audit_channel: %s}\nowners: [%s]\nhttp: {listen: \"\"}\nproviders: [{name: sim, type: simulated}]\n", slack.Audit, slack.Olive)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "run", "--config", file) //nolint:noctx // measure ends it
	cmd.Env = append(os.Environ(), environment(s)...)
	return cmd, nil
}

func environment(s *slack.Server) []string {
	app, bot := s.Tokens()
	return []string{"SLACK_APP_TOKEN=" + app, "SLACK_BOT_TOKEN=" + bot, "SLACK_API_URL=" + s.APIURL(), "NODE_ENV=production"}
}

// resident returns a process's resident memory in KiB.
func resident(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			return strconv.Atoi(fields[1])
		}
	}
	return 0, fmt.Errorf("process %d tells no VmRSS", pid)
}

// busyFor returns how much of a processor a process has used since its start.
func busyFor(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name may hold blanks
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, fmt.Errorf("process %d tells no times", pid)
	}
	var ticks int
	for _, field := range fields[11:13] { // utime and stime, in hundredths
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// percentiles are p50, p99 and the maximum.
type percentiles [3]time.Duration

func percentilesOf(all []time.Duration) percentiles {
	if len(all) == 0 {
		return percentiles{}
	}
	slices.Sort(all)
	return percentiles{all[len(all)/2], all[len(all)*99/100], all[len(all)-1]}
}

func (p percentiles) String() string {
	shown := make([]string, len(p))
	for i, d := range p {
		shown[i] = fmt.Sprintf("%.2f", float64(d.Microseconds())/1000)
	}
	return strings.Join(shown, ", ") + " ms"
}

// measureSync times the disk alone: a write of 4 KiB and its sync.
func measureSync(folder string) (percentiles, error) {
	f, err := os.Create(filepath.Join(folder, "sync"))
	if err != nil {
		return percentiles{}, err
	}
	defer func() { _ = f.Close() }() // it goes with the folder
	var all []time.Duration
	block := make([]byte, 4096)
	for range 500 {
		began := time.Now()
		if _, err := f.WriteAt(block, 0); err != nil {
			return percentiles{}, err
		}
		if err := f.Sync(); err != nil {
			return percentiles{}, err
		}
		all = append(all, time.Since(began))
	}
	return percentilesOf(all), nil
}
