package spelling_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/internal/spelling"
)

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"kick", "kick", 0},
		{"kick", "kik", 1},
		{"kick", "kcik", 2},
		{"größe", "grösse", 2},
		{strings.Repeat("x", 65), "x", 64},
		{"x", strings.Repeat("x", 65), 64},
	} {
		if got := spelling.Distance(test.a, test.b); got != test.want {
			t.Errorf("%q and %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
