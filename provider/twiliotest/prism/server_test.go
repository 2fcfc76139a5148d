package prism_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/internal/needs"
)

// install puts Prism into the user's cache, once for each lock file.
func install(t *testing.T) string {
	t.Helper()
	npm := needs.Program(t, "install Node.js", "npm")
	needs.Program(t, "install Node.js", "node")
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	folder := filepath.Join(cache, "roomwarden", "prism-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(filepath.Join(folder, "node_modules", ".package-lock.json")); err == nil {
		return folder
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	// What npm has already is taken from there, and a registry that hiccups is asked again.
	cmd := exec.CommandContext(ctx, npm, "ci", "--prefer-offline", "--fetch-retries=6", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Logf("npm ci: %v: %s", err, out)
		needs.Missing(t, "Prism from npm", "allow access to the package registry")
	}
	return folder
}

// start runs Prism on a description and returns its address.
func start(t *testing.T, folder, description string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "node_modules/@stoplight/prism-cli/dist/index.js"),
		"mock", "--multiprocess=false", "-h", "127.0.0.1", "-p", "0", description)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				said <- m[1]
			}
		}
	})
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		reader.Wait()
		_ = cmd.Wait() // it was killed
	})
	select {
	case address, ok := <-said:
		if !ok {
			t.Fatal("Prism ended before it listened")
		}
		return address
	case <-time.After(time.Minute):
		t.Fatal("Prism does not listen after a minute")
	}
	return ""
}

var listening = regexp.MustCompile(`listening on (http://\S+)`)
