package moderation_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
)

var update = flag.Bool("update", false, "write the presets of docs/permissions.md anew")

// The table of presets in docs/permissions.md is made from the code:
// go test ./moderation -run TestPermissionsPage -update
func TestPermissionsPage(t *testing.T) {
	const (
		path       = "../docs/permissions.md"
		start, end = "-update -->\n", "<!-- presets end -->"
	)
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), start)
	got, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the presets", path)
	}
	want := presetTable()
	if *update {
		if err := os.WriteFile(path, []byte(before+start+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("%s is not what the code says: go test ./moderation -run TestPermissionsPage -update", path)
	}
}

func presetTable() string {
	var table strings.Builder
	built := moderation.BuiltIn()
	row := func(first string, cell func(p moderation.Preset) string) {
		table.WriteString("| " + first + " |")
		for _, p := range built {
			table.WriteString(" " + cell(p) + " |")
		}
		table.WriteString("\n")
	}
	row("permission", func(p moderation.Preset) string { return "`" + p.Name + "`" })
	table.WriteString("|---|" + strings.Repeat("---|", len(built)) + "\n")
	for _, permission := range moderation.Permissions() {
		row("`"+string(permission)+"`", func(p moderation.Preset) string {
			switch {
			case !p.Has(permission):
				return ""
			case permission == moderation.BanPermission && p.MaxBan > 0:
				return fmt.Sprintf("up to %d h", int(p.MaxBan.Hours()))
			default:
				return "yes"
			}
		})
	}
	return table.String()
}
