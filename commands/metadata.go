package commands

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/roomwarden/roomwarden/words"
)

// How much of what describes a room or someone in it a list shows, in runes.
const (
	roomMetadata   = 240
	personMetadata = 120
)

// described is metadata as a list shows it: without what says whose a room is,
// unless the reader sets metadata, where that has to be given again; on one line,
// cut, and with numbers masked where that is configured.
func (s *Service) described(metadata string, sets bool, runes int) string {
	if !sets {
		metadata = withoutTenant(metadata)
	}
	text := strings.TrimSpace(words.Visible(metadata))
	if text == "{}" {
		return ""
	}
	return words.Cut(s.shown(text), runes)
}

// withoutTenant takes auth_id out of metadata that is a JSON object. Other
// metadata names no tenant, but may have been meant to: such as that is left out.
func withoutTenant(metadata string) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(metadata), &fields) != nil {
		if strings.Contains(metadata, "auth_id") {
			return ""
		}
		return metadata
	}
	if _, named := fields["auth_id"]; !named {
		return metadata
	}
	delete(fields, "auth_id")
	var rest bytes.Buffer
	encoder := json.NewEncoder(&rest)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(fields) != nil {
		return ""
	}
	return rest.String()
}
