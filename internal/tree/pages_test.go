package tree

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced  = regexp.MustCompile("(?s)```.*?```")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	named   = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)
	tested  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// Each relative link of a page leads to a file or folder and, where it names a
// heading, to that heading.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range find(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(read(t, page), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: nothing is at %s", page, m[1])
				continue
			}
			if anchor != "" && !anchors(read(t, target))[anchor] {
				t.Errorf("%s: %s has no heading %s", page, target, anchor)
			}
		}
	}
}

// anchors returns the names that a page's headings are linked by.
func anchors(page string) map[string]bool {
	all := make(map[string]bool)
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		all[strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return all
}

// A test that a page gives as proof is there.
func TestNamedTestsExist(t *testing.T) {
	there := make(map[string]bool)
	for _, file := range find(t, "_test.go") {
		for _, m := range tested.FindAllStringSubmatch(read(t, file), -1) {
			there[m[1]] = true
		}
	}
	for _, page := range find(t, ".md") {
		for _, name := range named.FindAllString(read(t, page), -1) {
			if !there[name] {
				t.Errorf("%s names %s, which is no test", page, name)
			}
		}
	}
}

// The way in stays short.
func TestReadmeIsTwoScreens(t *testing.T) {
	if lines := strings.Count(read(t, "README.md"), "\n"); lines > 100 {
		t.Errorf("%d lines", lines)
	}
}

var metric = regexp.MustCompile(`Name:\s+"(roomwarden_\w+)"`)

// Each metric stands on the page for those who run the program, and no other does.
func TestMetricsAreOnTheirPage(t *testing.T) {
	page, sources := read(t, "docs/operating.md"), ""
	for _, file := range find(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text := read(t, file)
		sources += text
		for _, m := range metric.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(page, "`"+m[1]+"`") {
				t.Errorf("%s: the page has no %s", file, m[1])
			}
		}
	}
	for _, name := range regexp.MustCompile("`(roomwarden_\\w+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(sources, `"`+name[1]+`"`) {
			t.Errorf("the page names %s, which is no metric", name[1])
		}
	}
}
