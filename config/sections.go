package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roomwarden/roomwarden/moderation"
)

func (d *decoder) slack(n *node, key string, s *Slack) {
	var appToken, botToken, rate string
	d.fields(n, key, map[string]func(*node, string){
		"app_token":        d.checked(&appToken, token("xapp-", "the app-level token")),
		"bot_token":        d.checked(&botToken, token("xoxb-", "the bot token")),
		"api_url":          d.checked(&s.APIURL, address),
		"connections":      d.integer(&s.Connections, 1, 10),
		"audit_channel":    d.checked(&s.AuditChannel, channel),
		"audit_routes":     func(n *node, key string) { d.routes(n, key, s) },
		"requests_channel": d.checked(&s.RequestsChannel, channel),
		"audit_rate": d.checked(&rate, func(text string) (string, string) {
			if r, err := strconv.ParseFloat(text, 64); err != nil || r <= 0 || r > 1000 {
				return fmt.Sprintf("%q does not fit", text), "Write posts a second; Slack allows 1."
			}
			return "", ""
		}),
		"allow_external": d.bool(&s.AllowExternal),
	})
	s.AppToken, s.BotToken = Secret(appToken), Secret(botToken)
	if r, err := strconv.ParseFloat(rate, 64); err == nil {
		s.AuditRate = r
	}
	if !strings.HasSuffix(s.APIURL, "/") {
		s.APIURL += "/"
	}
}

func (d *decoder) routes(n *node, key string, s *Slack) {
	d.list(n, key, func(n *node, key string) {
		var r Route
		d.fields(n, key, map[string]func(*node, string){
			"match":   d.string(&r.Match),
			"channel": d.checked(&r.Channel, channel),
		})
		if r.Match == "" || r.Channel == "" {
			d.faults.add(n.line, key, `Write {match: "provider:room", channel: C…}.`, "needs match and channel")
			return
		}
		if !strings.Contains(r.Match, ":") && r.Match != "*" && !slices.Contains(moderation.Actions(), moderation.Action(r.Match)) {
			d.faults.add(n.line, key+".match", `Write provider:room (with * and ?) or an action such as "kick".`, "%q matches nothing", r.Match)
			return
		}
		s.AuditRoutes = append(s.AuditRoutes, r)
	})
}

func (d *decoder) http(n *node, key string, h *HTTP) {
	listen := func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok {
			return
		}
		h.ListenByDefault = false
		if text != "" {
			if _, port, err := net.SplitHostPort(text); err != nil || !isPort(port) {
				d.faults.add(n.line, key, "Write host:port, for instance 127.0.0.1:8974, or nothing to switch it off.", "%q is no address to listen on", text)
				return
			}
		}
		h.Listen = text
	}
	d.fields(n, key, map[string]func(*node, string){
		"listen":     listen,
		"public_url": d.checked(&h.PublicURL, address),
		"api_tokens": func(n *node, key string) { d.tokens(n, key, h) },
	})
	h.PublicURL = strings.TrimRight(h.PublicURL, "/")
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func (d *decoder) tokens(n *node, key string, h *HTTP) {
	names := map[string]bool{}
	d.list(n, key, func(n *node, key string) {
		var t Token
		var secret string
		t.Scope = "*"
		d.fields(n, key, map[string]func(*node, string){
			"name":    d.checked(&t.Name, plainName),
			"token":   d.string(&secret),
			"role":    d.string(&t.Role),
			"scope":   d.string(&t.Scope),
			"auth_id": d.string(&t.AuthID),
		})
		t.Token = Secret(secret)
		switch {
		case t.Name == "" || secret == "" || t.Role == "":
			d.faults.add(n.line, key, "Write {name: …, token: …, role: …}.", "needs name, token and role")
		case names[t.Name]:
			d.faults.add(n.line, key+".name", "Give each token its own name.", "%q stands twice", t.Name)
		case len(secret) < 16:
			d.faults.add(n.line, key+".token", "Use a long random value, for instance of `openssl rand -hex 24`.", "is shorter than 16 characters")
		default:
			names[t.Name] = true
			h.APITokens = append(h.APITokens, t)
		}
	})
}

