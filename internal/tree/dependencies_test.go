package tree

import (
	"encoding/json"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const page = "docs/dependencies.md"

// The page on dependencies names every module that the product or its tests
// import, every package that a package.json asks for, and no module besides.
func TestDependenciesAreNamed(t *testing.T) {
	text := read(t, page)
	used := imported(t)
	for _, module := range used {
		if !strings.Contains(text, "`"+module+"`") {
			t.Errorf("%s does not say what %s is for", page, module)
		}
	}
	for _, m := range regexp.MustCompile("`([a-z.]+/[^ `]+)`").FindAllStringSubmatch(text, -1) {
		if domain, _, _ := strings.Cut(m[1], "/"); strings.Contains(domain, ".") && !slices.Contains(used, m[1]) {
			t.Errorf("%s names %s, which nothing imports", page, m[1])
		}
	}
	for _, file := range find(t, "package.json") {
		var needs struct {
			Dependencies    map[string]string `json:"dependencies"`
			DevDependencies map[string]string `json:"devDependencies"`
		}
		if err := json.Unmarshal([]byte(read(t, file)), &needs); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, all := range []map[string]string{needs.Dependencies, needs.DevDependencies} {
			for name := range all {
				if !strings.Contains(text, "`"+name+"`") {
					t.Errorf("%s does not say what %s of %s is for", page, name, file)
				}
			}
		}
	}
}

// Lock files hold content by its digest, wherever it is fetched from.
func TestLockFilesNameNoAddress(t *testing.T) {
	for _, file := range find(t, "package-lock.json") {
		if strings.Contains(read(t, file), `"resolved"`) {
			t.Errorf("%s has addresses: npm install --omit-lockfile-registry-resolved", file)
		}
	}
}

// imported returns the modules whose packages ours import.
func imported(t *testing.T) []string {
	t.Helper()
	modules := lines(t, "list", "-m", "-f", "{{if not .Main}}{{.Path}}{{end}}", "all")
	found := make(map[string]bool)
	for _, path := range lines(t, "list", "-f", `{{join .Imports "\n"}}
{{join .TestImports "\n"}}
{{join .XTestImports "\n"}}`, "./...") {
		best := ""
		for _, module := range modules {
			if (path == module || strings.HasPrefix(path, module+"/")) && len(module) > len(best) {
				best = module
			}
		}
		if best != "" {
			found[best] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func lines(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out))
}
