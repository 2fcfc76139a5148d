package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/moderation"
)

// block returns the first fenced block of a language in docs/audit-format.md.
func block(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/audit-format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "```"+language+"\n")
	inside, _, closed := strings.Cut(after, "```")
	if !ok || !closed {
		t.Fatalf("the page has no block of %s", language)
	}
	return inside
}

// The example of the page is a chain by the page's own rules, computed here
// without the product's code, and by the product's.
func TestExampleOfThePage(t *testing.T) {
	sum := func(fields ...string) string {
		h := sha256.New()
		for _, f := range fields {
			h.Write([]byte(strconv.Itoa(len(f)) + ":" + f + ","))
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	prev := strings.Repeat("0", 64)
	for i, line := range strings.Split(strings.TrimSpace(block(t, "json")), "\n") {
		var r struct {
			Case                                          uint64
			Kind, At, Actor, Action, Provider, Room, Hash string
			RoomID                                        string `json:"room_id"`
			Details, Words                                json.RawMessage
			WordsDigest                                   string `json:"words_digest"`
		}
		var ours moderation.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(line), &ours); err != nil {
			t.Fatal(err)
		}
		if r.Details == nil {
			r.Details = json.RawMessage("{}")
		}
		if got := sum("roomwarden words 1", string(r.Words)); got != r.WordsDigest {
			t.Errorf("record %d: words digest %s, the page has %s", i+1, got, r.WordsDigest)
		}
		got := sum("roomwarden record 1", strconv.Itoa(i+1), strconv.FormatUint(r.Case, 10), r.Kind, r.At, r.Actor, r.Action,
			r.Provider, r.Room, r.RoomID, string(r.Details), r.WordsDigest, prev)
		if got != r.Hash {
			t.Errorf("record %d: hash %s, the page has %s", i+1, got, r.Hash)
		}
		if err := ours.Verify(uint64(i+1), prev); err != nil {
			t.Error(err)
		}
		prev = r.Hash
	}
}

// The page lists every field of a record's details and words in the order of the export.
func TestFieldsOfThePage(t *testing.T) {
	text, err := os.ReadFile("../docs/audit-format.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]reflect.Type{
		"details": reflect.TypeFor[moderation.Details](),
		"words":   reflect.TypeFor[moderation.Words](),
	} {
		var fields []string
		for i := range of.NumField() {
			field, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			fields = append(fields, field)
		}
		if want := "`" + strings.Join(fields, " ") + "`"; !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s: the page should say %s", name, want)
		}
	}
}

// The program of the page finds an export whole, and names what was changed.
func TestProgramOfThePage(t *testing.T) {
	python := needs.Program(t, "apt-get install python3", "python3")
	program := filepath.Join(t.TempDir(), "check.py")
	if err := os.WriteFile(program, []byte(block(t, "python")), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := export(t, audit.Selection{Records: true})
	for name, c := range map[string]struct {
		input, want string
		fails       bool
	}{
		"whole":          {whole, "all fit", false},
		"a changed name": {strings.Replace(whole, "=Chaos", "=Order", 1), "the words of record 1 were changed", true},
		"a changed kind": {strings.Replace(whole, `"partial"`, `"succeeded"`, 1), "record 3 does not fit", true},
		"a line gone":    {strings.Join(append(strings.SplitAfter(whole, "\n")[:1], strings.SplitAfter(whole, "\n")[2:]...), ""), "record 2 does not fit", true},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), python, program)
			cmd.Stdin = strings.NewReader(c.input)
			out, err := cmd.CombinedOutput()
			if (err != nil) != c.fails || !bytes.Contains(out, []byte(c.want)) {
				t.Errorf("%v:\n%s", err, out)
			}
		})
	}
}
