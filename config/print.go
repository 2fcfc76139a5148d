package config

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// MarshalYAML writes a provider flat, with its secrets hidden.
func (p Provider) MarshalYAML() (any, error) {
	out := yaml.MapSlice{{Key: "name", Value: p.Name}, {Key: "type", Value: p.Type}}
	nested := map[string]yaml.MapSlice{}
	for _, name := range slices.Sorted(maps.Keys(p.Values)) {
		value := Redact(p.Values[name])
		if p.secret[name] {
			value = hidden
		}
		if group, rest, inside := strings.Cut(name, "."); inside {
			nested[group] = append(nested[group], yaml.MapItem{Key: rest, Value: value})
			continue
		}
		out = append(out, yaml.MapItem{Key: name, Value: value})
	}
	for _, group := range slices.Sorted(maps.Keys(nested)) {
		out = append(out, yaml.MapItem{Key: group, Value: nested[group]})
	}
	return out, nil
}

// MarshalYAML writes the number or off.
func (b Bound) MarshalYAML() (any, error) {
	if b < 0 {
		return off, nil
	}
	return int(b), nil
}

// MarshalYAML writes the brake as the file names it.
func (b Brake) MarshalYAML() (any, error) {
	if b.Removals == 0 {
		return off, nil
	}
	per := b.Per.String()
	if strings.HasSuffix(per, "m0s") {
		per = strings.TrimSuffix(per, "0s")
	}
	if strings.HasSuffix(per, "h0m") {
		per = strings.TrimSuffix(per, "0m")
	}
	return yaml.MapSlice{{Key: "removals", Value: b.Removals}, {Key: "per", Value: per}}, nil
}

// YAML returns the effective configuration with secrets hidden.
func (c *Config) YAML() ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out, yaml.IndentSequence(true))
	shown := *c
	shown.Slack.APIURL, shown.HTTP.PublicURL = Redact(c.Slack.APIURL), Redact(c.HTTP.PublicURL)
	if err := encoder.Encode(shown); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return out.Bytes(), encoder.Close()
}
