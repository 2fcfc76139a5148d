package commands

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

// Parse turns what was typed after a command into its words by name. It checks
// their form alone: whether a room or a person exists is asked later. What is
// missing is left out.
func (c *Command) Parse(text string) (Args, error) {
	words, err := Split(text)
	if err != nil {
		return nil, err
	}
	for i, w := range words {
		words[i] = w.typed()
	}
	if c.parse != nil {
		return c.parse(c, words)
	}
	return c.parseWords(words)
}

// parseWords fills the arguments in their order. Optional words of a closed
// form (a medium, a time, options) may stand in any order before the text that
// takes the rest.
func (c *Command) parseWords(words []Word) (Args, error) {
	args := Args{}
	if c.takesAddresses() {
		for _, w := range words {
			if err := checkAddresses(w.address()); err != nil {
				return nil, err
			}
		}
	}
	var err error
	if _, tells := c.Arg(ArgTell); tells {
		if words, err = takeTell(words, args); err != nil {
			return nil, err
		}
	}
	if c.takesOptions() {
		if words, err = takeOptions(words, args); err != nil {
			return nil, err
		}
	}
	for _, arg := range c.Args {
		if len(words) == 0 {
			break
		}
		switch {
		case arg.Name == ArgOptions || arg.Name == ArgTell:
		case arg.Rest:
			args[arg.Name] = plainText(words)
			words = nil
		case arg.closed():
			if words, err = takeClosed(c.Args, words, args); err != nil {
				return nil, err
			}
		default:
			args[arg.Name] = words[0].Text
			words = words[1:]
		}
	}
	if len(words) > 0 {
		return nil, moderation.Fault(moderation.CodeInvalid, "parse.too_many",
			"Word", moderation.Literal(words[0].Text), "Usage", moderation.Literal(c.Usage()))
	}
	return args, nil
}

// closed reports whether a word can be told to be this argument by its form.
func (a Arg) closed() bool {
	return !a.Required && !a.Rest && (a.Name == ArgMedia || a.Name == ArgFor || a.Name == ArgURL)
}

// takeClosed takes the words at the front that are an optional argument by
// their form, each at most once.
func takeClosed(all []Arg, words []Word, args Args) ([]Word, error) {
	for len(words) > 0 && !words[0].Quoted {
		taken := 0
		for _, arg := range all {
			if taken > 0 || !arg.closed() || args[arg.Name] != "" {
				continue
			}
			value, count, err := arg.takes(words)
			if err != nil {
				return nil, err
			}
			if taken = count; taken > 0 {
				args[arg.Name] = value
			}
		}
		if taken == 0 {
			break
		}
		words = words[taken:]
	}
	return words, nil
}

// takes reads the argument where the words begin with it, and returns how many of
// them it is: none where they do not.
func (a Arg) takes(words []Word) (value string, count int, err error) {
	word := words[0].Text
	switch a.Name {
	case ArgMedia:
		if lower := strings.ToLower(word); slices.Contains(a.Values, lower) {
			return lower, 1, nil
		}
	case ArgFor:
		if _, looks, err := ParseSpan(word); err != nil || looks {
			return strings.ToLower(word), 1, err
		}
	case ArgURL:
		count = 1
		if strings.EqualFold(word, "music") && len(words) > 1 && strings.Contains(words[1].address(), "://") {
			count = 2
		}
		if address := words[count-1].address(); strings.Contains(address, "://") {
			return address, count, checkAddress(address)
		}
	}
	return "", 0, nil
}

var optionWord = regexp.MustCompile(`^[a-z][a-z0-9_]*=`)

// takeOptions moves the key=value words into the argument Options, sorted, one
// a line, and returns the other words. A value may be quoted (a="b c"); a word
// that begins with a quote is text.
func takeOptions(words []Word, args Args) ([]Word, error) {
	options := map[string]string{}
	var rest []Word
	for _, w := range words {
		if w.Quoted || !optionWord.MatchString(w.Text) {
			rest = append(rest, w)
			continue
		}
		key, value, _ := strings.Cut(w.Text, "=")
		value = cmp.Or(w.Link, value)
		if _, twice := options[key]; twice {
			return nil, moderation.Fault(moderation.CodeInvalid, "parse.option_twice", "Option", moderation.Literal(key))
		}
		if strings.Contains(value, "://") {
			if err := checkAddress(value); err != nil {
				return nil, err
			}
		}
		options[key] = value
	}
	args.setOptions(options)
	return rest, nil
}

