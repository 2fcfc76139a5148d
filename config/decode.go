package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/internal/spelling"
)

// decoder walks the tree, fills the configuration and collects faults.
type decoder struct {
	faults *Faults
}

// fields decodes a mapping: each key by its function, unknown and repeated keys
// are faults. A missing mapping leaves everything as it was.
func (d *decoder) fields(n *node, path string, known map[string]func(n *node, key string)) {
	if n == nil || n.kind == nothing {
		return
	}
	if n.kind != mapping {
		d.faults.add(n.line, path, "Write keys under it.", "is not a list of keys")
		return
	}
	seen := map[string]bool{}
	for _, p := range n.pairs {
		key := join(path, p.key)
		read, ok := known[p.key]
		switch {
		case !ok:
			d.faults.add(p.line, key, nearest(p.key, known), "is not a key of the configuration")
		case seen[p.key]:
			d.faults.add(p.line, key, "Keep one.", "stands twice")
		default:
			seen[p.key] = true
			read(p.value, key)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// text returns the scalar; false where there is none or a fault was added.
func (d *decoder) text(n *node, key string) (string, bool) {
	if n == nil || n.kind == nothing {
		return "", true
	}
	if n.kind != scalar {
		d.faults.add(n.line, key, "Write one value.", "is not a single value")
		return "", false
	}
	if len(n.absent) > 0 {
		for _, f := range n.absent {
			f.Key = key
			d.faults.List = append(d.faults.List, f)
		}
		return "", false
	}
	return n.text, true
}

func (d *decoder) string(into *string) func(*node, string) {
	return func(n *node, key string) {
		if text, ok := d.text(n, key); ok && text != "" {
			*into = text
		}
	}
}

// checked is string with a check that returns what is wrong, as the end of a
// sentence, and the remedy.
func (d *decoder) checked(into *string, check func(string) (says, remedy string)) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok || text == "" {
			return
		}
		if says, remedy := check(text); says != "" {
			d.faults.add(n.line, key, remedy, "%s", says)
			return
		}
		*into = text
	}
}

func (d *decoder) integer(into *int, lowest, highest int) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok || text == "" {
			return
		}
		number, err := strconv.Atoi(text)
		if err != nil || number < lowest || number > highest {
			d.faults.add(n.line, key, "Write a whole number from "+strconv.Itoa(lowest)+" to "+strconv.Itoa(highest)+".", "%q does not fit", text)
			return
		}
		*into = number
	}
}

func (d *decoder) bool(into *bool) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok || text == "" {
			return
		}
		if text != "true" && text != "false" {
			d.faults.add(n.line, key, "Write true or false.", "%q is neither true nor false", text)
			return
		}
		*into = text == "true"
	}
}

func (d *decoder) duration(into *time.Duration, lowest time.Duration) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok || text == "" {
			return
		}
		length, err := time.ParseDuration(text)
		if err != nil || length < lowest {
			d.faults.add(n.line, key, "Write a length of time such as 90s, 1m or 2h, at least "+lowest.String()+".", "%q does not fit", text)
			return
		}
		*into = length
	}
}

// list decodes a sequence, item by item; one item alone counts as a list of one.
func (d *decoder) list(n *node, key string, each func(n *node, key string)) {
	switch {
	case n == nil || n.kind == nothing:
	case n.kind == sequence:
		for i, item := range n.items {
			each(item, key+"["+strconv.Itoa(i)+"]")
		}
	case n.kind == scalar:
		each(n, key)
	default:
		d.faults.add(n.line, key, "Begin each item with a dash.", "is not a list")
	}
}

// words decodes a mapping of scalars whose keys are free.
func (d *decoder) words(into *map[string]string) func(*node, string) {
	return func(n *node, key string) {
		if n == nil || n.kind == nothing {
			return
		}
		if n.kind != mapping {
			d.faults.add(n.line, key, "Write it as {name: value}.", "is not a list of keys")
			return
		}
		*into = map[string]string{}
		for _, p := range n.pairs {
			if text, ok := d.text(p.value, join(key, p.key)); ok {
				(*into)[p.key] = text
			}
		}
	}
}

// nearest suggests the known key that a misspelt one stands for.
func nearest(key string, known map[string]func(*node, string)) string {
	best, least := "", 3
	var all []string
	for name := range known {
		all = append(all, name)
		if far := spelling.Distance(key, name); far < least || far == least && best != "" && name < best {
			best, least = name, far
		}
	}
	if best != "" {
		return "Did you mean " + best + "?"
	}
	return "Remove it; here there are " + strings.Join(sorted(all), ", ") + "."
}
