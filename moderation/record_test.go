package moderation_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Whatever zone its times were taken in, a sealed record has them in UTC.
func TestSealedTimesAreUTC(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.FixedZone("", 3600))
	r := moderation.Record{Seq: 1, Case: 1, At: at, Details: moderation.Details{Until: at, AwaitsUntil: at}}
	if err := r.Seal(moderation.Genesis); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `"2026-03-01T09:00:00Z"`); n != 3 {
		t.Errorf("%d of 3 times are in UTC: %s", n, text)
	}
	if err := r.Verify(1, moderation.Genesis); err != nil {
		t.Error(err)
	}
}
