package commands

import (
	"strings"
	"unicode"

	"github.com/roomwarden/roomwarden/moderation"
)

// Word is one word of a typed command.
type Word struct {
	Text string
	// Quoted is set where the word begins with a quote: such a word is text,
	// never an option or a keyword.
	Quoted bool
	// Link is the address that Slack made of the word, or of the option's value
	// in it, where it made one.
	Link string
}

// MaxTyped bounds what may be typed after a command, in runes.
const MaxTyped = 3000

// The quotes that open and close each other, typographic ones included: phones
// and word processors write them unasked.
const (
	doubleQuotes = "\"“”„‟«»"
	singleQuotes = "'‘’‚‛‹›"
)

// Split takes typed text apart as a shell would: blanks part words, either
// kind of quotes keeps blanks, a backslash outside single quotes takes the next
// character as it is. A quote that is never closed is an error, and so is text
// of more than MaxTyped runes.
func Split(text string) ([]Word, error) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	runes := []rune(text)
	if len(runes) > MaxTyped {
		return nil, moderation.Fault(moderation.CodeInvalid, "parse.too_long", "Length", len(runes), "Most", MaxTyped)
	}
	var (
		words   []Word
		word    strings.Builder
		inside  bool // of a word
		quoted  bool
		closing string // the quotes that close the open one
	)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '\\' && closing != singleQuotes && i+1 < len(runes):
			i++
			word.WriteRune(runes[i])
			inside = true
		case closing != "" && strings.ContainsRune(closing, r):
			closing = ""
		case closing != "":
			word.WriteRune(r)
		case strings.ContainsRune(doubleQuotes, r):
			closing, inside, quoted = doubleQuotes, true, quoted || !inside
		case strings.ContainsRune(singleQuotes, r):
			closing, inside, quoted = singleQuotes, true, quoted || !inside
		case unicode.IsSpace(r):
			if inside {
				words = append(words, Word{Text: word.String(), Quoted: quoted})
			}
			word.Reset()
			inside, quoted = false, false
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	if closing != "" {
		return nil, moderation.Fault(moderation.CodeInvalid, "parse.unbalanced")
	}
	if inside {
		words = append(words, Word{Text: word.String(), Quoted: quoted})
	}
	return words, nil
}

// Quote writes a word so that Split reads it back as it is.
func Quote(word string) string {
	if word == "" {
		return `""`
	}
	special := func(r rune) bool {
		return r == '\\' || unicode.IsSpace(r) || strings.ContainsRune(doubleQuotes, r) || strings.ContainsRune(singleQuotes, r)
	}
	if strings.IndexFunc(word, special) < 0 {
		return word
	}
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range word {
		if r == '\\' || strings.ContainsRune(doubleQuotes, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	out.WriteByte('"')
	return out.String()
}

// plainText joins words to the text they were typed as, without their quotes.
func plainText(words []Word) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.Text
	}
	return readable(strings.Join(parts, " "))
}