func (d *decoder) providers(n *node, key string, c *Config, types []ProviderType) {
	names := map[string]bool{}
	d.list(n, key, func(n *node, key string) {
		p := Provider{Values: map[string]string{}, secret: map[string]bool{}}
		if n.kind != mapping {
			d.faults.add(n.line, key, "Write {name: sim, type: simulated}.", "is no provider")
			return
		}
		before := len(d.faults.List)
		d.checkedPair(n, "type", key, &p.Type, nil)
		i := slices.IndexFunc(types, func(t ProviderType) bool { return t.Name == p.Type })
		if i < 0 {
			var known []string
			for _, t := range types {
				known = append(known, t.Name)
			}
			d.faults.add(n.line, key+".type", "Use one of "+strings.Join(sorted(known), ", ")+".", "%q is no type of provider", p.Type)
			d.checkedPair(n, "name", key, &p.Name, plainName)
		} else {
			d.provider(n, key, "", &p, types[i])
			p.Name = p.Values["name"]
			delete(p.Values, "name")
			delete(p.Values, "type")
		}
		said := func(name string) bool { return d.faults.about(key+"."+name, before) }
		switch {
		case said("name"):
		case p.Name == "":
			d.faults.add(n.line, key+".name", "Give it a short name; people type it before the room, as in live:standup.", "is missing")
		case names[p.Name]:
			d.faults.add(n.line, key+".name", "Give each provider its own name.", "%q stands twice", p.Name)
		}
		names[p.Name] = true
		if i < 0 {
			return
		}
		for _, f := range types[i].Fields {
			if f.Required && p.Values[f.Name] == "" && !said(f.Name) {
				d.faults.add(n.line, key+"."+f.Name, "Write "+f.Usage+".", "is missing")
			}
		}
		c.Providers = append(c.Providers, p)
	})
}

// checkedPair decodes one key of a mapping before the others.
func (d *decoder) checkedPair(n *node, name, path string, into *string, check func(string) (string, string)) {
	for _, p := range n.pairs {
		if p.key != name {
			continue
		}
		if check == nil {
			d.string(into)(p.value, join(path, name))
		} else {
			d.checked(into, check)(p.value, join(path, name))
		}
		return
	}
}

// provider decodes the keys of one provider below prefix ("" or "bridge.").
func (d *decoder) provider(n *node, path, prefix string, p *Provider, t ProviderType) {
	known := map[string]func(*node, string){}
	if prefix == "" {
		known["name"] = d.value(p, "name", plainName)
		known["type"] = d.value(p, "type", nil)
	}
	for _, f := range t.Fields {
		rest, inside := strings.CutPrefix(f.Name, prefix)
		if !inside {
			continue
		}
		if group, _, nested := strings.Cut(rest, "."); nested {
			known[group] = func(n *node, key string) { d.provider(n, key, prefix+group+".", p, t) }
			continue
		}
		p.secret[f.Name] = f.Secret
		check := f.Check
		known[rest] = d.value(p, f.Name, func(text string) (string, string) {
			if check == nil {
				return "", ""
			}
			if says := check(text); says != "" {
				return says, "Write " + f.Usage + "."
			}
			return "", ""
		})
	}
	d.fields(n, path, known)
}

func (d *decoder) value(p *Provider, name string, check func(string) (string, string)) func(*node, string) {
	return func(n *node, key string) {
		var text string
		if check == nil {
			d.string(&text)(n, key)
		} else {
			d.checked(&text, check)(n, key)
		}
		if text != "" {
			p.Values[name] = text
		}
	}
}

