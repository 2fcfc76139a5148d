package moderation

import (
	"strings"
	"unicode/utf8"
)

// Scope is where a grant reaches: everywhere (*), all of a provider
// (provider:*) or the rooms of a provider whose name fits a pattern
// (provider:pattern). It goes by names alone, never by ids: an id is the
// provider's own, and one that reads like a name would carry a narrow scope
// into a room that it was not meant for. The zero Scope reaches nothing.
type Scope struct {
	provider string
	pattern  string
	all      bool
}

// Everywhere is the scope of all rooms, as it is typed.
const Everywhere = "*"

// ParseScope reads a scope. CodeInvalid where it is none of the three forms.
func ParseScope(text string) (Scope, error) {
	if text == Everywhere {
		return Scope{all: true}, nil
	}
	provider, pattern, found := strings.Cut(text, ":")
	if !found || provider == "" || pattern == "" || strings.ContainsAny(provider, "*? \t\n") {
		return Scope{}, Fault(CodeInvalid, "permission.scope_invalid", "Scope", Literal(text))
	}
	return Scope{provider: provider, pattern: pattern}, nil
}

// Provider returns the provider's name; "" for all of them.
func (s Scope) Provider() string { return s.provider }

// Reaches reports whether the room is in the scope.
func (s Scope) Reaches(room RoomRef) bool {
	if s.all {
		return true
	}
	return s.provider != "" && s.provider == room.Provider && Glob(s.pattern, room.Name)
}

// Covers reports whether every room that inner can ever reach is in s. It errs
// to no: for a few pairs of patterns it does not see that one holds the other.
func (s Scope) Covers(inner Scope) bool {
	if s.all {
		return inner.all || inner.provider != ""
	}
	return s.provider != "" && s.provider == inner.provider && globCovers(s.pattern, inner.pattern)
}

// Glob reports whether all of text fits the pattern: * stands for any text,
// also none and also with slashes, ? for exactly one character. Nothing else is
// special and case counts.
func Glob(pattern, text string) bool {
	return fits(pattern, text, func(wanted, got string) bool { return wanted == "?" || wanted == got })
}

// globCovers is Glob over a pattern: a * in inner is more than one character
// and only a * holds it.
func globCovers(outer, inner string) bool {
	return fits(outer, inner, func(wanted, got string) bool {
		return got != "*" && (wanted == "?" || wanted == got)
	})
}

// fits matches character by character and on failure lets the last * take one
// more: time is at most the product of the lengths.
func fits(pattern, text string, same func(wanted, got string) bool) bool {
	star, resume := 0, 0 // after the last *, and what it has taken
	at, pos := 0, 0
	for pos < len(text) {
		got := next(text[pos:])
		wanted := next(pattern[at:])
		switch {
		case wanted == "*":
			star, resume = at+1, pos
			at = star
		case wanted != "" && same(wanted, got):
			at += len(wanted)
			pos += len(got)
		case star > 0:
			resume += len(next(text[resume:]))
			at, pos = star, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}

// next returns the first character of s, "" at its end. A byte that is no UTF-8
// is a character of its own.
func next(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
