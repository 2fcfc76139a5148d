package audit

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
)

// The columns, by the names of the JSON fields. They are only ever added to, at the end.
var (
	caseColumns = []string{
		"case", "seq", "hash", "action", "outcome", "actor", "provider", "room", "participant",
		"participant_name", "reason", "at", "room_id", "participant_id", "changed_at", "text", "source",
		"key", "media", "until", "permanent", "permission", "code", "subject", "preset", "scope", "auth_id",
		"options", "inverts", "approved_by", "verdict", "reached", "unreached", "notes", "review",
		"undone_by", "undone_case", "expired", "redacted",
		"awaits", "awaits_until", "requested", "track", "begins",
	}
	recordColumns = []string{
		"seq", "case", "kind", "at", "actor", "action", "provider", "room", "room_id", "participant",
		"participant_id", "participant_name", "reason", "text", "unreached", "salt", "details",
		"words_digest", "prev", "hash",
	}
)

type csvWriter struct {
	*csv.Writer
	columns []string
}

// write takes the cells from the JSON of the value: texts bare, what is nested
// as JSON, the words of a record as columns of their own.
func (w csvWriter) write(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	if words, ok := fields["words"]; ok {
		if err := json.Unmarshal(words, &fields); err != nil {
			return err
		}
	}
	cells := make([]string, len(w.columns))
	for i, name := range w.columns {
		if cells[i], err = cell(fields[name]); err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	return w.Write(cells)
}

func (w csvWriter) flush() error {
	w.Flush()
	return w.Error()
}

func cell(raw json.RawMessage) (string, error) {
	text := string(raw)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(raw, &text); err != nil {
			return "", err
		}
	}
	return harmless(text), nil
}

// harmless keeps spreadsheets from taking someone's name for a formula: OWASP,
// "CSV Injection".
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
