package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Violation is one thing that Slack would refuse: where (a JSON pointer), what,
// and the error name it answers with.
type Violation struct {
	Pointer string
	Says    string
	Name    string // invalid_blocks, msg_too_long, ...
}

// String writes the violation the way Slack does in response_metadata.messages.
func (v Violation) String() string {
	return fmt.Sprintf("[ERROR] %s [json-pointer:%s]", v.Says, v.Pointer)
}

// Surface is where blocks are shown.
type Surface string

// The surfaces.
const (
	OnMessage Surface = "message"
	OnModal   Surface = "modal"
	OnHome    Surface = "home"
)

// The limits of Slack, in characters where nothing else is said.
const (
	MaxMessageBlocks   = 50
	MaxViewBlocks      = 100
	MaxPostText        = 40000
	MaxUpdateText      = 4000
	MaxPrivateMetadata = 3000
	MaxViewBytes       = 250_000
	MaxMetadataBytes   = 8000
	MaxAckBytes        = 20_000
)

// CheckMessage checks a message, anything that marshals to {"text", "blocks",
// "metadata"}, against Slack's limits for chat.postMessage and chat.update.
func CheckMessage(message any) []Violation {
	var m struct {
		Text     string          `json:"text"`
		Blocks   json.RawMessage `json:"blocks"`
		Metadata json.RawMessage `json:"metadata"`
	}
	if fault := decode(message, &m); fault != "" {
		return []Violation{{Pointer: "/", Says: fault, Name: "invalid_json"}}
	}
	c := checker{surface: OnMessage, name: "invalid_blocks"}
	if utf8.RuneCountInString(m.Text) > MaxUpdateText {
		c.name = "msg_too_long"
		c.fault("/text", "must be at most %d characters to be updated later", MaxUpdateText)
		c.name = "invalid_blocks"
	}
	blocks, ok := c.decodeBlocks(m.Blocks)
	if ok {
		c.blocks("/blocks", blocks)
		if m.Text == "" && len(blocks) == 0 {
			c.name = "no_text"
			c.fault("/text", "a message needs text or blocks")
		}
	}
	if len(m.Metadata) > 0 {
		if name := checkMetadata(m.Metadata); name != "" {
			c.name = name
			c.fault("/metadata", "%s", name)
		}
	}
	return c.found
}

// CheckBlocks checks the blocks of a surface: a list, or anything that marshals to one.
func CheckBlocks(surface Surface, blocks any) []Violation {
	c := checker{surface: surface, name: "invalid_blocks"}
	var raw json.RawMessage
	if fault := decode(blocks, &raw); fault != "" {
		return []Violation{{Pointer: "/blocks", Says: fault, Name: "invalid_blocks_format"}}
	}
	if list, ok := c.decodeBlocks(raw); ok {
		c.blocks("/blocks", list)
	}
	return c.found
}

// CheckView checks a modal or App Home against the limits of the views methods.
func CheckView(view any) []Violation {
	raw, err := json.Marshal(view)
	if err != nil {
		return []Violation{{Pointer: "/view", Says: err.Error(), Name: "invalid_arguments"}}
	}
	c := checker{name: "invalid_arguments"}
	var v View
	if err := json.Unmarshal(raw, &v); err != nil {
		c.fault("/view", "is not a view: %v", err)
		return c.found
	}
	if len(raw) > MaxViewBytes {
		c.name = "view_too_large"
		c.fault("/view", "must be at most %d bytes", MaxViewBytes)
		c.name = "invalid_arguments"
	}
	c.surface = Surface(v.Type)
	c.view("/view", v)
	return c.found
}

// decode brings anything to JSON and into target; it returns what is wrong.
func decode(from, target any) string {
	raw, ok := from.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(from); err != nil {
			return err.Error()
		}
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return "is not JSON of the right kind: " + err.Error()
	}
	return ""
}

