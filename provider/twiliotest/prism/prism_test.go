// Package prism_test replays what both Twilio drivers send to Prism, a mock
// server that is made from Twilio's published descriptions and refuses what does
// not fit them. It is a second opinion beside package described.
package prism_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

func TestPrismFindsNoViolation(t *testing.T) {
	folder := install(t)
	for name, c := range map[string]struct {
		description []byte
		requests    []sent
	}{"voice": {described.Voice, voice(t)}, "video": {described.Video, video(t)}} {
		t.Run(name, func(t *testing.T) {
			address := start(t, folder, spelledOut(t, c.description))
			seen := map[string]bool{}
			for _, r := range c.requests {
				for _, wrong := range r.violations(t, address) {
					t.Errorf("%s %s %s: %s", r.method, r.path, r.body, wrong)
				}
				seen[r.method+" "+identifiers.ReplaceAllString(r.path, "{}")] = true
			}
			t.Logf("%d requests of %d kinds", len(c.requests), len(seen))
		})
	}
	t.Run("it would find one", func(t *testing.T) {
		address := start(t, folder, spelledOut(t, described.Video))
		bad := sent{method: "POST", path: "/v1/Rooms/daily", body: "Status=over", contentType: "application/x-www-form-urlencoded"}
		if wrong := bad.violations(t, address); len(wrong) == 0 {
			t.Error("a senseless status passes")
		}
	})
}

// spelledOut writes a description to a file, with OpenAPI's default way of
// sending several values of a form's field, which Prism does not know by itself.
func spelledOut(t *testing.T, description []byte) string {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		t.Fatal(err)
	}
	explode := true
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody == nil {
				continue
			}
			for _, media := range operation.RequestBody.Value.Content {
				media.Encoding = map[string]*openapi3.Encoding{}
				for name, field := range media.Schema.Value.Properties {
					if field.Value.Type.Is(openapi3.TypeArray) {
						media.Encoding[name] = &openapi3.Encoding{Style: openapi3.SerializationForm, Explode: &explode}
					}
				}
			}
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "description.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var identifiers = regexp.MustCompile(`[A-Z]{2}[0-9a-f]{32}|\?.*`)

// sent is one request of a driver.
type sent struct{ method, path, body, contentType string }

