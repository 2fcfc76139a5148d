package realtimekittest

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Running is a stand-in that listens, with a scene in it: two meetings with
// people in them, one of them recorded. It is what the demo can show beside its
// simulated rooms.
type Running struct {
	*Server
	address string
	http    *http.Server
	done    sync.WaitGroup
	err     error
}

// Start serves a stand-in with a scene on the listener. Close what it returns.
func Start(l net.Listener, c Config) *Running {
	r := &Running{Server: New(c), address: "http://" + l.Addr().String()}
	r.SetRecording(r.AddMeeting("all-hands", "mia", "CHAOS", "ada", "bob"), true)
	r.AddMeeting("office-hours", "jules", "kim")
	r.http = &http.Server{Handler: r.Server, ReadHeaderTimeout: 5 * time.Second}
	r.done.Go(func() {
		if err := r.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.err = err
		}
	})
	return r
}

// Values returns the settings of a provider of the type realtimekit that speaks
// to the stand-in.
func (r *Running) Values() map[string]string {
	return map[string]string{
		"account_id": AccountID, "app_id": AppID, "api_token": APIToken, "base_url": r.address, "no_video_preset": "no-video",
	}
}

// Close stops serving.
func (r *Running) Close() error {
	err := r.http.Close()
	r.done.Wait()
	return errors.Join(err, r.err)
}
