// Package words holds every sentence the product says, by key, one file a
// language, and renders a moderation.Sentence in the way of the place where it
// is read. A Printer is safe for concurrent use.
package words

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/roomwarden/roomwarden/moderation"
)

//go:embed en/*.yaml
var files embed.FS

// Style draws the values in a sentence. Text escapes; the others escape and
// mark up as the place allows.
type Style interface {
	Text(s string) string
	Literal(s string) string
	User(id string) string
	Group(id string) string
	Channel(id string) string
	Moment(t time.Time) string
}

// Printer renders sentences of one language.
type Printer struct {
	language  string
	templates map[string]*template.Template
}

// Languages lists the languages there are.
func Languages() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil
	}
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return all
}

// Load reads one language. A sentence is a text/template whose gaps are the
// sentence's Args by name; a template that does not parse is an error.
func Load(language string) (*Printer, error) {
	paths, err := files.ReadDir(language)
	if err != nil {
		return nil, fmt.Errorf("no words for the language %q: there are %s", language, strings.Join(Languages(), ", "))
	}
	p := &Printer{language: language, templates: make(map[string]*template.Template)}
	for _, f := range paths {
		text, err := files.ReadFile(language + "/" + f.Name())
		if err != nil {
			return nil, err
		}
		var sentences map[string]string
		if err := yaml.UnmarshalWithOptions(text, &sentences, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("words %s/%s: %w", language, f.Name(), err)
		}
		for key, sentence := range sentences {
			if _, twice := p.templates[key]; twice {
				return nil, fmt.Errorf("words %s/%s: %s stands twice", language, f.Name(), key)
			}
			t, err := template.New(key).Option("missingkey=zero").Funcs(functions).Parse(sentence)
			if err != nil {
				return nil, fmt.Errorf("words %s/%s: %w", language, f.Name(), err)
			}
			p.templates[key] = t
		}
	}
	return p, nil
}

// MustLoad is Load for a language that is built in.
func MustLoad(language string) *Printer {
	p, err := Load(language)
	if err != nil {
		panic(err)
	}
	return p
}

// Keys returns every key, sorted.
func (p *Printer) Keys() []string { return slices.Sorted(maps.Keys(p.templates)) }

// Has reports whether there is a sentence of this key.
func (p *Printer) Has(key string) bool { return p.templates[key] != nil }

// Say renders a sentence in a style. A key that is not in the word list is
// shown as it is, so that nothing is lost; a test holds that there is none.
func (p *Printer) Say(style Style, s moderation.Sentence) string {
	t := p.templates[s.Key]
	if t == nil {
		return style.Text(s.Key)
	}
	args := make(map[string]any, len(s.Args))
	for name, value := range s.Args {
		args[name] = p.value(style, value)
	}
	var out strings.Builder
	if err := t.Execute(&out, args); err != nil {
		return style.Text(s.Key)
	}
	return out.String()
}

// SayAll renders sentences and joins them with blanks.
func (p *Printer) SayAll(style Style, all []moderation.Sentence) string {
	said := make([]string, 0, len(all))
	for _, s := range all {
		if !s.IsZero() {
			said = append(said, p.Say(style, s))
		}
	}
	return strings.Join(said, " ")
}

// Error renders what an error says to people: its own sentence, else the one of
// its code ("error.not_found").
func (p *Printer) Error(style Style, err error) string { return p.Say(style, Fault(err)) }

// value draws one argument. Numbers and booleans stay as they are so that a
// template can compare them.
func (p *Printer) value(style Style, value any) any {
	switch v := value.(type) {
	case nil:
		return ""
	case int, int64, uint64, bool, float64:
		return v
	case moderation.Sentence:
		return p.Say(style, v)
	case []moderation.Sentence:
		return p.SayAll(style, v)
	case moderation.UserID:
		return style.User(string(v))
	case moderation.GroupID:
		return style.Group(string(v))
	case moderation.ChannelID:
		return style.Channel(string(v))
	case moderation.Literal:
		return style.Literal(string(v))
	case moderation.RoomRef:
		return style.Literal(v.String())
	case moderation.Moment:
		return style.Moment(time.Time(v))
	case time.Time:
		return style.Moment(v)
	case time.Duration:
		return Duration(v)
	case []string:
		drawn := make([]string, len(v))
		for i, s := range v {
			drawn[i] = style.Text(s)
		}
		return drawn
	case string:
		return style.Text(v)
	case fmt.Stringer:
		return style.Text(v.String())
	default:
		return style.Text(fmt.Sprint(v))
	}
}

var functions = template.FuncMap{
	"join": func(separator string, all any) string {
		list, ok := all.([]string)
		if !ok {
			return fmt.Sprint(all)
		}
		return strings.Join(list, separator)
	},
}
