package provider

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

// CheckOption checks that a key=value word is among the options, and its value
// among those that the option takes where that set is closed.
func CheckOption(options []Option, name, value string) error {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return moderation.Fault(moderation.CodeInvalid, "provider.unknown_option",
			"Option", moderation.Literal(name), "Options", OptionNames(options))
	}
	if values := options[i].Values; len(values) > 0 && !slices.Contains(values, value) {
		return moderation.Fault(moderation.CodeInvalid, "provider.bad_option",
			"Option", moderation.Literal(name), "Value", moderation.Literal(value), "Values", strings.Join(values, ", "))
	}
	return nil
}

// OptionNames lists the options' names for a sentence.
func OptionNames(options []Option) string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Name
	}
	return strings.Join(names, ", ")
}

// CheckRange checks that an option's value is a whole number in a range.
func CheckRange(name, value string, from, to int) error {
	if n, err := strconv.Atoi(value); err != nil || n < from || n > to {
		return moderation.Fault(moderation.CodeInvalid, "provider.bad_option_range",
			"Option", moderation.Literal(name), "From", from, "To", to)
	}
	return nil
}

// WithoutPrivate returns the words with the values of private options hidden.
func WithoutPrivate(options []Option, words map[string]string) map[string]string {
	kept := maps.Clone(words)
	for _, o := range options {
		if _, given := kept[o.Name]; given && o.Private {
			kept[o.Name] = "•••"
		}
	}
	return kept
}
