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

// YAML returns the effective configuration with secrets hidden.
func (c *Config) YAML() ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out, yaml.IndentSequence(true))
	if err := encoder.Encode(c); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return out.Bytes(), encoder.Close()
}
