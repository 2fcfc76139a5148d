package moderation

import "time"

// Sentence is something the product says, not yet in a language: a key of the
// word lists in package words and what fills its gaps. Args hold names and
// values as they are, unescaped; whoever renders the sentence escapes them.
type Sentence struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Say makes a sentence of alternating names and values:
// Say("kick.done", "Person", name, "Room", room). A trailing name without a
// value is dropped.
func Say(key string, pairs ...any) Sentence {
	s := Sentence{Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			continue
		}
		if s.Args == nil {
			s.Args = make(map[string]any, len(pairs)/2)
		}
		s.Args[name] = pairs[i+1]
	}
	return s
}

// IsZero reports whether the sentence says nothing.
func (s Sentence) IsZero() bool { return s.Key == "" }

// Values that a sentence shows in a way of the place where it is read: Slack
// draws a UserID as a mention, a terminal as it is.
type (
	// UserID is a Slack user.
	UserID string
	// GroupID is a Slack user group.
	GroupID string
	// ChannelID is a Slack channel.
	ChannelID string
	// Literal is something to be typed as it stands: a command, a permission, a room.
	Literal string
	// Moment is shown in the reader's own time zone where that is known.
	Moment time.Time
)
