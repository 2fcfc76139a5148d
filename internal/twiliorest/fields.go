package twiliorest

import (
	"net/url"
	"regexp"
	"strings"
)

var hex32 = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)

// IsSID reports whether s is one of Twilio's identifiers with this prefix: two
// letters and 32 hexadecimal digits.
func IsSID(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	return ok && hex32.MatchString(rest)
}

// CheckSID returns the check of a configured SID.
func CheckSID(prefix string) func(string) string {
	return func(value string) string {
		if !IsSID(prefix, value) {
			return "must be " + prefix + " and 32 hexadecimal digits"
		}
		return ""
	}
}

// CheckBaseURL says what is wrong with a configured base_url.
func CheckBaseURL(value string) string {
	u, err := url.Parse(value)
	if value != "" && (err != nil || !u.IsAbs() || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return "must start with http:// or https://"
	}
	return ""
}

// Segment returns s as one segment of a path, and whether it can be one:
// twilio-go puts names into addresses as they are.
func Segment(s string) (string, bool) {
	if s == "" || s == "." || s == ".." {
		return "", false
	}
	return url.PathEscape(s), true
}

// Value returns what p points to, the zero value for nil.
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
