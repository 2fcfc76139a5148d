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

// allowed says what each part may import, besides itself and internal; a part is
// a folder of the root with everything below it.
var allowed = map[string][]string{
	"moderation": {},
	"words":      {"moderation"},
	"config":     {"moderation"},
	"internal":   {"moderation", "provider"},
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

// free are the parts that may import whatever they need: they are in no program.
var free = []string{"e2e", "tools"}

type listed struct {
	ImportPath    string
	Imports, Deps []string
}

// folder is where a package of ours stands below the root.
func (p listed) folder() string { return strings.TrimPrefix(p.ImportPath, module) }

// ours returns the folders of those of our packages that p imports.
func (p listed) ours() []string {
	var all []string
	for _, i := range p.Imports {
		if used, ours := strings.CutPrefix(i, module); ours {
			all = append(all, used)
		}
	}
	return all
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		part, _, _ := strings.Cut(p.folder(), "/")
		may, known := allowed[part]
		if slices.Contains(free, part) {
			continue
		}
		if !known {
			t.Errorf("%s: say in layers_test.go what it may import", p.folder())
		}
		for _, used := range p.ours() {
			of, _, _ := strings.Cut(used, "/")
			if of != part && of != "internal" && !slices.Contains(may, of) {
				t.Errorf("%s imports %s: %s may use %s", p.folder(), used, part, strings.Join(may, ", "))
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

// Drivers know nothing of each other and of no stand-in, stand-ins nothing of
// drivers, and commands nothing of drivers and of Slack. (That the bot knows no
// driver, its layer says.)
func TestNeighboursDoNotMeet(t *testing.T) {
	for _, p := range packages(t) {
		for _, used := range p.ours() {
			switch {
			case strings.HasPrefix(p.folder(), "provider/") && strings.HasPrefix(used, "provider/") && second(p.folder()) != second(used):
				t.Errorf("%s imports its neighbour %s", p.folder(), used)
			case strings.HasPrefix(p.folder(), "commands") && strings.HasPrefix(used, "provider/"):
				t.Errorf("%s knows a driver: %s", p.folder(), used)
			}
		}
		if strings.HasPrefix(p.folder(), "commands") && slices.ContainsFunc(p.Imports, isSlack) {
			t.Errorf("%s knows Slack's wire types", p.folder())
		}
	}
}

func isSlack(path string) bool { return strings.Contains(path, "slack-go") }

// second is the second folder of a path: the driver, of provider/DRIVER/more.
func second(folder string) string { return strings.Split(folder, "/")[1] }

// The program carries nothing that is for tests. Of the stand-ins it has those
// that the demo shows, and nothing but the demo reaches them.
func TestTheProgramCarriesNoTests(t *testing.T) {
	all := packages(t)
	i := slices.IndexFunc(all, func(p listed) bool { return p.folder() == "cmd/roomwarden" })
	if i < 0 {
		t.Fatal("there is no program")
	}
	program := slices.Concat(all[i].Deps, []string{all[i].ImportPath})
	if slices.Contains(program, "testing") {
		t.Error("the program carries package testing")
	}
	for _, p := range all {
		if !slices.Contains(program, p.ImportPath) {
			continue
		}
		if strings.HasSuffix(p.folder(), "/described") {
			t.Errorf("the program carries a description that is for tests: %s", p.folder())
		}
		for _, used := range p.ours() {
			if isStandIn(used) && !isStandIn(p.folder()) && p.folder() != "demo" {
				t.Errorf("%s imports the stand-in %s", p.folder(), used)
			}
		}
	}
}

func isStandIn(folder string) bool {
	return folder == "demo/slack" || folder == "internal/standin" ||
		strings.HasPrefix(folder, "provider/") && strings.HasSuffix(second(folder), "test")
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
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
