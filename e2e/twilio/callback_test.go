package twilio_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// public is the address that Twilio knows, and signs.
const public = "https://rw.example.org"

// internet brings what is sent to the public address to the program.
type internet struct {
	http.Transport
	mu sync.Mutex
	to string // host:port, once known
}

// RoundTrip implements http.RoundTripper.
func (i *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	i.mu.Lock()
	to := i.to
	i.mu.Unlock()
	if to == "" || r.URL.Scheme+"://"+r.URL.Host != public {
		return nil, fmt.Errorf("no way to %s", r.URL.Host)
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", to
	return i.Transport.RoundTrip(r)
}

// newCalledShift is a shift in which Twilio calls a provider back.
func newCalledShift(t *testing.T, provider string) (*shift, *http.Client) {
	t.Helper()
	way := &internet{}
	t.Cleanup(way.CloseIdleConnections)
	client := &http.Client{Transport: way}
	s := newShiftWith(t, twiliotest.Config{Callback: public + "/webhooks/" + provider, CallbackClient: client})
	to := s.Bot.Listens(s.Ctx)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.to = to
	return s, client
}

// asked sends a request to the public address and returns its status and text.
func (s *shift) asked(client *http.Client, method, path, signature, body string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.Ctx, method, public+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// rounds is how often something happens that a callback tells of. Each round
// waits for the program to see it: without callbacks that is its next look, five
// seconds after the last. A busy machine may hold up some rounds, hardly all.
const (
	rounds     = 6
	byCallback = 4 * time.Second
)

// shortest runs the rounds and returns how long the shortest took. The first
// does not count: it begins at any time after a look.
func shortest(round func(i int)) time.Duration {
	round(0)
	least := time.Hour
	for i := 1; i < rounds; i++ {
		began := time.Now()
		round(i)
		least = min(least, time.Since(began))
	}
	return least
}

// Someone banned is put out at every return, at once where Twilio calls back.
func TestACallbackEnforcesABan(t *testing.T) {
	t.Parallel()
	s, client := newCalledShift(t, "video")
	room := s.AddRoom("daily", "mia", "CHAOS")
	s.typed("ban video:daily CHAOS 1h", "CHAOS is banned")
	gone := func() bool {
		_, there := s.Present(room)["CHAOS"]
		return !there
	}
	s.Until("CHAOS is put out", gone)
	least := shortest(func(int) {
		s.Connect(room, "CHAOS")
		s.Until("CHAOS is put out again", gone)
	})
	if least > byCallback {
		t.Errorf("every return of someone banned lasted %s and more: the callbacks did nothing", least)
	}
	s.Audited(rig.Case{Action: "kick", Outcome: "succeeded", Actor: "system", Room: "daily", Participant: "CHAOS"})

	// Nobody else can make the program look.
	form := url.Values{"RoomSid": {room}, "StatusCallbackEvent": {"participant-connected"}}
	path := "/webhooks/video"
	for what, signature := range map[string]string{
		"no signature":       "",
		"another's token":    twiliotest.Sign("another", public+path, form),
		"another address":    twiliotest.Sign(twiliotest.AuthToken, public+"/webhooks/calls", form),
		"of something else":  twiliotest.Sign(twiliotest.AuthToken, public+path, url.Values{"RoomSid": {"RM"}}),
		"no base64 at all":   "?",
		"the right one, cut": twiliotest.Sign(twiliotest.AuthToken, public+path, form)[:20],
	} {
		if status, text := s.asked(client, http.MethodPost, path, signature, form.Encode()); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", what, status, text)
		}
	}
	// Twilio may be told to call back by GET, with everything in the address.
	query := "?" + form.Encode()
	if status, text := s.asked(client, http.MethodGet, path+query, twiliotest.Sign(twiliotest.AuthToken, public+path+query, nil), ""); status != http.StatusNoContent {
		t.Errorf("by GET: %d %s", status, text)
	}
	if status, text := s.asked(client, http.MethodGet, path+query, "?", ""); status != http.StatusUnauthorized {
		t.Errorf("forged, by GET: %d %s", status, text)
	}
	_, metrics := s.asked(client, http.MethodGet, "/metrics", "", "")
	for _, want := range []string{`roomwarden_webhooks_total{provider="video",result="taken"}`, `roomwarden_webhooks_total{provider="video",result="forged"} 7`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("%s is not among the metrics", want)
		}
	}
}

// A board shows who comes as soon as Twilio tells of it.
func TestACallbackRedrawsABoard(t *testing.T) {
	t.Parallel()
	s, _ := newCalledShift(t, "calls")
	conference := s.AddConference("support", twiliotest.Caller{Label: "host", Number: "+16175551213"})
	s.typed("watch calls:support", "")
	shows := func(label string) func() bool {
		return func() bool {
			for _, m := range s.Slack.Messages(slack.Moderation) {
				if strings.Contains(m.Plain(), label) {
					return true
				}
			}
			return false
		}
	}
	s.Until("the board stands in the channel", shows("host"))
	least := shortest(func(i int) {
		label := fmt.Sprintf("guest-%d", i)
		s.Join(conference, twiliotest.Caller{Label: label, Number: fmt.Sprintf("+1617555%04d", i)})
		s.Until("the board shows "+label, shows(label))
	})
	t.Logf("the quickest newcomer was shown in %s", least)
	if least > byCallback {
		t.Errorf("every newcomer took %s and more to be shown: the callbacks did nothing", least)
	}
}
