package livekit_test

import (
	"net/http"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// A caller is brought in by LiveKit's SIP service, which answers here at the gate.
func TestDialOut(t *testing.T) {
	live := livekittest.Start(t)
	sip := rig.NewGate(t, live.URL)
	s := newShift(t, live, `  - {name: phone, type: livekit, url: "`+sip.URL+`", api_key: `+live.Key+`, api_secret: `+live.Secret+`, sip_trunk: ST_out}`)
	ann := s.join("support", "Ann")

	// Without a trunk nothing is dialled, and a moderator may not dial at all.
	s.typed("dial live:support +16175551212", "dial_participant")
	s.Types(slack.Olive, "/room-dial", "live:support +16175551212", "is not possible", "outbound SIP trunk", "sip_trunk")
	s.Audited(rig.Case{Action: "dial", Outcome: "refused", Actor: slack.Olive, Room: "support"})

	sip.Forget()
	for words, says := range map[string]string{
		"617555": "no number to call", "+16175551212 customer timeout=4": "from 5 to 80", "+16175551212 customer record=true": "no option here",
		"+16175551212 customer send_digits=12x": "no keys to press", "+16175551212 customer play_dialtone=loud": "true, false",
	} {
		s.Types(slack.Olive, "/room-dial", "phone:support "+words, says)
	}
	sip.Unchanged(t, "words that cannot be dialled")

	called, err := proto.Marshal(&lk.SIPParticipantInfo{ParticipantIdentity: "customer", ParticipantId: "PA_called"})
	if err != nil {
		t.Fatal(err)
	}
	sip.Fail("CreateSIPParticipant", http.StatusOK, string(called))
	s.Types(slack.Olive, "/room-dial", "phone:support +16175551212 customer timeout=30 play_dialtone=true", "Calling", "phone:support")
	var asked lk.CreateSIPParticipantRequest
	if err := proto.Unmarshal(sip.Body("CreateSIPParticipant"), &asked); err != nil {
		t.Fatal(err)
	}
	if asked.GetSipTrunkId() != "ST_out" || asked.GetSipCallTo() != "+16175551212" || asked.GetRoomName() != "support" ||
		asked.GetParticipantIdentity() != "customer" || asked.GetRingingTimeout().AsDuration() != 30*time.Second || !asked.GetPlayDialtone() {
		t.Errorf("asked %v", &asked)
	}
	s.Audited(rig.Case{Action: "dial", Outcome: "succeeded", Actor: slack.Olive, Provider: "phone", Room: "support", Participant: "customer"})

	// This server has no SIP service.
	sip.Heal()
	s.Types(slack.Olive, "/room-dial", "phone:support +16175551313 another", "did not make the call")
	s.Audited(rig.Case{Action: "dial", Outcome: "failed", Actor: slack.Olive, Provider: "phone", Room: "support"})
	s.there(ann)
}
