package bot

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// guide is what dialogs and typeahead ask of the Service.
type guide interface {
	SuggestRooms(ctx context.Context, c commands.Caller, typed string, limit int) []commands.Candidate
	// CanTell is answered without asking a provider.
	CanTell(room string) bool
	SuggestPeople(ctx context.Context, c commands.Caller, room, typed string, limit int) []commands.Candidate
	// Undoable returns what takes a case back, and whether anything can; no
	// provider is asked.
	Undoable(c moderation.Case) (moderation.Action, bool)
}

// suggestions is the answer to a block_suggestion. Slack wants a list that is
// there when it is empty.
type suggestions struct {
	Options []*slack.OptionBlockObject `json:"options"`
}

// suggest answers a block_suggestion: rooms and people that the reader may
// see. What it cannot read or find is an empty list.
func (r *renderer) suggest(ctx context.Context, payload []byte) (s suggestions) {
	defer func() {
		if recover() != nil {
			s = suggestions{Options: []*slack.OptionBlockObject{}}
		}
	}()
	s = suggestions{Options: []*slack.OptionBlockObject{}}
	d, err := readDelivery(payload)
	if err != nil || r.guide == nil {
		return s
	}
	var found []commands.Candidate
	switch cmp.Or(d.ActionID, strings.TrimPrefix(d.BlockID, fieldPrefix)) {
	case commands.ArgRoom:
		found = r.guide.SuggestRooms(ctx, d.caller(), d.Value, selectCount)
	case commands.ArgPerson, commands.ArgCoach, commands.ArgExcept:
		if room := d.room(); room != "" {
			found = r.guide.SuggestPeople(ctx, d.caller(), room, d.Value, selectCount)
		}
	}
	for _, c := range found {
		hint := ""
		if !c.Hint.IsZero() {
			hint = r.words.Say(plain{}, c.Hint)
		}
		if o, ok := option(c.Value, c.Label, hint); ok && len(s.Options) < selectCount {
			s.Options = append(s.Options, o)
		}
	}
	return s
}

// room returns the room that is chosen in the dialog, or with which it was opened.
func (d delivery) room() string {
	if d.View == nil {
		return ""
	}
	if chosen := d.View.State.Values[fieldPrefix+commands.ArgRoom][commands.ArgRoom].text(); chosen != "" {
		return chosen
	}
	state, err := decodeDialogState(d.View.PrivateMetadata)
	if err != nil {
		return ""
	}
	return cmp.Or(state.Args[commands.ArgRoom], state.Room)
}
