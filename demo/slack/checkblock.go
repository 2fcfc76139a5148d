package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// blocks checks a list of blocks and what must be unique among them.
func (c *checker) blocks(at string, list []Block) {
	limit := MaxMessageBlocks
	if c.surface != OnMessage {
		limit = MaxViewBlocks
	}
	if len(list) > limit {
		c.fault(at, "no more than %d items allowed [input:%d]", limit, len(list))
	}
	seen := make(map[string]bool, len(list))
	tables, markdown := 0, 0
	for i, b := range list {
		here := fmt.Sprintf("%s/%d", at, i)
		c.length(here+"/block_id", b.BlockID, 0, 255)
		if b.BlockID != "" && seen[b.BlockID] {
			c.fault(here+"/block_id", "block_id already exists: %q", b.BlockID)
		}
		seen[b.BlockID] = true
		c.block(here, b)
		switch b.Type {
		case "table", "data_table":
			tables++
		case "markdown":
			markdown += utf8.RuneCount(b.raw["text"])
		}
	}
	if tables > 1 {
		c.fault(at, "only_one_table_allowed")
	}
	if markdown > 12_000 {
		c.fault(at, "markdown blocks must be less than 12001 characters in all")
	}
}

func (c *checker) block(at string, b Block) {
	switch b.Type {
	case "section":
		c.section(at, b)
	case "header":
		c.plain(at+"/text", b.Text, 150, required)
	case "divider":
	case "image":
		c.length(at+"/image_url", b.ImageURL, 1, 3000)
		c.length(at+"/alt_text", b.AltText, 1, 2000)
		c.plain(at+"/title", b.Title, 2000, optional)
	case "context":
		c.context(at, b)
	case "actions":
		c.count(at+"/elements", len(b.Elements), 1, 25)
		c.elements(at, b, b.Elements, inActions)
	case "input":
		c.plain(at+"/label", b.Label, 2000, required)
		c.plain(at+"/hint", b.Hint, 2000, optional)
		if b.Element == nil {
			c.fault(at+"/element", "is missing")
			return
		}
		c.element(at+"/element", *b.Element, inInput)
	case "rich_text", "markdown", "table", "data_table":
		if c.surface == OnModal && b.Type != "rich_text" {
			c.fault(at+"/type", "%s is not for a modal", b.Type)
		}
		c.foreign(at, b)
	default:
		c.fault(at, "Unsupported block type: %q", b.Type)
	}
}

func (c *checker) section(at string, b Block) {
	if b.Text == nil && len(b.Fields) == 0 {
		c.fault(at, "a section needs text or fields")
	}
	c.text(at+"/text", b.Text, 3000, optional)
	c.count(at+"/fields", len(b.Fields), 0, 10)
	for i := range b.Fields {
		c.text(fmt.Sprintf("%s/fields/%d", at, i), &b.Fields[i], 2000, required)
	}
	if b.Accessory != nil {
		c.element(at+"/accessory", *b.Accessory, inAccessory)
	}
}

func (c *checker) context(at string, b Block) {
	c.count(at+"/elements", len(b.Elements), 1, 10)
	for i, e := range b.Elements {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		switch e.Type {
		case "image":
			c.length(here+"/image_url", e.ImageURL, 1, 3000)
			c.length(here+"/alt_text", e.AltText, 1, 2000)
		case "plain_text", "mrkdwn":
			c.length(here+"/text", e.Text.String(), 1, 3000)
		default:
			c.fault(here+"/type", "must be image, plain_text or mrkdwn, is %q", e.Type)
		}
	}
}

// foreign checks what can be said of the blocks that are read as a whole.
func (c *checker) foreign(at string, b Block) {
	if b.Type != "table" {
		return
	}
	var rows [][]json.RawMessage
	if err := json.Unmarshal(b.raw["rows"], &rows); err != nil {
		c.fault(at+"/rows", "is no list of rows")
		return
	}
	c.count(at+"/rows", len(rows), 1, 100)
	text := 0
	for i, row := range rows {
		c.count(fmt.Sprintf("%s/rows/%d", at, i), len(row), 1, 20)
		for _, cell := range row {
			text += utf8.RuneCount(cell)
		}
	}
	if text > 10_000 {
		c.fault(at+"/rows", "cells must be less than 10001 characters in all")
	}
}

func (c *checker) count(at string, n, low, high int) {
	switch {
	case n < low:
		c.fault(at, "no fewer than %d items allowed", low)
	case n > high:
		c.fault(at, "no more than %d items allowed [input:%d]", high, n)
	}
}

// place is where an element stands.
type place string

const (
	inActions   place = "actions"
	inAccessory place = "a section's accessory"
	inInput     place = "an input"
)

// elements checks a row of elements and that their action ids differ.
func (c *checker) elements(at string, _ Block, list []Element, p place) {
	seen := make(map[string]bool, len(list))
	for i, e := range list {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if e.ActionID != "" && seen[e.ActionID] {
			c.fault(here+"/action_id", "action_id already exists: %q", e.ActionID)
		}
		seen[e.ActionID] = true
		c.element(here, e, p)
	}
}