func (a Args) setOptions(options map[string]string) {
	if len(options) == 0 {
		delete(a, ArgOptions)
		return
	}
	lines := make([]string, 0, len(options))
	for _, key := range slices.Sorted(maps.Keys(options)) {
		lines = append(lines, key+"="+strings.ReplaceAll(options[key], "\n", " "))
	}
	a[ArgOptions] = strings.Join(lines, "\n")
}

// options reads the argument Options: key=value, one a line.
func (a Args) options() (map[string]string, error) {
	var options map[string]string
	for line := range strings.Lines(a[ArgOptions]) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !found || !optionWord.MatchString(key+"=") {
			return nil, moderation.Fault(moderation.CodeInvalid, "parse.option", "Word", moderation.Literal(line))
		}
		if strings.Contains(value, "://") {
			if err := checkAddress(value); err != nil {
				return nil, err
			}
		}
		if options == nil {
			options = map[string]string{}
		}
		options[key] = value
	}
	return options, nil
}

func (c *Command) takesOptions() bool {
	return slices.ContainsFunc(c.Args, func(a Arg) bool { return a.Name == ArgOptions })
}

// takesAddresses reports whether an address may be among the command's words.
func (c *Command) takesAddresses() bool {
	_, takes := c.Arg(ArgURL)
	return takes || c.takesOptions()
}

// checkAddress returns a fault where a word with :// is no http(s) address.
func checkAddress(word string) error {
	u, err := url.Parse(word)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return moderation.Fault(moderation.CodeInvalid, "parse.address", "Word", moderation.Literal(word))
	}
	return nil
}

// checkAddresses checks every word of a text that has :// in it.
func checkAddresses(text string) error {
	for _, word := range strings.Fields(text) {
		if strings.Contains(word, "://") {
			if optionWord.MatchString(word) {
				_, word, _ = strings.Cut(word, "=")
			}
			if err := checkAddress(strings.TrimRight(word, ".,;:!?)")); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxArg bounds one word in runes; what takes the rest may be as long as all.
const maxArg = 500

// check brings words that came apart (from a dialog, a button, a program)
// under the same rules as typed ones, and returns the faults by argument.
func (c *Command) check(args Args) map[string]moderation.Sentence {
	faults := map[string]moderation.Sentence{}
	for _, arg := range c.Args {
		value := args[arg.Name]
		most := maxArg
		switch {
		case args[ArgVerb] == verbApply && arg.Name == ArgText:
			most = maxRoleFile
		case arg.Rest || arg.Name == ArgOptions || arg.Name == ArgExcept:
			most = MaxTyped
		}
		if length := len([]rune(value)); length > most {
			faults[arg.Name] = moderation.Say("parse.too_long", "Length", length, "Most", most)
			continue
		}
		if value == "" {
			continue
		}
		var err error
		switch {
		case len(arg.Values) > 0 && !slices.Contains(arg.Values, value):
			faults[arg.Name] = moderation.Say("parse.values", "Word", moderation.Literal(value), "Values", strings.Join(arg.Values, ", "))
		case arg.Name == ArgFor:
			_, err = args.span()
		case arg.Name == ArgURL:
			err = checkAddress(value)
		case arg.Name == ArgOptions:
			_, err = args.options()
		case arg.Name == ArgCase:
			_, err = args.caseNumber()
		}
		if err != nil {
			faults[arg.Name] = faultOf(err)
		}
	}
	return faults
}

// missing returns the required arguments that have no value.
func (c *Command) missing(args Args) []string {
	var missing []string
	for _, arg := range c.Args {
		if arg.Name == ArgPerson && c.forRoom != nil && c.forRoom(args) {
			continue
		}
		if arg.Required && strings.TrimSpace(args[arg.Name]) == "" {
			missing = append(missing, arg.Name)
		}
	}
	return missing
}
