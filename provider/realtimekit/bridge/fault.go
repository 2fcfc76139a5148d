package bridge

import (
	"fmt"

	"github.com/roomwarden/roomwarden/moderation"
)

// The numbers of the SDK's errors that say more than that it failed.
// https://developers.cloudflare.com/realtime/realtimekit/
const (
	codeInternal   = 1    // 0001: init failed
	codeBadToken   = 4    // 0004: the token, or the participant, is not taken
	codeNoMedia    = 14   // 0014: no way to the media server
	codeRefused    = 1200 // the server refused the control
	codeForbidden  = 1201 // the preset does not allow it
	codeNotJoined  = 1205 // called outside the meeting
	codeNotJoined2 = 1105
)

// answer is what the page's functions return.
type answer struct {
	Failed bool     `json:"failed"`
	Code   int      `json:"code"`
	Text   string   `json:"text"`
	Gone   bool     `json:"gone"`   // the bridge is no longer in the meeting
	Absent bool     `json:"absent"` // whom it is for is not in it
	Shown  bool     `json:"shown"`  // the SDK shows the effect
	Peers  []string `json:"peers"`
}

// permissions are the names in a preset of what a control needs.
var permissions = map[Control]moderation.Permission{
	DisableVideo: moderation.VideoControl, DisableAllVideo: moderation.VideoControl,
	Pin: moderation.PinPermission, Unpin: moderation.PinPermission,
}

// fault says what an answer that failed means.
func (a answer) fault(c Control) *moderation.Error {
	cause := fmt.Errorf("the client SDK: %04d: %s", a.Code, a.Text)
	switch {
	case a.Absent:
		return moderation.Fault(moderation.CodeNotFound, "realtimekit.no_person").Because(cause)
	case a.Gone:
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.put_out").Because(cause)
	}
	switch a.Code {
	case codeForbidden:
		return moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.forbidden", "Permission", moderation.Literal(permissions[c]),
			"Number", moderation.RefusedNumber).Because(cause)
	case codeNotJoined, codeNotJoined2:
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.put_out").Because(cause)
	case codeRefused:
		return moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.refused").Because(cause)
	case codeBadToken:
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.not_let_in").Because(cause)
	case codeNoMedia:
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_media").Because(cause)
	case codeInternal:
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_join").Because(cause)
	}
	if c == "" {
		return moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_join").Because(cause)
	}
	return moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.unseen").Because(cause)
}

// unseen is what became of a control that was taken and does not show. A pin
// that is refused looks so: the SDK says nothing of it.
func unseen(c Control) *moderation.Error {
	if c == Pin || c == Unpin {
		return moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.pin_refused")
	}
	return moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.unseen")
}
