package commands

import (
	"regexp"
	"strings"
)

// Slack makes entities of what it knows in typed words: <https://x.org|x.org>
// and <mailto:a@x.org|a@x.org> of addresses, with or without what was typed
// after a bar, and <@U1|ann>, <#C1|general> and <!subteam^S1|@mods> of mentions.
var (
	linkEntity    = regexp.MustCompile(`<((?:https?://|mailto:|tel:)[^<>|]*)(?:\|([^<>]*))?>`)
	mentionEntity = regexp.MustCompile(`<(@|#|!subteam\^)[A-Z0-9]+\|@?([^<>]+)>`)
	barEntity     = regexp.MustCompile(`<(@|#|!subteam\^)([A-Z0-9]+)\|>`)
)

// typed returns the word as it was typed, without what Slack made of the
// addresses in it. A word that is a link, or the value of an option that is
// one, has its address in Link: someone who means an address may leave its
// scheme to Slack, and someone who means a room called x.org does not mean one.
func (w Word) typed() Word {
	if !strings.Contains(w.Text, "<") {
		return w
	}
	link := w.Text
	if optionWord.MatchString(link) {
		_, link, _ = strings.Cut(link, "=")
	}
	if at := linkEntity.FindStringSubmatchIndex(link); at != nil && at[0] == 0 && at[1] == len(link) && strings.HasPrefix(link, "<http") {
		w.Link = link[at[2]:at[3]]
	}
	w.Text = asTyped(w.Text)
	return w
}

// asTyped takes Slack's marks off the addresses in a text.
func asTyped(text string) string {
	return linkEntity.ReplaceAllStringFunc(text, func(entity string) string {
		parts := linkEntity.FindStringSubmatch(entity)
		if parts[2] != "" {
			return parts[2]
		}
		return strings.TrimPrefix(strings.TrimPrefix(parts[1], "mailto:"), "tel:")
	})
}

// readable writes a text's mentions as their readers know them, where Slack
// says how: @ann, #general.
func readable(text string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	text = mentionEntity.ReplaceAllStringFunc(text, func(entity string) string {
		parts := mentionEntity.FindStringSubmatch(entity)
		if parts[1] == "#" {
			return "#" + parts[2]
		}
		return "@" + parts[2]
	})
	return barEntity.ReplaceAllString(text, "<$1$2>")
}

// address is the word where an address is wanted.
func (w Word) address() string {
	if w.Link != "" {
		return w.Link
	}
	return w.Text
}