func (c *checker) element(at string, e Element, p place) {
	c.length(at+"/action_id", e.ActionID, 0, 255)
	c.confirm(at+"/confirm", e.Confirm)
	ok := true
	switch e.Type {
	case "button":
		ok = p != inInput
		c.plain(at+"/text", e.Text, 75, required)
		c.length(at+"/value", e.Value, 0, 2000)
		c.length(at+"/url", e.URL, 0, 3000)
		c.length(at+"/accessibility_label", e.AccessibleLabel, 0, 75)
		if e.Style != "" && e.Style != "primary" && e.Style != "danger" {
			c.fault(at+"/style", "must be primary or danger, is %q", e.Style)
		}
	case "overflow":
		ok = p != inInput
		c.options(at, e.Options, 1, 5)
		c.plainOptions(at, e.Options)
	case "static_select", "multi_static_select":
		c.plain(at+"/placeholder", e.Placeholder, 150, optional)
		c.choices(at, e)
	case "external_select", "multi_external_select":
		c.plain(at+"/placeholder", e.Placeholder, 150, optional)
	case "users_select", "conversations_select", "channels_select",
		"multi_users_select", "multi_conversations_select", "multi_channels_select":
		c.plain(at+"/placeholder", e.Placeholder, 150, optional)
	case "radio_buttons", "checkboxes":
		c.options(at, e.Options, 1, 10)
		c.initial(at, e)
	case "datepicker", "timepicker", "datetimepicker":
	case "image":
		ok = p == inAccessory
		c.length(at+"/image_url", e.ImageURL, 1, 3000)
		c.length(at+"/alt_text", e.AltText, 1, 2000)
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		ok = p == inInput
		c.plain(at+"/placeholder", e.Placeholder, 150, optional)
		c.length(at+"/initial_value", e.InitialValue, 0, 3000)
		if e.MinLength < 0 || e.MinLength > 3000 {
			c.fault(at+"/min_length", "must be between 0 and 3000")
		}
		if e.MaxLength < 0 || e.MaxLength > 3000 {
			c.fault(at+"/max_length", "must be between 1 and 3000")
		}
		if e.MaxLength > 0 && utf8.RuneCountInString(e.InitialValue) > e.MaxLength {
			c.fault(at+"/initial_value", "is longer than max_length")
		}
	default:
		c.fault(at+"/type", "Unsupported element type: %q", e.Type)
		return
	}
	if !ok {
		c.fault(at+"/type", "%s cannot stand in %s", e.Type, p)
	}
	if e.MaxSelectedItems != nil && *e.MaxSelectedItems < 1 {
		c.fault(at+"/max_selected_items", "must be more than 0")
	}
}

// choices checks the options or the groups of a select, one of which it needs.
func (c *checker) choices(at string, e Element) {
	if (len(e.Options) > 0) == (len(e.OptionGroups) > 0) {
		c.fault(at, "a select needs options or option_groups")
	}
	if len(e.Options) > 0 {
		c.options(at, e.Options, 1, 100)
		c.plainOptions(at, e.Options)
	}
	c.count(at+"/option_groups", len(e.OptionGroups), 0, 100)
	for i, g := range e.OptionGroups {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		c.plain(here+"/label", g.Label, 75, required)
		c.options(here, g.Options, 1, 100)
	}
	c.initial(at, e)
}

// initial checks that what is chosen at first is among the options.
func (c *checker) initial(at string, e Element) {
	all := e.AllOptions()
	among := func(o Option) bool {
		return slices.ContainsFunc(all, func(other Option) bool {
			return other.Value == o.Value && other.Text.String() == o.Text.String()
		})
	}
	if e.InitialOption != nil && !among(*e.InitialOption) {
		c.fault(at+"/initial_option", "must be one of the options")
	}
	for i, o := range e.InitialOptions {
		if !among(o) {
			c.fault(fmt.Sprintf("%s/initial_options/%d", at, i), "must be one of the options")
		}
	}
}

func (c *checker) options(at string, list []Option, low, high int) {
	c.count(at+"/options", len(list), low, high)
	for i, o := range list {
		c.option(fmt.Sprintf("%s/options/%d", at, i), o)
	}
}

// plainOptions checks that no option has markup, which only radio buttons and
// checkboxes may have.
func (c *checker) plainOptions(at string, list []Option) {
	for i, o := range list {
		if o.Text != nil && o.Text.Type == "mrkdwn" {
			c.fault(fmt.Sprintf("%s/options/%d/text/type", at, i), "must be plain_text")
		}
	}
}

func (c *checker) option(at string, o Option) {
	c.text(at+"/text", o.Text, 75, required)
	c.length(at+"/value", o.Value, 1, 150)
	c.plain(at+"/description", o.Description, 75, optional)
	c.length(at+"/url", o.URL, 0, 3000)
}

func (c *checker) confirm(at string, q *Confirm) {
	if q == nil {
		return
	}
	c.plain(at+"/title", q.Title, 100, optional)
	c.text(at+"/text", q.Text, 300, required)
	c.plain(at+"/confirm", q.Confirm, 30, optional)
	c.plain(at+"/deny", q.Deny, 30, optional)
	if q.Style != "" && q.Style != "primary" && q.Style != "danger" {
		c.fault(at+"/style", "must be primary or danger, is %q", q.Style)
	}
}

// CheckOptions checks what a block_suggestion is answered with: at most 100
// options, or at most 100 groups of them.
func CheckOptions(answer any) []Violation {
	c := checker{name: "invalid_options"}
	var a struct {
		Options      *[]Option      `json:"options"`
		OptionGroups *[]OptionGroup `json:"option_groups"`
	}
	if fault := decode(answer, &a); fault != "" {
		c.fault("/", "%s", fault)
		return c.found
	}
	switch {
	case a.Options == nil && a.OptionGroups == nil:
		c.fault("/options", "is missing: an empty answer is {\"options\": []}")
	case a.Options != nil:
		c.options("", *a.Options, 0, 100)
		c.plainOptions("", *a.Options)
	default:
		c.count("/option_groups", len(*a.OptionGroups), 0, 100)
		for i, g := range *a.OptionGroups {
			here := fmt.Sprintf("/option_groups/%d", i)
			c.plain(here+"/label", g.Label, 75, required)
			c.options(here, g.Options, 0, 100)
		}
	}
	return c.found
}
