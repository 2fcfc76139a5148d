// Package layers holds the direction of imports: what a folder may use of ours.
package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/roomwarden/roomwarden/"

// allowed says what each part may import, besides itself; a part is a folder of
// the root with everything below it.
var allowed = map[string][]string{
	"moderation": {},
	"words":      {"moderation"},
	"config":     {"moderation"},
	"store":      {"moderation"},
	"provider":   {"moderation", "words"},
	"audit":      {"moderation", "store"},
	"commands":   {"moderation", "words", "store", "provider", "audit"},
	"bot":        {"moderation", "words", "store", "commands"},
	"api":        {"moderation", "words", "store", "provider", "commands"},
	"control":    {"moderation", "words", "store", "commands", "audit"},
	"app":        {"moderation", "words", "config", "store", "provider", "audit", "commands", "bot", "api", "control"},
	"demo":       {"moderation", "words", "config", "store", "provider", "commands", "bot", "app"},
	"cmd":        {"moderation", "words", "config", "store", "provider", "audit", "commands", "bot", "api", "control", "app", "demo"},
	"bench":      {"moderation", "words", "config", "store", "provider", "audit", "commands", "bot", "api", "control", "app", "demo"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		folder := strings.TrimPrefix(p.ImportPath, module)
		part, _, _ := strings.Cut(folder, "/")
		may, known := allowed[part]
		if part == "internal" || part == "e2e" || part == "tools" {
			continue
		}
		if !known {
			t.Errorf("%s: say in layers_test.go what it may import", folder)
		}
		for _, i := range p.Imports {
			used, ours := strings.CutPrefix(i, module)
			if !ours || strings.HasPrefix(used, "internal/") {
				continue
			}
			of, _, _ := strings.Cut(used, "/")
			if of != part && !slices.Contains(may, of) {
				t.Errorf("%s imports %s: %s may use %s", folder, used, part, strings.Join(may, ", "))
			}
		}
	}
}

func TestDomainIsStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"moderation" {
			continue
		}
		for _, i := range p.Imports {
			if first, _, _ := strings.Cut(i, "/"); strings.Contains(first, ".") {
				t.Errorf("moderation imports %s", i)
			}
		}
	}
}

// Drivers know nothing of each other, the bot nothing of drivers, and commands
// nothing of Slack.
func TestNeighboursDoNotMeet(t *testing.T) {
	for _, p := range packages(t) {
		folder := strings.TrimPrefix(p.ImportPath, module)
		for _, i := range p.Imports {
			used := strings.TrimPrefix(i, module)
			switch {
			case strings.HasPrefix(folder, "provider/") && strings.HasPrefix(used, "provider/") && !within(folder, used):
				t.Errorf("%s imports its neighbour %s", folder, used)
			case strings.HasPrefix(folder, "commands") && strings.Contains(i, "slack-go"):
				t.Errorf("%s knows Slack's wire types: %s", folder, i)
			case strings.HasPrefix(folder, "commands") && strings.HasPrefix(used, "provider/"):
				t.Errorf("%s knows a driver: %s", folder, used)
			}
		}
	}
}

// within reports whether one of two drivers' folders is for the other: a
// driver's own parts, the suite, and the stand-ins that only demo and tests use.
func within(a, b string) bool {
	first := func(s string) string { return strings.Split(s, "/")[1] }
	return first(a) == first(b) || first(a) == "providertest" || first(b) == "providertest" ||
		strings.HasSuffix(first(a), "test")
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}