func (d *decoder) moderation(n *node, key string, m *Moderation) {
	var endOver string
	d.fields(n, key, map[string]func(*node, string){
		"two_people": func(n *node, key string) {
			d.fields(n, key, map[string]func(*node, string){
				"end_over": d.checked(&endOver, func(text string) (string, string) {
					if number, err := strconv.Atoi(text); text != off && (err != nil || number < 0) {
						return fmt.Sprintf("%q does not fit", text), "Write a number of people, or off."
					}
					return "", ""
				}),
				"ban":   d.checked(&m.TwoPeople.Ban, oneOf("permanent", off)),
				"grant": d.checked(&m.TwoPeople.Grant, oneOf("admin", off)),
			})
		},
		"brake": func(n *node, key string) {
			if n.kind == scalar {
				if text, ok := d.text(n, key); ok && text == off {
					m.Brake.Removals = 0
					return
				}
			}
			d.fields(n, key, map[string]func(*node, string){
				"removals": func(n *node, key string) {
					if n.kind == scalar && n.text == off {
						m.Brake.Removals = 0
						return
					}
					d.integer(&m.Brake.Removals, 1, 1_000_000)(n, key)
				},
				"per": d.duration(&m.Brake.Per, time.Second),
			})
		},
		"review_own": d.bool(&m.ReviewOwn),
		"reasons":    func(n *node, key string) { d.reasons(n, key, m) },
	})
	if endOver == off {
		m.TwoPeople.EndOver = -1
	} else if number, err := strconv.Atoi(endOver); err == nil {
		m.TwoPeople.EndOver = Bound(number)
	}
}

// What Slack takes of a select's options: so many, each so long.
const (
	maxReasons  = 100
	reasonRunes = 75
)

func (d *decoder) reasons(n *node, key string, m *Moderation) {
	d.list(n, key, func(n *node, key string) {
		text, ok := d.text(n, key)
		text = strings.TrimSpace(text)
		switch {
		case !ok:
		case text == "":
			d.faults.add(n.line, key, "Write a reason such as Harassment, or take the item out.", "is empty")
		case utf8.RuneCountInString(text) > reasonRunes:
			d.faults.add(n.line, key, "Say it in at most "+strconv.Itoa(reasonRunes)+" characters; a moderator can add own words.", "is too long")
		case slices.Contains(m.Reasons, text):
			d.faults.add(n.line, key, "Take one of them out.", "%q stands twice", text)
		case len(m.Reasons) == maxReasons:
			d.faults.add(n.line, key, "Keep the "+strconv.Itoa(maxReasons)+" that are used most.", "is one too many for a choice in Slack")
		default:
			m.Reasons = append(m.Reasons, text)
		}
	})
}

func (d *decoder) protect(n *node, key string, c *Config) {
	presets := make([]string, 0, 5)
	for _, p := range moderation.BuiltIn() {
		presets = append(presets, p.Name)
	}
	d.list(n, key, func(n *node, key string) {
		var p Protect
		before := len(d.faults.List)
		d.fields(n, key, map[string]func(*node, string){
			"match":      d.string(&p.Match),
			"metadata":   d.words(&p.Metadata),
			"attributes": d.words(&p.Attributes),
			"user":       d.checked(&p.User, userID),
			"preset":     d.checked(&p.Preset, oneOf(presets...)),
		})
		if len(d.faults.List) > before {
			return
		}
		if p.Match == "" && len(p.Metadata) == 0 && len(p.Attributes) == 0 || p.Preset == "" {
			d.faults.add(n.line, key, `Write {match: "host-*", preset: admin}.`, "needs whom it protects (match, metadata or attributes) and preset")
			return
		}
		c.Protect = append(c.Protect, p)
	})
}

func token(prefix, what string) func(string) (string, string) {
	return func(text string) (string, string) {
		if strings.HasPrefix(text, prefix) && len(text) > len(prefix) {
			return "", ""
		}
		return "is not " + what, "It begins with " + prefix + "; perhaps the two tokens are mixed up."
	}
}

func address(text string) (string, string) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Sprintf("%q is no http(s) address", Redact(text)), "Write it whole, for instance https://rw.example.org."
	}
	return "", ""
}

func plainName(text string) (string, string) {
	if namePattern.MatchString(text) {
		return "", ""
	}
	return fmt.Sprintf("%q is no name", text), "Use up to 32 small letters, digits, - and _."
}
