package moderation_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/moderation"
)

// A list of nothing is a list on the other side, too.
func TestEmptyArgumentsCrossJSON(t *testing.T) {
	text, err := json.Marshal(moderation.Say("a.key", "List", []string(nil), "More", []moderation.Sentence(nil)))
	if err != nil {
		t.Fatal(err)
	}
	var got moderation.Sentence
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	want := moderation.Say("a.key", "List", []string{}, "More", []moderation.Sentence{})
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
