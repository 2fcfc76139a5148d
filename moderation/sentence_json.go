package moderation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// MarshalJSON keeps the types of the arguments, so that a sentence reads the
// same after a way through JSON: a text, a number and a boolean as they are, any
// other as an object whose one key names its type.
func (s Sentence) MarshalJSON() ([]byte, error) {
	wire := sentenceJSON{Key: s.Key}
	for name, value := range s.Args {
		text, err := marshalArg(value)
		if err != nil {
			return nil, fmt.Errorf("argument %s of sentence %s: %w", name, s.Key, err)
		}
		if wire.Args == nil {
			wire.Args = make(map[string]json.RawMessage, len(s.Args))
		}
		wire.Args[name] = text
	}
	return json.Marshal(wire)
}

// UnmarshalJSON reads what MarshalJSON writes. Whole numbers become int64.
func (s *Sentence) UnmarshalJSON(text []byte) error {
	var wire sentenceJSON
	if err := json.Unmarshal(text, &wire); err != nil {
		return err
	}
	*s = Sentence{Key: wire.Key}
	for name, raw := range wire.Args {
		value, err := unmarshalArg(raw)
		if err != nil {
			return fmt.Errorf("argument %s of sentence %s: %w", name, s.Key, err)
		}
		if s.Args == nil {
			s.Args = make(map[string]any, len(wire.Args))
		}
		s.Args[name] = value
	}
	return nil
}

type sentenceJSON struct {
	Key  string                     `json:"key"`
	Args map[string]json.RawMessage `json:"args,omitempty"`
}

// argJSON is an argument that is neither text, number nor boolean.
type argJSON struct {
	User      *UserID        `json:"user,omitempty"`
	Group     *GroupID       `json:"group,omitempty"`
	Channel   *ChannelID     `json:"channel,omitempty"`
	Literal   *Literal       `json:"literal,omitempty"`
	Room      *RoomRef       `json:"room,omitempty"`
	Moment    *time.Time     `json:"moment,omitempty"`
	Duration  *time.Duration `json:"duration,omitempty"` // nanoseconds
	List      *[]string      `json:"list,omitempty"`
	Sentence  *Sentence      `json:"sentence,omitempty"`
	Sentences *[]Sentence    `json:"sentences,omitempty"`
}

func marshalArg(value any) (json.RawMessage, error) {
	var a argJSON
	switch v := value.(type) {
	case nil, string, bool, int, int64, uint64, float64:
		return json.Marshal(v)
	case UserID:
		a.User = &v
	case GroupID:
		a.Group = &v
	case ChannelID:
		a.Channel = &v
	case Literal:
		a.Literal = &v
	case RoomRef:
		a.Room = &v
	case Moment:
		a.Moment = (*time.Time)(&v)
	case time.Time:
		a.Moment = &v
	case time.Duration:
		a.Duration = &v
	case []string:
		v = append([]string{}, v...) // none of them is a list, too, and not null
		a.List = &v
	case Sentence:
		a.Sentence = &v
	case []Sentence:
		v = append([]Sentence{}, v...)
		a.Sentences = &v
	default:
		return json.Marshal(fmt.Sprint(v))
	}
	return json.Marshal(a)
}

func unmarshalArg(raw json.RawMessage) (any, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		return unmarshalPlain(raw)
	}
	var a argJSON
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, err
	}
	switch {
	case a.User != nil:
		return *a.User, nil
	case a.Group != nil:
		return *a.Group, nil
	case a.Channel != nil:
		return *a.Channel, nil
	case a.Literal != nil:
		return *a.Literal, nil
	case a.Room != nil:
		return *a.Room, nil
	case a.Moment != nil:
		return Moment(*a.Moment), nil
	case a.Duration != nil:
		return *a.Duration, nil
	case a.List != nil:
		return *a.List, nil
	case a.Sentence != nil:
		return *a.Sentence, nil
	case a.Sentences != nil:
		return *a.Sentences, nil
	}
	return nil, fmt.Errorf("%s is no argument", raw)
}

func unmarshalPlain(raw json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	n, ok := value.(json.Number)
	if !ok {
		return value, nil
	}
	if whole, err := n.Int64(); err == nil {
		return whole, nil
	}
	return n.Float64()
}
