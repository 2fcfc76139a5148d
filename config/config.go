// Package config reads and checks the configuration file: every fault at once,
// each with its line and its remedy.
package config

import "time"

// Config is the effective configuration: the file, what the environment
// overrides, and the defaults.
type Config struct {
	Path       string     `yaml:"-"`
	Slack      Slack      `yaml:"slack"`
	Owners     []string   `yaml:"owners"`
	Store      Store      `yaml:"store"`
	HTTP       HTTP       `yaml:"http"`
	Providers  []Provider `yaml:"providers"`
	Moderation Moderation `yaml:"moderation"`
	Privacy    Privacy    `yaml:"privacy"`
	Protect    []Protect  `yaml:"protect,omitempty"`
	// Language is the language of everything the product says.
	Language string `yaml:"language"`
}

// Slack is the link to the workspace.
type Slack struct {
	AppToken        Secret  `yaml:"app_token"`
	BotToken        Secret  `yaml:"bot_token"`
	APIURL          string  `yaml:"api_url"` // ends in /
	Connections     int     `yaml:"connections"`
	AuditChannel    string  `yaml:"audit_channel"` // id or #name
	AuditRoutes     []Route `yaml:"audit_routes,omitempty"`
	RequestsChannel string  `yaml:"requests_channel"` // the audit channel where the file says nothing
	AuditRate       float64 `yaml:"audit_rate"`       // posts a second and channel
	AllowExternal   bool    `yaml:"allow_external"`
}

// Route sends cases that match to one more channel. Match is provider:room
// with * and ?, or the word of an action.
type Route struct {
	Match   string `yaml:"match"`
	Channel string `yaml:"channel"`
}

// Store says where the memory is.
type Store struct {
	Scheme string // bolt
	Path   string // of the bbolt file, absolute
}

// MarshalText writes the store as the file names it.
func (s Store) MarshalText() ([]byte, error) { return []byte(s.Scheme + "://" + s.Path), nil }

// HTTP is the server for health, metrics and callbacks.
type HTTP struct {
	Listen string `yaml:"listen"` // empty: off
	// ListenByDefault is set where the file names no address.
	ListenByDefault bool    `yaml:"-"`
	PublicURL       string  `yaml:"public_url"`
	APITokens       []Token `yaml:"api_tokens,omitempty"`
}

// Token is an API token.
type Token struct {
	Name   string `yaml:"name"`
	Token  Secret `yaml:"token"`
	Role   string `yaml:"role"`
	Scope  string `yaml:"scope"`
	AuthID string `yaml:"auth_id,omitempty"`
}

// Provider is one provider. Values holds its keys besides name and type; a
// nested key is joined with a dot.
type Provider struct {
	Name   string
	Type   string
	Values map[string]string
	secret map[string]bool
}

// Moderation holds the rules of the house.
type Moderation struct {
	TwoPeople TwoPeople `yaml:"two_people"`
	Brake     Brake     `yaml:"brake"`
	ReviewOwn bool      `yaml:"review_own"`
	// Reasons are offered in the dialogs; empty: those of the language.
	Reasons []string `yaml:"reasons,omitempty"`
}

// TwoPeople says what needs a second person.
type TwoPeople struct {
	EndOver Bound  `yaml:"end_over"` // people in the room
	Ban     string `yaml:"ban"`      // permanent or off
	Grant   string `yaml:"grant"`    // admin or off
}

// Bound is a number of people; negative means off.
type Bound int

// Brake stops a person after so many removals in a while; Removals 0 is off.
type Brake struct {
	Removals int           `yaml:"removals"`
	Per      time.Duration `yaml:"per"`
}

// Privacy says how personal data is shown.
type Privacy struct {
	Numbers string `yaml:"numbers"` // masked or full
}

// Protect names participants whom only a preset and those above may touch.
type Protect struct {
	Match      string            `yaml:"match,omitempty"`
	Metadata   map[string]string `yaml:"metadata,omitempty"`
	Attributes map[string]string `yaml:"attributes,omitempty"`
	User       string            `yaml:"user,omitempty"`
	Preset     string            `yaml:"preset"`
}

// Known is what the check goes by beside the keys themselves.
type Known struct {
	Types     []ProviderType
	Languages []string
}

// ProviderType is what the check knows of one type of provider.
type ProviderType struct {
	Name   string
	Fields []ProviderField
}

// ProviderField is one key of a type of provider. A dot goes one level down.
type ProviderField struct {
	Name     string
	Required bool
	Secret   bool
	Usage    string
	Check    func(value string) string
}

const off = "off"
