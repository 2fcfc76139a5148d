package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func sorted(all []string) []string { slices.Sort(all); return all }

// Load reads the file, applies what the environment overrides and the defaults,
// and checks it against what is known. Everything that is
// wrong comes back at once as *Faults, but for the top-level keys named aside, which
// are for those who do not use them.
func Load(path string, known Known, aside ...string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &Faults{Path: path, List: []Fault{{
			Says:   "the configuration cannot be read: " + reason(err),
			Remedy: "Name the file with --config or ROOMWARDEN_CONFIG; docs/configuration.md has one to start from",
		}}}
	}
	return Parse(path, text, known, os.LookupEnv, aside...)
}

func reason(err error) string {
	if os.IsNotExist(err) {
		return "there is no such file"
	}
	if os.IsPermission(err) {
		return "the program's user may not read it"
	}
	return "it is no readable file"
}

// Parse is Load for a text that was read already; path tells where relative
// paths count from, lookup stands in for the environment.
func Parse(path string, text []byte, known Known, lookup func(string) (string, bool), aside ...string) (*Config, error) {
	faults := &Faults{Path: path}
	root := parse(text, faults, lookup)
	if root == nil {
		return nil, faults.err()
	}
	override(root, lookup)
	c := &Config{
		Path:  path,
		Slack: Slack{APIURL: "https://slack.com/api/", Connections: 2, AuditRate: 1},
		HTTP:  HTTP{Listen: "127.0.0.1:8974", ListenByDefault: true},
		Moderation: Moderation{
			TwoPeople: TwoPeople{EndOver: 20, Ban: "permanent", Grant: "admin"},
			Brake:     Brake{Removals: 10, Per: time.Minute},
		},
		Privacy:  Privacy{Numbers: "masked"},
		Language: "en",
	}
	d := &decoder{faults: faults}
	d.root(root, c, known)
	faults.leaveOut(aside)
	if err := faults.err(); err != nil {
		return nil, err
	}
	if c.Slack.RequestsChannel == "" {
		c.Slack.RequestsChannel = c.Slack.AuditChannel
	}
	return c, nil
}

// override puts the environment's values into the tree.
func override(root *node, lookup func(string) (string, bool)) {
	for name, path := range map[string][]string{
		"SLACK_APP_TOKEN":  {"slack", "app_token"},
		"SLACK_BOT_TOKEN":  {"slack", "bot_token"},
		"SLACK_API_URL":    {"slack", "api_url"},
		"ROOMWARDEN_STORE": {"store"},
	} {
		if value, set := lookup(name); set && value != "" {
			root.set(path, value)
		}
	}
}

func (n *node) set(path []string, value string) {
	for i := range n.pairs {
		if n.pairs[i].key != path[0] {
			continue
		}
		line := n.pairs[i].line
		if len(path) == 1 {
			n.pairs[i].value = &node{kind: scalar, line: line, text: value}
			return
		}
		if v := n.pairs[i].value; v.kind == nothing {
			v.kind = mapping
		}
		if v := n.pairs[i].value; v.kind == mapping {
			v.set(path[1:], value)
		}
		return
	}
	child := &node{kind: mapping}
	if len(path) == 1 {
		child = &node{kind: scalar, text: value}
	} else {
		child.set(path[1:], value)
	}
	n.pairs = append(n.pairs, pair{key: path[0], value: child})
}

func (d *decoder) root(n *node, c *Config, known Known) {
	store := ""
	storeLine := 0
	d.fields(n, "", map[string]func(*node, string){
		"slack": func(n *node, key string) { d.slack(n, key, &c.Slack) },
		"owners": func(n *node, key string) {
			d.list(n, key, func(n *node, key string) {
				var id string
				d.checked(&id, userID)(n, key)
				if id != "" {
					c.Owners = append(c.Owners, id)
				}
			})
		},
		"store": func(n *node, key string) {
			storeLine = n.line
			d.string(&store)(n, key)
		},
		"http":       func(n *node, key string) { d.http(n, key, &c.HTTP) },
		"providers":  func(n *node, key string) { d.providers(n, key, c, known.Types) },
		"moderation": func(n *node, key string) { d.moderation(n, key, &c.Moderation) },
		"privacy": func(n *node, key string) {
			d.fields(n, key, map[string]func(*node, string){
				"numbers": d.checked(&c.Privacy.Numbers, oneOf("masked", "full")),
			})
		},
		"protect":  func(n *node, key string) { d.protect(n, key, c) },
		"language": d.checked(&c.Language, oneOf(known.Languages...)),
	})
	if store == "" {
		store = "bolt://roomwarden.db"
	}
	d.store(store, storeLine, c)
	d.require(n, c)
}

