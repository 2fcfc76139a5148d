package realtimekittest

import (
	"net"

	"github.com/roomwarden/roomwarden/internal/standin"
)

// Running is a stand-in that listens, with a scene in it: two meetings with
// people in them, one of them recorded. It is what the demo can show beside its
// simulated rooms.
type Running struct {
	*Server
	listening *standin.Listening
}

// Start serves a stand-in with a scene on the listener. Close what it returns.
func Start(l net.Listener, c Config) *Running {
	r := &Running{Server: New(c)}
	r.SetRecording(r.AddMeeting("all-hands", "mia", "CHAOS", "ada", "bob"), true)
	r.AddMeeting("office-hours", "jules", "kim")
	r.listening = standin.Listen(l, r.Server)
	return r
}

// Values returns the settings of a provider of the type realtimekit that speaks
// to the stand-in.
func (r *Running) Values() map[string]string {
	return map[string]string{
		"account_id": AccountID, "app_id": AppID, "api_token": APIToken, "base_url": r.listening.Address, "no_video_preset": "no-video",
	}
}

// Close stops serving.
func (r *Running) Close() error { return r.listening.Close() }
