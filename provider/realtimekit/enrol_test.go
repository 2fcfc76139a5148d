package realtimekit_test

import (
	"net/http"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// The bridge is enrolled once in a meeting: where Cloudflare refuses it a second
// time, its enrolment gets the preset and another token.
func TestEnrolsTheBridge(t *testing.T) {
	a := newApp(t, realtimekittest.Config{PageSize: 2})
	id := a.AddMeeting("standup", "mia", "ada", "kim")
	enrol := func(preset string) (string, error) { return realtimekit.EnrolBridge(t.Context(), a.Driver, id, preset) }
	refuse := func(status int) {
		a.Fail(realtimekittest.Fault{Method: http.MethodPost, Path: "/participants", Status: status, Code: status, Message: "known", Times: 1})
	}
	lets := func(token string, err error) {
		t.Helper()
		if who := a.Holder(token); err != nil || who.Custom != bridge.Identity || who.Meeting != id {
			t.Errorf("%+v, %v", who, err)
		}
	}
	refuse(http.StatusConflict)
	_, err := enrol("host")
	providertest.WantCode(t, err, moderation.CodeUnavailable, "realtimekit.bridge.not_let_in")
	lets(enrol("guest"))
	for _, status := range []int{http.StatusConflict, http.StatusBadRequest, http.StatusUnprocessableEntity} {
		refuse(status)
		lets(enrol("host"))
		if preset := a.PresetOf(id, bridge.Identity); preset != "host" {
			t.Errorf("it has the preset %s", preset)
		}
		lets(enrol("guest"))
	}
	_, err = enrol("nowhere")
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.preset.missing")
}