// require names what must be there.
func (d *decoder) require(n *node, c *Config) {
	line := func(path ...string) int {
		at := n
		for _, key := range path {
			i := slices.IndexFunc(at.pairs, func(p pair) bool { return p.key == key })
			if i < 0 {
				return 0
			}
			at = at.pairs[i].value
		}
		return at.line
	}
	said := func(key string) bool {
		return slices.ContainsFunc(d.faults.List, func(f Fault) bool { return strings.HasPrefix(f.Key, key) })
	}
	if c.Slack.AppToken == "" && !said("slack.app_token") {
		d.faults.add(line("slack"), "slack.app_token", "Put the app-level token (xapp-…) there, or set SLACK_APP_TOKEN; api.slack.com/apps shows it under Basic Information.", "is missing")
	}
	if c.Slack.BotToken == "" && !said("slack.bot_token") {
		d.faults.add(line("slack"), "slack.bot_token", "Put the bot token (xoxb-…) there, or set SLACK_BOT_TOKEN; api.slack.com/apps shows it under OAuth & Permissions.", "is missing")
	}
	if c.Slack.AuditChannel == "" && !said("slack.audit_channel") {
		d.faults.add(line("slack"), "slack.audit_channel", `Name the channel that receives the record, by its id (C…) or as "#name" in quotes, and invite the bot to it.`, "is missing")
	}
	if len(c.Owners) == 0 && !said("owners") {
		d.faults.add(line("owners"), "owners", "Put your Slack user id there: in Slack open your profile, press ⋮ and choose “Copy member ID” (it begins with U).", "names nobody, and somebody must be able to give rights to others")
	}
	if len(c.Providers) == 0 && !said("providers") {
		d.faults.add(line("providers"), "providers", "Add one, for a start {name: sim, type: simulated}.", "has no provider, so there is no room to moderate")
	}
}

func (d *decoder) store(text string, line int, c *Config) {
	scheme, path, ok := strings.Cut(text, "://")
	switch {
	case ok && scheme == "bolt" && path != "":
		if !filepath.IsAbs(path) {
			folder, err := filepath.Abs(filepath.Dir(c.Path))
			if err != nil {
				folder = filepath.Dir(c.Path)
			}
			path = filepath.Join(folder, path)
		}
		c.Store = Store{Scheme: scheme, Path: path}
	case scheme == "postgres" || scheme == "postgresql":
		d.faults.add(line, "store", "Use bolt://roomwarden.db, a file on this machine.", "this version keeps its memory in a bbolt file and does not speak PostgreSQL yet")
	default:
		d.faults.add(line, "store", "Write bolt://FILE; a relative path counts from the configuration's folder.", "%q is no store", Redact(text))
	}
}

var credentials = regexp.MustCompile(`//[^/@]*@`)

// Redact takes the user and password out of an address.
func Redact(address string) string { return credentials.ReplaceAllString(address, "//"+hidden+"@") }

var (
	userPattern    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	channelPattern = regexp.MustCompile(`^([CGD][A-Z0-9]+|#\S{1,80})$`)
	namePattern    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
)

func userID(text string) (string, string) {
	if userPattern.MatchString(text) {
		return "", ""
	}
	return fmt.Sprintf("%q is no Slack user id", text), "Write the member id (U…), which Slack shows in the person's profile under ⋮, “Copy member ID”."
}

func channel(text string) (string, string) {
	if channelPattern.MatchString(text) {
		return "", ""
	}
	return fmt.Sprintf("%q is no channel", text), "Write the channel's id (C…) or its #name; quote a #name, for an unquoted # begins a comment."
}

func oneOf(values ...string) func(string) (string, string) {
	return func(text string) (string, string) {
		if slices.Contains(values, text) {
			return "", ""
		}
		return fmt.Sprintf("%q is not known", text), "Write " + strings.Join(values, " or ") + "."
	}
}
