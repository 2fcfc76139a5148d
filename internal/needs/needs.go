// Package needs is for tests that cannot run without something that a machine
// may lack: a browser, a server binary, root. Such a test asks for it here. With
// CI=true the lack is a failure; elsewhere the test is skipped and named in the
// file $ROOMWARDEN_NOT_RUN, which ./test prints at its end.
package needs

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Program returns the path of the first of the named programs that is
// installed. remedy says how to get it.
func Program(t testing.TB, remedy string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, names[0], remedy)
	return ""
}

// Chromium returns the path of a Chromium.
func Chromium(t testing.TB) string {
	t.Helper()
	return Program(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
}

// Missing ends the test: failed where nothing may be left out, else skipped and named.
func Missing(t testing.TB, what, remedy string) {
	t.Helper()
	note := fmt.Sprintf("%s: needs %s (%s)", t.Name(), what, remedy)
	if os.Getenv("CI") == "true" {
		t.Fatal(note)
	}
	if path := os.Getenv("ROOMWARDEN_NOT_RUN"); path != "" {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintln(f, note); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Skip(note)
}