// violations returns what Prism finds wrong with a request. What it makes up for
// an answer breaks the patterns of the description itself, and says nothing.
func (s sent) violations(t *testing.T, address string) []string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), s.method, address+s.path, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(twiliotest.AccountSID, twiliotest.AuthToken)
	if s.contentType != "" {
		req.Header.Set("Content-Type", s.contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // it is read to its end
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var found []struct {
		Location []string
		Message  string
	}
	if v := res.Header.Get("Sl-Violations"); v != "" {
		if err := json.Unmarshal([]byte(v), &found); err != nil {
			t.Fatalf("%v: %s", err, v)
		}
	}
	var wrong []string
	for _, f := range found {
		if len(f.Location) > 0 && f.Location[0] == "request" {
			wrong = append(wrong, f.Message)
		}
	}
	if res.StatusCode >= 400 {
		wrong = append(wrong, fmt.Sprintf("%d %s", res.StatusCode, answer))
	}
	return wrong
}

// recorder passes requests on to the stand-in and keeps them.
type recorder struct {
	mu  sync.Mutex
	all []sent
	to  http.Handler
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	r.all = append(r.all, sent{req.Method, req.URL.RequestURI(), string(body), req.Header.Get("Content-Type")})
	r.mu.Unlock()
	w := httptest.NewRecorder()
	r.to.ServeHTTP(w, req)
	return w.Result(), nil
}

// exercise is a driver of the type over a stand-in, and what it sends.
type exercise struct {
	*twiliotest.Server
	*provider.Client
	recorder *recorder
}

func newExercise(t *testing.T, kind provider.Type) *exercise {
	t.Helper()
	s := twiliotest.New(twiliotest.Config{})
	t.Cleanup(s.Close)
	r := &recorder{to: s}
	driver, err := kind.Open(t.Context(), provider.Settings{Transport: r, Values: map[string]string{
		"account_sid": twiliotest.AccountSID, "auth_token": twiliotest.AuthToken, "api_key": twiliotest.APIKey,
		"api_secret": twiliotest.APISecret, "caller_id": "+15005550006",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &exercise{s, provider.NewClient("x", kind.Name, driver), r}
}

func (e *exercise) find(t *testing.T, room, who string) provider.Order {
	t.Helper()
	in, err := e.Room(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Participant(t.Context(), in, who)
	if err != nil {
		t.Fatal(err)
	}
	return provider.Order{Room: in, Participant: p}
}

func (e *exercise) act(t *testing.T, a moderation.Action, o provider.Order) {
	t.Helper()
	o.Action = a
	if _, err := e.Act(t.Context(), o); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
}

// list asks for everything that can be listed, with each filter and by page.
func (e *exercise) list(t *testing.T, room moderation.Room) {
	t.Helper()
	yes := true
	for _, q := range []provider.RoomQuery{{}, {Limit: 1}, {Search: "da"}} {
		page, err := e.Rooms(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if q.Cursor = page.Next; q.Cursor != "" {
			if _, err := e.Rooms(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, q := range []provider.ParticipantQuery{{}, {Limit: 1}, {Muted: &yes}, {OnHold: &yes}, {Coaching: &yes}, {Search: "i"}} {
		page, err := e.Participants(t.Context(), room, q)
		if err != nil {
			t.Fatal(err)
		}
		if q.Cursor = page.Next; q.Cursor != "" {
			if _, err := e.Participants(t.Context(), room, q); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func voice(t *testing.T) []sent {
	t.Helper()
	e := newExercise(t, twiliovoice.Type)
	e.AddConference("daily", twiliotest.Caller{Label: "mia b", Number: "+16175551212"}, twiliotest.Caller{Number: "client:joe"})
	e.AddConference("other")
	mia, joe := e.find(t, "daily", "mia b"), e.find(t, "daily", "client:joe")
	e.list(t, mia.Room)
	for _, a := range []moderation.Action{
		moderation.ActionMute, moderation.ActionUnmute, moderation.ActionHold, moderation.ActionUnhold, moderation.ActionMuteAll,
	} {
		e.act(t, a, mia)
	}
	played := mia
	played.URL, played.Method = "https://example.com/music.mp3", "GET"
	e.act(t, moderation.ActionHold, played)
	e.act(t, moderation.ActionAnnounce, played)
	e.act(t, moderation.ActionAnnounce, provider.Order{Room: mia.Room, URL: "https://example.com/twiml"})
	coach := mia
	coach.Listener = joe.Participant
	e.act(t, moderation.ActionCoach, coach)
	e.act(t, moderation.ActionUncoach, coach)
	set := mia
	set.Options = map[string]string{"wait_url": "https://example.com/w", "wait_method": "POST", "beep_on_exit": "true", "end_conference_on_exit": "false"}
	e.act(t, moderation.ActionSet, set)
	for _, o := range e.Options(moderation.ActionDial) {
		e.act(t, moderation.ActionDial, provider.Order{Room: mia.Room, Number: "+15558675310", Options: map[string]string{o.Name: sample(o, joe.Participant.ID)}})
	}
	e.act(t, moderation.ActionKick, mia)
	e.act(t, moderation.ActionEnd, joe)
	return e.recorder.all
}

// sample is a value that a dial option takes.
func sample(o provider.Option, callSID string) string {
	switch {
	case len(o.Values) > 0:
		return o.Values[len(o.Values)-1]
	case strings.HasSuffix(o.Name, "conference_status_callback_event"):
		return "start end"
	case o.Name == "status_callback_event":
		return "ringing answered"
	case strings.HasSuffix(o.Name, "_event"):
		return "in-progress completed"
	case strings.HasSuffix(o.Name, "callback"), strings.HasSuffix(o.Name, "_url"):
		return "https://example.com/x"
	case o.Name == "from", o.Name == "caller_id":
		return "+15005550006"
	case o.Name == "byoc":
		return "BY" + strings.Repeat("0", 32)
	case o.Name == "call_sid_to_coach":
		return callSID
	case o.Name == "label", o.Name == "call_reason", o.Name == "call_token":
		return "some text"
	case o.Name == "max_participants":
		return "250"
	case strings.HasPrefix(o.Name, "machine_detection_s"):
		return "2000"
	default:
		return "60"
	}
}

func video(t *testing.T) []sent {
	t.Helper()
	e := newExercise(t, twiliovideo.Type)
	e.AddRoom("daily", "mia", "ada", "bob")
	e.AddRoom("da / other", "kim")
	mia, ada := e.find(t, "daily", "mia"), e.find(t, "daily", "ada")
	e.find(t, "da / other", "kim")
	e.list(t, mia.Room)
	both := mia
	both.Listener = ada.Participant
	for _, a := range []moderation.Action{
		moderation.ActionMute, moderation.ActionUnmute, moderation.ActionHold, moderation.ActionUnhold, moderation.ActionCoach,
		moderation.ActionUncoach, moderation.ActionMuteAll, moderation.ActionKick, moderation.ActionEnd,
	} {
		e.act(t, a, both)
	}
	return e.recorder.all
}
