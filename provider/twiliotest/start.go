package twiliotest

import (
	"net"
	"time"

	"github.com/roomwarden/roomwarden/internal/standin"
)

// Running is a stand-in that listens, with a scene in it: a support line with
// callers, a conference in which nobody has begun, and two video rooms. It is
// what the demo shows beside its simulated rooms.
type Running struct {
	*Server
	listening *standin.Listening
}

// Start serves a stand-in with a scene on the listener. Close what it returns.
func Start(l net.Listener, c Config) *Running {
	if c.AnswersAfter == 0 {
		c.AnswersAfter = 8 * time.Second
	}
	r := &Running{Server: New(c)}
	r.AddConference("support-line",
		Caller{Label: "agent-ada", Number: "client:ada"},
		Caller{Label: "customer", Number: "+16175551212"},
		Caller{Number: "+442079460123"},
		Caller{Label: "supervisor", Number: "client:sam", EndsConference: true},
	)
	r.AddConference("press-call", Caller{Label: "speaker", Number: "+16175550142", Outbound: true}, Caller{Number: "+4930901820"})
	r.AddWaitingConference("board-call")
	r.Record(r.AddRoom("design-review", "mia", "CHAOS", "ada", "bob"))
	r.AddRoom("interview", "jules", "kim")
	r.listening = standin.Listen(l, r.Server)
	return r
}

// Values returns the settings of a provider of the type twilio-voice or
// twilio-video that speaks to the stand-in.
func (r *Running) Values(providerType string) map[string]string {
	v := map[string]string{"account_sid": AccountSID, "auth_token": AuthToken, "base_url": r.listening.Address}
	if providerType == "twilio-video" {
		v["api_key"], v["api_secret"] = APIKey, APISecret
	} else {
		v["caller_id"] = "+15005550006"
	}
	return v
}

// Close stops serving and waits for the callbacks that are under way.
func (r *Running) Close() error {
	err := r.listening.Close()
	r.Server.Close()
	return err
}
