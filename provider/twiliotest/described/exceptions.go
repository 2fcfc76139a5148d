package described

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/roomwarden/roomwarden/internal/openapi"
)

// mend changes a description where it contradicts what Twilio's own examples
// and documents show. This is the whole list.
func mend(doc *openapi3.T) {
	// A conference that runs has reason_conference_ended null, as the text of
	// the field says and every example shows; the enumeration has no null.
	nullable(doc, "conference_enum_reason_conference_ended")
	// The fields that a subscribe rule does not use are null in every example;
	// their types have no null.
	if s := doc.Components.Schemas["video.v1.room.room_participant.room_participant_subscribe_rule"]; s != nil {
		for _, field := range s.Value.Properties["rules"].Value.Items.Value.Properties {
			field.Value.Nullable = true
		}
	}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody == nil {
				continue
			}
			for _, media := range operation.RequestBody.Value.Content {
				// Rules and RecordingRules are described without a type, and a room's
				// TranscriptionsConfiguration as an object, which a form cannot hold:
				// each is a text that holds JSON.
				for _, name := range []string{"Rules", "RecordingRules", "TranscriptionsConfiguration"} {
					if field := media.Schema.Value.Properties[name]; field != nil {
						field.Value.Type = &openapi3.Types{openapi3.TypeString}
					}
				}
			}
		}
	}
	// What is not described is wrong: the descriptions name every field.
	for name, schema := range doc.Components.Schemas {
		if strings.Contains(name, ".") {
			openapi.Close(schema)
		}
	}
}

func nullable(doc *openapi3.T, name string) {
	if s := doc.Components.Schemas[name]; s != nil {
		s.Value.Nullable = true
		s.Value.Enum = append(s.Value.Enum, nil)
	}
}
