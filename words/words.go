// Package words holds every sentence the product says, by key, one file a
// language, and renders a moderation.Sentence in the way of the place where it
// is read. A Printer is safe for concurrent use.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/roomwarden/roomwarden/moderation"
)

//go:embed en/*.yaml *.yaml
var files embed.FS

// english is complete: what another language lacks is said in it.
const english = "en"

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
	templates map[string]*template.Template
	lacking   []string // keys that are said in English
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

// Load reads one language: the file LANGUAGE.yaml, or all files of a folder. A
// sentence is a text/template whose gaps are the sentence's Args by name; a
// template that does not parse is an error. A sentence that the language lacks
// is the English one.
func Load(language string) (*Printer, error) {
	p := &Printer{templates: make(map[string]*template.Template)}
	paths, err := fs.Glob(files, language+"/*.yaml")
	if err != nil || !slices.Contains(Languages(), language) {
		return nil, fmt.Errorf("no words for the language %q: there are %s", language, strings.Join(Languages(), ", "))
	}
	if len(paths) == 0 {
		paths = []string{language + ".yaml"}
	}
	for _, path := range paths {
		if err := p.read(path); err != nil {
			return nil, err
		}
	}
	if language == english {
		return p, nil
	}
	whole, err := Load(english)
	if err != nil {
		return nil, err
	}
	for key, t := range whole.templates {
		if p.templates[key] == nil {
			p.templates[key] = t
			p.lacking = append(p.lacking, key)
		}
	}
	slices.Sort(p.lacking)
	return p, nil
}

// read takes the sentences of one file.
func (p *Printer) read(path string) error {
	text, err := files.ReadFile(path)
	if err != nil {
		return err
	}
	var sentences map[string]string
	if err := yaml.UnmarshalWithOptions(text, &sentences, yaml.Strict()); err != nil {
		return fmt.Errorf("words %s: %w", path, err)
	}
	for key, sentence := range sentences {
		if _, twice := p.templates[key]; twice {
			return fmt.Errorf("words %s: %s stands twice", path, key)
		}
		t, err := template.New(key).Option("missingkey=zero").Funcs(functions).Parse(sentence)
		if err != nil {
			return fmt.Errorf("words %s: %w", path, err)
		}
		p.templates[key] = t
	}
	return nil
}

// Lacking returns the keys that the language has no sentence of its own for.
func (p *Printer) Lacking() []string { return p.lacking }

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
