package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a time on the command line: a day, RFC 3339, or how long ago.
type moment time.Time

// UnmarshalText reads a moment.
func (m *moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, string(text), time.UTC); err == nil {
			*m = moment(t)
			return nil
		}
	}
	ago, err := parseAgo(string(text))
	if err != nil {
		return err
	}
	*m = moment(time.Now().Add(-ago))
	return nil
}

// parseAgo reads 90s, 10m, 2h, 3d, 1w.
func parseAgo(text string) (time.Duration, error) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if text != "" {
		unit := units[text[len(text)-1]]
		n, err := strconv.ParseUint(strings.TrimSpace(text[:len(text)-1]), 10, 32)
		if unit > 0 && err == nil && n <= uint64(100*365*24*time.Hour/unit) {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, fmt.Errorf("%q is no time: write 2026-03-01, 2026-03-01T09:00:00Z, or how long ago: 90s, 10m, 2h, 3d, 1w", text)
}