// checker gathers violations. name is the error name of those found next.
type checker struct {
	surface Surface
	name    string
	found   []Violation
}

func (c *checker) fault(pointer, format string, args ...any) {
	c.found = append(c.found, Violation{Pointer: pointer, Says: fmt.Sprintf(format, args...), Name: c.name})
}

func (c *checker) decodeBlocks(raw json.RawMessage) ([]Block, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var list []Block
	if err := json.Unmarshal(raw, &list); err != nil {
		c.name = "invalid_blocks_format"
		c.fault("/blocks", "is no list of blocks: %v", err)
		return nil, false
	}
	return list, true
}

func (c *checker) view(at string, v View) {
	switch v.Type {
	case "modal":
		c.plain(at+"/title", v.Title, 24, required)
		c.plain(at+"/submit", v.Submit, 24, optional)
		c.plain(at+"/close", v.Close, 24, optional)
		for i, b := range v.Blocks {
			if b.Type == "input" && v.Submit == nil {
				c.fault(fmt.Sprintf("%s/blocks/%d", at, i), "a modal with an input needs submit")
				break
			}
		}
	case "home":
		if v.Title != nil || v.Submit != nil || v.Close != nil {
			c.fault(at, "a home has no title, submit or close")
		}
	default:
		c.fault(at+"/type", "must be modal or home, is %q", v.Type)
	}
	c.length(at+"/private_metadata", v.PrivateMetadata, 0, MaxPrivateMetadata)
	c.length(at+"/callback_id", v.CallbackID, 0, 255)
	c.length(at+"/external_id", v.ExternalID, 0, 255)
	c.blocks(at+"/blocks", v.Blocks)
}

// length checks the number of characters of a string.
func (c *checker) length(at, s string, low, high int) {
	switch n := utf8.RuneCountInString(s); {
	case n < low:
		c.fault(at, "must be more than %d characters", low-1)
	case n > high:
		c.fault(at, "must be less than %d characters (is %d)", high+1, n)
	case !utf8.ValidString(s):
		c.fault(at, "must be valid UTF-8")
	}
}

type need bool

const (
	required need = true
	optional need = false
)

// text checks a text object of either type.
func (c *checker) text(at string, t *Text, limit int, n need) {
	if t == nil {
		if n == required {
			c.fault(at, "is missing")
		}
		return
	}
	if t.Type != "plain_text" && t.Type != "mrkdwn" {
		c.fault(at+"/type", "must be plain_text or mrkdwn, is %q", t.Type)
	}
	if t.Type == "mrkdwn" && t.Emoji != nil {
		c.fault(at+"/emoji", "goes with plain_text alone")
	}
	if t.Type == "plain_text" && t.Verbatim != nil {
		c.fault(at+"/verbatim", "goes with mrkdwn alone")
	}
	c.length(at+"/text", t.Text, 1, limit)
}

// plain checks a text object that must be plain text.
func (c *checker) plain(at string, t *Text, limit int, n need) {
	c.text(at, t, limit, n)
	if t != nil && t.Type == "mrkdwn" {
		c.fault(at+"/type", "must be plain_text")
	}
}

// checkMetadata returns the error name of message metadata that Slack refuses.
func checkMetadata(raw json.RawMessage) string {
	if s := strings.TrimSpace(string(raw)); s == "null" || s == "{}" || s == "" {
		return ""
	}
	var m struct {
		EventType    string                     `json:"event_type"`
		EventPayload map[string]json.RawMessage `json:"event_payload"`
	}
	switch err := json.Unmarshal(raw, &m); {
	case err != nil:
		return "invalid_metadata_format"
	case m.EventType == "" && m.EventPayload == nil:
		return "" // what slack-go sends for none
	case m.EventType == "" || m.EventPayload == nil:
		return "invalid_metadata_schema"
	case len(raw) > MaxMetadataBytes:
		return "metadata_too_large"
	}
	return ""
}
