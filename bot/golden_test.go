package bot_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what was drawn with its file in testdata/golden.
func golden(t *testing.T, name string, drawn any) {
	t.Helper()
	got := asJSON(t, drawn)
	path := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test ./bot -update and look at what it writes", err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs from its golden file (-want +got):\n%s", name, d)
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// asMessage is a message as chat.postMessage takes it.
func asMessage(m bot.Message) map[string]any {
	out := map[string]any{"text": m.Text, "blocks": m.Blocks}
	if m.Metadata != nil {
		out["metadata"] = m.Metadata
	}
	return out
}

func newRenderer() *bot.Renderer { return bot.NewRenderer(words.MustLoad("en"), table) }

func TestAnswersAreDrawn(t *testing.T) {
	r := newRenderer()
	answers := sample{name: nasty}.answers()
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		t.Run(name, func(t *testing.T) {
			m := asMessage(r.Answer(answers[name]))
			inLimits(t, m)
			golden(t, "answer_"+name, m)
		})
	}
}

func TestCasesAreDrawn(t *testing.T) {
	r := newRenderer()
	cases := sample{name: nasty}.cases()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) {
			m := asMessage(r.CaseMessage(cases[name]))
			inLimits(t, m)
			golden(t, "case_"+name, m)
		})
	}
}
