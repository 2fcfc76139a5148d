package slack

import (
	"fmt"
	"strings"
)

// Plain writes what a reader sees of the message as plain text, markup and all:
// the blocks where there are any, else the text.
func (m Message) Plain() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return plain(m.Blocks)
}

// Plain writes what a reader sees of the view's body as plain text.
func (v View) Plain() string { return plain(v.Blocks) }

func plain(blocks []Block) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, b := range blocks {
		switch b.Type {
		case "divider":
			add("---")
		case "section", "header":
			if b.Text != nil {
				add("%s", b.Text)
			}
			for i := range b.Fields {
				add("%s", &b.Fields[i])
			}
		case "context":
			var said []string
			for _, e := range b.Elements {
				said = append(said, e.Text.String()+e.AltText)
			}
			add("%s", strings.Join(said, " "))
		case "input":
			add("%s", b.Label)
		case "actions":
		default:
			add("%s", b.raw["text"])
		}
		var controls []string
		for _, e := range b.interactive() {
			controls = append(controls, e.plain())
		}
		if len(controls) > 0 {
			add("%s", strings.Join(controls, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// plain writes an element the way a terminal shows one.
func (e Element) plain() string {
	switch {
	case e.Type == "button":
		return "[" + e.Text.String() + "]"
	case e.Type == "image":
		return e.AltText
	case strings.HasSuffix(e.Type, "_input"):
		return "[" + e.Placeholder.String() + e.InitialValue + "]"
	}
	var choices []string
	for _, o := range e.AllOptions() {
		choices = append(choices, o.Text.String())
	}
	if e.Type == "overflow" {
		return "[⋯ " + strings.Join(choices, " | ") + "]"
	}
	initial := ""
	if e.InitialOption != nil {
		initial = ": " + e.InitialOption.Text.String()
	}
	return "[" + e.Placeholder.String() + initial + " ▾ " + strings.Join(choices, " | ") + "]"
}
