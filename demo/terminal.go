package demo

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/words"
)

// terminal writes a conversation for a person at a terminal: Block Kit as text,
// with colours where they are wanted.
type terminal struct {
	out     io.Writer
	colours bool
	names   map[string]string // handles of users and channels by id
	err     error
}

// Marks of style within a line; they take no room. The text of others holds
// none: words.Visible takes control characters out.
const (
	markBold   = '\x01'
	markCode   = '\x02'
	markButton = '\x03'
	markDim    = '\x04'
	markOff    = '\x05'
)

var colours = strings.NewReplacer(
	string(markBold), "\x1b[1m", string(markCode), "\x1b[36m", string(markButton), "\x1b[7m",
	string(markDim), "\x1b[2m", string(markOff), "\x1b[0m",
)

var noColours = strings.NewReplacer(
	string(markBold), "", string(markCode), "", string(markButton), "", string(markDim), "", string(markOff), "",
)

// lineWidth is where lines are broken.
const lineWidth = 100

// line writes a line, broken where it is too long, after a margin.
func (t *terminal) line(margin, text string) {
	style := noColours
	if t.colours {
		style = colours
	}
	for _, l := range wrap(text, lineWidth-utf8.RuneCountInString(margin)) {
		if _, err := io.WriteString(t.out, style.Replace(strings.TrimRight(margin+l, " ")+"\n")); err != nil && t.err == nil {
			t.err = err
		}
	}
}

// wrap breaks a line at blanks. An open style goes on in the next line.
func wrap(text string, width int) []string {
	var lines []string
	var open rune
	line, length := "", 0
	for _, word := range strings.Split(text, " ") {
		n := 0
		for _, r := range word {
			if r > markOff {
				n++
			}
		}
		if length > 0 && length+1+n > width {
			if open != 0 {
				line += string(markOff)
			}
			lines = append(lines, line)
			line, length = "", 0
			if open != 0 {
				line = string(open)
			}
		} else if length > 0 || line != "" {
			line += " "
			length++
		}
		line += word
		length += n
		for _, r := range word {
			if r == markOff {
				open = 0
			} else if r < markOff && r > 0 {
				open = r
			}
		}
	}
	return append(lines, line)
}

// heading writes the name of a place.
func (t *terminal) heading(text string) {
	t.line("", "")
	t.line("", string(markBold)+text+string(markOff))
}

// note writes what the teller says.
func (t *terminal) note(text string) {
	t.line("", "")
	t.line("", string(markDim)+text+string(markOff))
}

// does writes what someone does.
func (t *terminal) does(who, what string) {
	t.line("", "")
	t.line("", fmt.Sprintf("%c%s%c  %c%s%c", markBold, who, markOff, markCode, words.Visible(what), markOff))
}

// message writes a message as its reader sees it.
func (t *terminal) message(m slack.Message, note string) {
	margin := "  │ "
	if note != "" {
		t.line(margin, string(markDim)+note+string(markOff))
	}
	for _, l := range t.blocks(m.Blocks, m.Text) {
		t.line(margin, l)
	}
}

func (t *terminal) blocks(blocks []slack.Block, text string) []string {
	if len(blocks) == 0 {
		return t.mrkdwn(text)
	}
	var lines []string
	for _, b := range blocks {
		switch b.Type {
		case "header":
			lines = append(lines, string(markBold)+words.Visible(b.Text.String())+string(markOff))
		case "divider":
			lines = append(lines, strings.Repeat("─", 20))
		case "context":
			var said []string
			for _, e := range b.Elements {
				said = append(said, t.mrkdwn(e.Text.String())...)
			}
			lines = append(lines, string(markDim)+strings.Join(said, "  ")+string(markOff))
		default:
			if b.Text != nil {
				lines = append(lines, t.mrkdwn(b.Text.Text)...)
			}
			for _, f := range b.Fields {
				lines = append(lines, t.mrkdwn(f.Text)...)
			}
		}
		if controls := controls(b); controls != "" {
			if n := len(lines); n > 0 && b.Type == "section" {
				lines[n-1] += "  " + controls
			} else {
				lines = append(lines, controls)
			}
		}
	}
	return lines
}

// controls writes the buttons and menus of a block.
func controls(b slack.Block) string {
	var all []string
	elements := b.Elements
	if b.Type != "actions" {
		elements = nil
	}
	if b.Accessory != nil {
		elements = append([]slack.Element{*b.Accessory}, elements...)
	}
	for _, e := range elements {
		label := e.Text.String()
		switch {
		case e.Type == "overflow":
			label = "⋯"
		case e.Type != "button":
			label = e.Placeholder.String() + " ▾"
		}
		all = append(all, fmt.Sprintf("%c[%s]%c", markButton, words.Visible(label), markOff))
	}
	return strings.Join(all, " ")
}

var (
	angled = regexp.MustCompile(`<([^<>]+)>`)
	bold   = regexp.MustCompile(`\*([^*\n]+)\*`)
	code   = regexp.MustCompile("`([^`\n]+)`")
)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// mrkdwn turns Slack's markup into lines with marks.
func (t *terminal) mrkdwn(text string) []string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		l = words.Visible(l)
		l = angled.ReplaceAllStringFunc(l, func(found string) string { return t.angle(found[1 : len(found)-1]) })
		l = bold.ReplaceAllString(l, string(markBold)+"$1"+string(markOff))
		l = code.ReplaceAllString(l, string(markCode)+"$1"+string(markOff))
		lines = append(lines, entities.Replace(l))
	}
	return lines
}

// angle writes what stands in angle brackets: a mention, a date, a link.
func (t *terminal) angle(inside string) string {
	target, label, _ := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(target, "@"):
		return "@" + t.name(target[1:], label)
	case strings.HasPrefix(target, "#"):
		return "#" + t.name(target[1:], label)
	case strings.HasPrefix(target, "!date^"):
		parts := strings.Split(target, "^")
		if seconds, err := strconv.ParseInt(parts[1], 10, 64); err == nil {
			return time.Unix(seconds, 0).Format("15:04")
		}
		return label
	case label != "":
		return label
	default:
		return target
	}
}

func (t *terminal) name(id, label string) string {
	if name := t.names[id]; name != "" {
		return name
	}
	if label != "" {
		return label
	}
	return id
}
