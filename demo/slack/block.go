package slack

import (
	"bytes"
	"encoding/json"
)

// Text is a text object of Block Kit. In a context block the text stands in
// the element itself; it is read as a Text without a Type.
type Text struct {
	Type     string `json:"type,omitempty"`
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji,omitempty"`
	Verbatim *bool  `json:"verbatim,omitempty"`
}

// UnmarshalJSON takes a text object or a bare string.
func (t *Text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &t.Text)
	}
	type plain Text
	return json.Unmarshal(data, (*plain)(t))
}

// String returns the text, "" of none.
func (t *Text) String() string {
	if t == nil {
		return ""
	}
	return t.Text
}

// Option is a choice of a select, an overflow menu, radio buttons or checkboxes.
type Option struct {
	Text        *Text  `json:"text"`
	Value       string `json:"value,omitempty"`
	Description *Text  `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
}

// OptionGroup is a headed group of options.
type OptionGroup struct {
	Label   *Text    `json:"label"`
	Options []Option `json:"options"`
}

// Confirm is the question that is asked before an element acts.
type Confirm struct {
	Title   *Text  `json:"title"`
	Text    *Text  `json:"text"`
	Confirm *Text  `json:"confirm"`
	Deny    *Text  `json:"deny"`
	Style   string `json:"style,omitempty"`
}

// Element is an interactive element, or an element of a context block.
type Element struct {
	Type             string        `json:"type"`
	ActionID         string        `json:"action_id,omitempty"`
	Text             *Text         `json:"text,omitempty"`
	Value            string        `json:"value,omitempty"`
	URL              string        `json:"url,omitempty"`
	Style            string        `json:"style,omitempty"`
	AccessibleLabel  string        `json:"accessibility_label,omitempty"`
	Placeholder      *Text         `json:"placeholder,omitempty"`
	Options          []Option      `json:"options,omitempty"`
	OptionGroups     []OptionGroup `json:"option_groups,omitempty"`
	InitialOption    *Option       `json:"initial_option,omitempty"`
	InitialOptions   []Option      `json:"initial_options,omitempty"`
	MinQueryLength   *int          `json:"min_query_length,omitempty"`
	MaxSelectedItems *int          `json:"max_selected_items,omitempty"`
	InitialValue     string        `json:"initial_value,omitempty"`
	Multiline        bool          `json:"multiline,omitempty"`
	MinLength        int           `json:"min_length,omitempty"`
	MaxLength        int           `json:"max_length,omitempty"`
	Confirm          *Confirm      `json:"confirm,omitempty"`
	ImageURL         string        `json:"image_url,omitempty"`
	AltText          string        `json:"alt_text,omitempty"`
}

// AllOptions returns the element's options, those of its groups included.
func (e Element) AllOptions() []Option {
	all := append([]Option(nil), e.Options...)
	for _, g := range e.OptionGroups {
		all = append(all, g.Options...)
	}
	return all
}

// Block is a layout block. It keeps what it was read from, so that fields this
// package does not know come back from the Web API as they were sent.
type Block struct {
	Type           string    `json:"type"`
	BlockID        string    `json:"block_id,omitempty"`
	Text           *Text     `json:"text,omitempty"`
	Fields         []Text    `json:"fields,omitempty"`
	Accessory      *Element  `json:"accessory,omitempty"`
	Elements       []Element `json:"elements,omitempty"`
	Element        *Element  `json:"element,omitempty"`
	Label          *Text     `json:"label,omitempty"`
	Hint           *Text     `json:"hint,omitempty"`
	Optional       bool      `json:"optional,omitempty"`
	DispatchAction bool      `json:"dispatch_action,omitempty"`
	ImageURL       string    `json:"image_url,omitempty"`
	AltText        string    `json:"alt_text,omitempty"`
	Title          *Text     `json:"title,omitempty"`

	raw map[string]json.RawMessage
}

// UnmarshalJSON reads a block and keeps all of it.
func (b *Block) UnmarshalJSON(data []byte) error {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &b.raw); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	if known := blockTypes[head.Type]; !known {
		b.Type = head.Type
		if id, ok := b.raw["block_id"]; ok {
			return json.Unmarshal(id, &b.BlockID)
		}
		return nil
	}
	type plain Block
	raw := b.raw
	if err := json.Unmarshal(data, (*plain)(b)); err != nil {
		return err
	}
	b.raw = raw
	return nil
}

// MarshalJSON writes the block as it was read, with its block id.
func (b Block) MarshalJSON() ([]byte, error) {
	if b.raw == nil {
		type plain Block
		return json.Marshal(plain(b))
	}
	id, err := json.Marshal(b.BlockID)
	if err != nil {
		return nil, err
	}
	whole := make(map[string]json.RawMessage, len(b.raw)+1)
	for key, value := range b.raw {
		whole[key] = value
	}
	whole["block_id"] = id
	return json.Marshal(whole)
}

// interactive returns the elements of the block that a reader can act on.
func (b Block) interactive() []Element {
	var all []Element
	if b.Accessory != nil {
		all = append(all, *b.Accessory)
	}
	if b.Type == "actions" {
		all = append(all, b.Elements...)
	}
	if b.Element != nil {
		all = append(all, *b.Element)
	}
	return all
}

// words returns the text that the block shows.
func (b Block) words() string {
	var out bytes.Buffer
	add := func(t *Text) {
		if t != nil {
			out.WriteString(t.Text)
			out.WriteByte('\n')
		}
	}
	add(b.Text)
	add(b.Label)
	for i := range b.Fields {
		add(&b.Fields[i])
	}
	for _, e := range b.Elements {
		add(e.Text)
	}
	return out.String()
}

// blockTypes are the blocks that this package reads field by field.
var blockTypes = map[string]bool{
	"section": true, "header": true, "divider": true, "context": true, "actions": true, "input": true, "image": true,
}

// View is a modal or an App Home as the bot sent it and Slack keeps it.
type View struct {
	ID              string  `json:"id,omitempty"`
	TeamID          string  `json:"team_id,omitempty"`
	Type            string  `json:"type"`
	CallbackID      string  `json:"callback_id"`
	ExternalID      string  `json:"external_id"`
	Title           *Text   `json:"title,omitempty"`
	Submit          *Text   `json:"submit,omitempty"`
	Close           *Text   `json:"close,omitempty"`
	Blocks          []Block `json:"blocks"`
	PrivateMetadata string  `json:"private_metadata"`
	ClearOnClose    bool    `json:"clear_on_close"`
	NotifyOnClose   bool    `json:"notify_on_close"`
	Hash            string  `json:"hash,omitempty"`
	RootViewID      string  `json:"root_view_id,omitempty"`
	PreviousViewID  string  `json:"previous_view_id,omitempty"`
	AppID           string  `json:"app_id,omitempty"`
	BotID           string  `json:"bot_id,omitempty"`

	// User is whom the view is shown to.
	User string `json:"-"`
	// Open is set while the view is on its reader's screen.
	Open bool `json:"-"`
	// Errors holds what the last submission was refused with, by block id.
	Errors map[string]string `json:"-"`

	answers *interaction // what the view came from: later changes belong to its reply
}
