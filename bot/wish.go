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
// A key is the short form below or the argument's name, after @ a word of List,
// after ~ one of Shown; @ alone stands for an empty List, @r= for the same room.
// %, &, =, <, > and control characters of values are written as %XX.
type wish struct {
	Command   string
	Args      commands.Args
	Dialog    bool // d: opens a dialog for the words that are missing
	Confirmed bool // y: the question before it acts was answered with yes
	// List holds the words of the list in which the button stands, which is
	// shown anew after the press; nil where it stands in none.
	List commands.Args
	// Shown says by argument how a word that is an id is shown in a dialog.
	Shown commands.Args
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
	pair := func(prefix, name, value string) {
		out.WriteByte(separator)
		separator = '&'
		out.WriteString(prefix)
		if key, found := short[name]; found {
			name = key
		}
		out.WriteString(name)
		out.WriteByte('=')
		percent(&out, value)
	}
	filled := func(prefix string, args commands.Args) {
		for _, name := range slices.Sorted(maps.Keys(args)) {
			if args[name] != "" {
				pair(prefix, name, args[name])
			}
		}
	}
	filled("", w.Args)
	if w.List != nil {
		list := maps.Clone(w.List)
		if room := list[commands.ArgRoom]; room == "" {
			pair("@", "", "")
		} else if room == w.Args[commands.ArgRoom] {
			delete(list, commands.ArgRoom)
			pair("@", commands.ArgRoom, "")
		}
		filled("@", list)
	}
	filled("~", w.Shown)
	text = out.String()
	return text, utf8.RuneCountInString(text) <= limit
}

// encodeFit is encode, without what is good to have where that does not fit.
func (w wish) encodeFit(limit int) (text string, ok bool) {
	if text, ok = w.encode(limit); ok {
		return text, true
	}
	w.Shown = nil
	if w.List != nil {
		w.List = commands.Args{commands.ArgRoom: w.List[commands.ArgRoom]}
	}
	return w.encode(limit)
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
		w.put(key, text)
	}
	return w, nil
}

// put takes one key and value of the written form.
func (w *wish) put(key, value string) {
	name := func(key string) string {
		if name, known := long[key]; known {
			return name
		}
		return key
	}
	switch key[0] {
	case '@':
		if w.List == nil {
			w.List = make(commands.Args)
		}
		if key = name(key[1:]); key == commands.ArgRoom && value == "" {
			value = w.Args[commands.ArgRoom]
		}
		if key != "" {
			w.List[key] = value
		}
	case '~':
		if w.Shown == nil {
			w.Shown = make(commands.Args)
		}
		w.Shown[name(key[1:])] = value
	default:
		w.Args[name(key)] = value
	}
}

const hexDigits = "0123456789ABCDEF"

func percent(out *strings.Builder, s string) {
	for i := range len(s) {
		if c := s[i]; strings.IndexByte("%&=<>", c) >= 0 || c < ' ' || c == 0x7f {
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
