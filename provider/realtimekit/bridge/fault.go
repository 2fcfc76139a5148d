package bridge

import (
	"fmt"

	"github.com/roomwarden/roomwarden/moderation"
)

// The numbers of the SDK's errors that say more than that it failed.
// https://developers.cloudflare.com/realtime/realtimekit/
const (
	codeBadToken   = 4    // 0004: the token, or the participant, is not taken
	codeNoMedia    = 14   // 0014: no way to the media server
	codeRefused    = 1200 // the server refused the control
	codeForbidden  = 1201 // the preset does not allow it
	codeNotJoined  = 1205 // called outside the meeting
	codeNotJoined2 = 1105
)

// answer is what the page's functions return.
type answer struct {
	Failed  bool     `json:"failed"`
	Code    int      `json:"code"`
	Text    string   `json:"text"`
	Gone    bool     `json:"gone"`    // the bridge is no longer in the meeting; nothing was sent
	Cut     bool     `json:"cut"`     // it was put out meanwhile
	Done    int      `json:"done"`    // how many devices were reached before it failed
	Absent  bool     `json:"absent"`  // whom it is for is not in it
	NoMedia bool     `json:"noMedia"` // there was no way to the media server
	Shown   bool     `json:"shown"`   // the SDK shows the effect
	Peers   []string `json:"peers"`
}

// out reports that nothing was done as the bridge is no longer in the meeting.
func (a answer) out() bool {
	return a.Failed && a.Done == 0 && (a.Gone || a.Code == codeNotJoined || a.Code == codeNotJoined2)
}

// permissions are the names in a preset of what a control needs.
var permissions = map[Control]moderation.Permission{
	DisableVideo: moderation.VideoControl, DisableAllVideo: moderation.VideoControl,
	Pin: moderation.PinPermission, Unpin: moderation.PinPermission,
}

// fault says what an answer to a control means that failed.
func (a answer) fault(c Control) *moderation.Error {
	var fault *moderation.Error
	switch {
	case a.Absent:
		fault = moderation.Fault(moderation.CodeNotFound, "realtimekit.no_person")
	case a.out():
		fault = moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.put_out")
	case a.Done > 0:
		fault = moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.part", "Done", a.Done, "Of", len(a.Peers))
	case a.Cut:
		fault = moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.cut")
	case a.Code == codeForbidden:
		fault = moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.forbidden",
			"Permission", moderation.Literal(permissions[c]), "Number", moderation.RefusedNumber)
	case a.Code == codeRefused:
		fault = moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.refused")
	default:
		fault = moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.unseen")
	}
	return fault.Because(a.cause())
}

// joinFault says what an answer to a join means that failed.
func (a answer) joinFault() *moderation.Error {
	key := "realtimekit.bridge.no_join"
	switch {
	case a.Code == codeBadToken:
		key = "realtimekit.bridge.not_let_in"
	case a.NoMedia, a.Code == codeNoMedia:
		key = "realtimekit.bridge.no_media"
	}
	return moderation.Fault(moderation.CodeUnavailable, key).Because(a.cause())
}

func (a answer) cause() error { return fmt.Errorf("the client SDK: %04d: %s", a.Code, a.Text) }

// busy says that the bridge has no time for one meeting more.
func busy(meetings int) *moderation.Error {
	return moderation.Fault(moderation.CodeBusy, "realtimekit.bridge.busy", "Meetings", meetings)
}

// unseen is what became of a control that was taken and does not show. A pin
// that is refused looks so: the SDK says nothing of it.
func unseen(c Control) *moderation.Error {
	if c == Pin || c == Unpin {
		return moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.pin_refused")
	}
	return moderation.Fault(moderation.CodeOutcomeUnknown, "realtimekit.bridge.unseen")
}
