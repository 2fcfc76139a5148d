package twiliovoice

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const yes = "true"

// option is one key=value word: its check, and how it goes into the parameters P.
type option[P any] struct {
	name    string
	usage   string // what it does, for help
	private bool
	check   check
	set     func(params *P, value string)
}

// check is what an option's value must be. Fault returns what it should have
// been, or the zero sentence.
type check struct {
	values []string // where the set is closed
	fault  func(value string) moderation.Sentence
}

// checkOptions checks words against the options that there are.
func checkOptions[P any](known []option[P], words map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(words)) {
		i := slices.IndexFunc(known, func(o option[P]) bool { return o.name == name })
		if i < 0 {
			return moderation.Fault(moderation.CodeInvalid, "twilio-voice.option.unknown", "Option", moderation.Literal(name), "Known", names(known))
		}
		if wrong := known[i].check.fault(words[name]); !wrong.IsZero() {
			return moderation.Fault(moderation.CodeInvalid, "twilio-voice.option.bad", "Option", moderation.Literal(name), "Value", words[name], "Wanted", wrong)
		}
	}
	return nil
}

// apply puts checked words into the parameters of a call.
func apply[P any](known []option[P], params *P, words map[string]string) {
	for _, o := range known {
		if value, ok := words[o.name]; ok {
			o.set(params, value)
		}
	}
}

func names[P any](known []option[P]) []string {
	all := make([]string, 0, len(known))
	for _, o := range known {
		all = append(all, o.name)
	}
	return all
}

// list describes options for help and dialogs.
func list[P any](known []option[P]) []provider.Option {
	all := make([]provider.Option, 0, len(known))
	for _, o := range known {
		all = append(all, provider.Option{Name: o.name, Usage: o.usage, Values: o.check.values, Private: o.private})
	}
	return all
}

func oneOf(values ...string) check {
	return check{values: values, fault: func(value string) moderation.Sentence {
		if slices.Contains(values, value) {
			return moderation.Sentence{}
		}
		return moderation.Say("twilio-voice.wanted.one_of", "Values", values)
	}}
}

var boolean = oneOf(yes, "false")

// someOf takes several of the values, separated by blanks or commas.
func someOf(values ...string) check {
	return check{fault: func(value string) moderation.Sentence {
		given := eventList(value)
		if len(given) > 0 && !slices.ContainsFunc(given, func(v string) bool { return !slices.Contains(values, v) }) {
			return moderation.Sentence{}
		}
		return moderation.Say("twilio-voice.wanted.some_of", "Values", values)
	}}
}

func eventList(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
}

// between takes a whole number from low to high, both included; high zero
// means no bound.
func between(low, high int) check {
	return check{fault: func(value string) moderation.Sentence {
		n, err := strconv.Atoi(value)
		if err == nil && n >= low && (high == 0 || n <= high) && strconv.Itoa(n) == value {
			return moderation.Sentence{}
		}
		if high == 0 {
			return moderation.Say("twilio-voice.wanted.at_least", "Low", low)
		}
		return moderation.Say("twilio-voice.wanted.between", "Low", low, "High", high)
	}}
}

// number reads what between has checked.
func number(value string) int {
	n, _ := strconv.Atoi(value)
	return n
}

// sid takes an identifier with this prefix.
func sid(prefix string) check {
	return check{fault: func(value string) moderation.Sentence {
		if twiliorest.IsSID(prefix, value) {
			return moderation.Sentence{}
		}
		return moderation.Say("twilio-voice.wanted.sid", "Prefix", prefix)
	}}
}

// address takes an http(s) address.
var address = check{fault: func(value string) moderation.Sentence {
	if isAddress(value) {
		return moderation.Sentence{}
	}
	return moderation.Say("twilio-voice.wanted.address")
}}

func isAddress(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && clean(value)
}

// text takes at most so many characters, without control characters.
func text(longest int) check {
	return check{fault: func(value string) moderation.Sentence {
		if value != "" && len([]rune(value)) <= longest && clean(value) {
			return moderation.Sentence{}
		}
		return moderation.Say("twilio-voice.wanted.text", "Longest", longest)
	}}
}

func clean(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}

var (
	e164    = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	sipUser = regexp.MustCompile(`^[A-Za-z0-9_.!~*'()&=+$,;?/%-]+$`)
	client  = regexp.MustCompile(`^client:[^\s?]+(\?\S*)?$`)
	sip     = regexp.MustCompile(`^sips?:[^\s@?]+@[A-Za-z0-9.:\[\]-]+([;?]\S*)?$`)
)

// caller takes who a call comes from: a number, client:name, or the user part
// of a SIP address.
var caller = check{fault: func(value string) moderation.Sentence {
	if e164.MatchString(value) || client.MatchString(value) || sipUser.MatchString(value) && !strings.HasPrefix(value, "+") {
		return moderation.Sentence{}
	}
	return moderation.Say("twilio-voice.wanted.caller")
}}

func checkCallerID(value string) string {
	if value != "" && !caller.fault(value).IsZero() {
		return "must be a number in E.164 (+15551234567), client:name, or the user part of a SIP address"
	}
	return ""
}
