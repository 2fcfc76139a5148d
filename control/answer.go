package control

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/roomwarden/roomwarden/commands"
)

// answers lists every type of answer by its name.
var answers = byName(
	commands.Notice{}, commands.CaseAnswer{}, commands.RoomsPage{}, commands.RoomPage{},
	commands.CasePage{}, commands.CaseHistory{}, commands.Candidates{}, commands.Missing{},
	commands.Confirm{}, commands.GrantPage{}, commands.MeasurePage{}, commands.Explanation{}, commands.HelpPage{},
)

func byName(all ...commands.Answer) map[string]reflect.Type {
	types := make(map[string]reflect.Type, len(all))
	for _, a := range all {
		types[reflect.TypeOf(a).Name()] = reflect.TypeOf(a)
	}
	return types
}

// answerJSON is an answer with the name of its type.
type answerJSON struct {
	Type   string          `json:"type"`
	Answer json.RawMessage `json:"answer"`
}

// EncodeAnswer writes an answer as JSON that DecodeAnswer reads.
func EncodeAnswer(a commands.Answer) ([]byte, error) {
	t := reflect.TypeOf(a)
	if t == nil || answers[t.Name()] != t {
		return nil, fmt.Errorf("encode an answer: %T is none that is known", a)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode an answer: %w", err)
	}
	return json.Marshal(answerJSON{Type: t.Name(), Answer: text})
}

// DecodeAnswer reads what EncodeAnswer writes.
func DecodeAnswer(text []byte) (commands.Answer, error) {
	var wire answerJSON
	if err := json.Unmarshal(text, &wire); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	t, ok := answers[wire.Type]
	if !ok {
		return nil, fmt.Errorf("decode an answer: %q is none that is known", wire.Type)
	}
	value := reflect.New(t)
	if err := json.Unmarshal(wire.Answer, value.Interface()); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	a, ok := value.Elem().Interface().(commands.Answer)
	if !ok {
		return nil, fmt.Errorf("decode an answer: %s is no answer", t)
	}
	return a, nil
}
