package commands

import (
	"strconv"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Span is how long something lasts: a time, or for ever.
type Span struct {
	For       time.Duration
	Permanent bool
}

// maxSpan bounds what is typed as a time; more than that is permanent by its name.
const maxSpan = 10 * 365 * 24 * time.Hour

// ordinal has what makes a number a place in a row: the third warning is a reason.
var ordinal = map[string]bool{"st": true, "nd": true, "rd": true, "th": true}

// ParseSpan reads 90s, 10m, 2h, 3d, 1w or permanent. looks reports whether the
// word was meant as a time at all: digits and then letters, but not 3rd or 10th.
func ParseSpan(word string) (span Span, looks bool, err error) {
	if strings.EqualFold(word, "permanent") {
		return Span{Permanent: true}, true, nil
	}
	digits := strings.TrimRight(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := word[len(digits):]
	if digits == "" || unit == "" || strings.Trim(digits, "0123456789") != "" || ordinal[strings.ToLower(unit)] {
		return Span{}, false, nil
	}
	fault := moderation.Fault(moderation.CodeInvalid, "parse.span", "Word", moderation.Literal(word))
	length := map[string]time.Duration{
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}[strings.ToLower(unit)]
	count, err := strconv.ParseInt(digits, 10, 32)
	if length == 0 || err != nil || count < 1 || count > int64(maxSpan/length) {
		return Span{}, true, fault
	}
	return Span{For: time.Duration(count) * length}, true, nil
}

// span reads the argument For of an invocation; the zero Span where there is none.
func (a Args) span() (Span, error) {
	word := strings.TrimSpace(a[ArgFor])
	if word == "" {
		return Span{}, nil
	}
	span, looks, err := ParseSpan(word)
	if !looks {
		return Span{}, moderation.Fault(moderation.CodeInvalid, "parse.span", "Word", moderation.Literal(word))
	}
	return span, err
}
