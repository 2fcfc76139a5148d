package config

import (
	"fmt"
	"log/slog"
)

// Secret is a value that never prints itself: not by fmt, not in JSON or YAML,
// not in a log. Reveal gives it to whoever must send it.
type Secret string

const hidden = "(hidden)"

// Reveal returns the value.
func (s Secret) Reveal() string { return string(s) }

// String returns a stand-in for the value, or "" where there is none.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// MarshalText writes the stand-in.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue logs the stand-in.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
