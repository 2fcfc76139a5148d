package bot

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// wish is what a button, an option or a dialog carries: a command with the
// words that are known. Slack keeps it as text beside the button, for as long
// as the message stands, so its form has a version:
//
//	1 FLAGS : COMMAND [? KEY=VALUE [& KEY=VALUE]…]
//
// A key is the short form below or the argument's name; %, &, = and control
// characters of values are written as %XX.
type wish struct {
	Command   string
	Args      commands.Args
	Dialog    bool // d: opens a dialog for the words that are missing
	Confirmed bool // y: the question before it acts was answered with yes
}

const wishVersion = "1"

var short = map[string]string{
	commands.ArgRoom: "r", commands.ArgPerson: "p", commands.ArgMedia: "m", commands.ArgFor: "f",
	commands.ArgCase: "c", commands.ArgCursor: "n", commands.ArgSearch: "s", commands.ArgReason: "w",
}

var long = func() map[string]string {
	l := make(map[string]string, len(short))
	for name, key := range short {
		l[key] = name
	}
	return l
}()

// errStale is the answer to a button that this version cannot read.
var errStale = moderation.Fault(moderation.CodeInvalid, "bot.press.stale")

// encode writes w in at most limit runes; ok is false where it does not fit.
func (w wish) encode(limit int) (text string, ok bool) {
	var out strings.Builder
	out.WriteString(wishVersion)
	if w.Dialog {
		out.WriteByte('d')
	}
	if w.Confirmed {
		out.WriteByte('y')
	}
	out.WriteByte(':')
	out.WriteString(w.Command)
	separator := byte('?')
	for _, name := range slices.Sorted(maps.Keys(w.Args)) {
		if w.Args[name] == "" {
			continue
		}
		out.WriteByte(separator)
		separator = '&'
		if key, found := short[name]; found {
			out.WriteString(key)
		} else {
			out.WriteString(name)
		}
		out.WriteByte('=')
		percent(&out, w.Args[name])
	}
	text = out.String()
	return text, utf8.RuneCountInString(text) <= limit
}

// decodeWish reads what encode wrote.
func decodeWish(text string) (wish, error) {
	head, rest, found := strings.Cut(text, ":")
	flags, versioned := strings.CutPrefix(head, wishVersion)
	if !found || !versioned || strings.Trim(flags, "dy") != "" {
		return wish{}, errStale
	}
	name, query, _ := strings.Cut(rest, "?")
	if name == "" {
		return wish{}, errStale
	}
	w := wish{
		Command: name, Args: make(commands.Args),
		Dialog: strings.Contains(flags, "d"), Confirmed: strings.Contains(flags, "y"),
	}
	if query == "" {
		return w, nil
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, value, found := strings.Cut(pair, "=")
		text, valid := unpercent(value)
		if !found || key == "" || !valid {
			return wish{}, errStale
		}
		if name, known := long[key]; known {
			key = name
		}
		w.Args[key] = text
	}
	return w, nil
}

const hexDigits = "0123456789ABCDEF"

func percent(out *strings.Builder, s string) {
	for i := range len(s) {
		if c := s[i]; c == '%' || c == '&' || c == '=' || c < ' ' || c == 0x7f {
			out.WriteByte('%')
			out.WriteByte(hexDigits[c>>4])
			out.WriteByte(hexDigits[c&15])
		} else {
			out.WriteByte(c)
		}
	}
}

func unpercent(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		high, low := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		out = append(out, byte(high<<4|low))
		i += 2
	}
	return string(out), true
}
