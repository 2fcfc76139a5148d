package bot

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// caseEvent is the metadata event type of a case's message.
const caseEvent = "roomwarden_case"

// metadataBytes is how much metadata we send; Slack refuses what it finds too
// large and does not say from where on that is.
const metadataBytes = 6000

// caseMessage draws the one message of a case in an audit channel as the case
// now stands. A whole channel reads it, so it mentions nobody but who acted.
func (r *renderer) caseMessage(c moderation.Case) message {
	p := newPage(messageBlocks)
	style := mrkdwn{public: true}
	text := r.headline(style, c)
	p.section(text, nil)
	p.section(r.story(style, c), nil)
	p.note(r.caseFoot(style, c))
	p.actions(r.row(r.caseOffers(c), actionCount-1, casePlace(c))...)
	return message{Text: fit(text, messageRunes), Blocks: p.blocks, Metadata: caseMetadata(c)}
}

// caseOffers is what can be done about a case as it stands.
func (r *renderer) caseOffers(c moderation.Case) []commands.Offer {
	args := commands.Args{commands.ArgCase: strconv.FormatUint(c.Number, 10)}
	note := commands.Offer{Command: "note", Args: args, Label: moderation.Say("label.note"), Dialog: true}
	if c.Awaits {
		return []commands.Offer{
			{Command: "approve", Args: args, Label: moderation.Say("label.approve"), Ask: approval(c)},
			{Command: "deny", Args: args, Label: moderation.Say("label.deny")},
			note,
		}
	}
	var offers []commands.Offer
	if r.undoable(c) {
		offers = append(offers, commands.Offer{
			Command: "undo", Args: args, Label: moderation.Say("label.undo"),
			Ask: moderation.Say("ask.undo", "Case", c.Number),
		})
	}
	if c.Review == nil {
		offers = append(offers, commands.Offer{Command: "review", Args: args, Label: moderation.Say("label.review"), Dialog: true})
	}
	return append(offers, note)
}

// approval is what is asked before another's action is let pass: the question
// of the action itself, where it has one.
func approval(c moderation.Case) moderation.Sentence {
	switch c.Action {
	case moderation.ActionKick, moderation.ActionBan, moderation.ActionEnd, moderation.ActionHold, moderation.ActionLock, moderation.ActionMute:
		return moderation.Say("ask."+topic(string(c.Action), commands.Args{commands.ArgMedia: nonAudio(c.Media)}), "Person", caseName(c), "Room", c.Room)
	case moderation.ActionMuteAll:
		return moderation.Say("ask."+topic("mute-all", commands.Args{commands.ArgMedia: nonAudio(c.Media)}), "Room", c.Room)
	default:
		return moderation.Say("ask.approve", "Case", c.Number)
	}
}

// nonAudio returns a medium for the key of a question; audio goes without.
func nonAudio(m moderation.Media) string {
	if m == moderation.Audio {
		return ""
	}
	return string(m)
}

// undoable reports whether a case took effect, still has it, and has an inverse
// that its provider can carry out.
func (r *renderer) undoable(c moderation.Case) bool {
	if r.guide != nil {
		if _, able := r.guide.Undoable(c); !able {
			return false
		}
	}
	_, inverse := moderation.Inverse(c.Action)
	done := c.Outcome == moderation.Succeeded || c.Outcome == moderation.Partial
	return inverse && done && c.UndoneBy == "" && c.UndoneCase == 0 && !c.Expired && !c.Redacted
}

// caseMetadata is the payload that programs and `audit verify --slack` read.
// Words longer than Slack's metadata has room for are cut.
func caseMetadata(c moderation.Case) *slack.SlackMetadata {
	var payload map[string]any
	for _, limit := range []int{1000, 500, 250, 100} {
		text := func(s string) string { return words.Cut(strings.ToValidUTF8(s, "?"), limit) }
		payload = map[string]any{
			"case": c.Number, "seq": c.Seq, "hash": c.Hash,
			"action": string(c.Action), "outcome": string(c.Outcome), "actor": c.Actor,
			"provider": c.Provider, "room": text(c.Room),
			"participant": text(c.Participant), "participant_name": text(c.ParticipantName),
			"reason": text(c.Reason), "at": c.At.UTC().Format(time.RFC3339),
		}
		if raw, err := json.Marshal(payload); err == nil && len(raw) <= metadataBytes {
			break
		}
	}
	return &slack.SlackMetadata{EventType: caseEvent, EventPayload: payload}
}
