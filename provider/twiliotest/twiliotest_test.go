package twiliotest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const account = "/2010-04-01/Accounts/" + twiliotest.AccountSID

// ask sends a request as a user of the account and returns status and body.
func ask(t *testing.T, h http.Handler, method, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, body)
	r.SetBasicAuth(twiliotest.AccountSID, twiliotest.AuthToken)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
		}
	}
	return w.Code, answer
}

// The description catches a field, a parameter, a path or an answer that Twilio
// does not have.
func TestDescriptionCatchesWhatIsWrong(t *testing.T) {
	s := twiliotest.New(twiliotest.Config{})
	defer s.Close()
	sid := s.AddConference("daily", twiliotest.Caller{Label: "mia", Number: "client:mia"})
	participant := account + "/Conferences/" + sid + "/Participants/mia.json"
	for name, c := range map[string]struct {
		method, path string
		form         url.Values
		wrong        bool
	}{
		"right":              {"POST", participant, url.Values{"Muted": {"true"}}, false},
		"a room is made":     {"POST", "/v1/Rooms", url.Values{"UniqueName": {"weekly"}, "StatusCallback": {"https://example.com/x"}}, false},
		"an unknown field":   {"POST", participant, url.Values{"Mute": {"true"}}, true},
		"a wrong type":       {"POST", participant, url.Values{"Muted": {"loud"}}, true},
		"a closed set":       {"POST", participant, url.Values{"HoldMethod": {"PUT"}}, true},
		"a parameter":        {"GET", account + "/Conferences.json?Sort=name", nil, true},
		"a path":             {"GET", account + "/Conference.json", nil, true},
		"a method":           {"PUT", participant, nil, true},
		"a malformed SID":    {"GET", account + "/Conferences/CF12/Participants.json", nil, true},
		"a status of a room": {"POST", "/v1/Rooms/daily", url.Values{"Status": {"over"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var reported []error
			ask(t, described.Handler(s, func(err error) { reported = append(reported, err) }), c.method, c.path, c.form)
			if (len(reported) > 0) != c.wrong {
				t.Errorf("reported %v", reported)
			}
		})
	}
	liar := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, bytes.NewBufferString(`{"participants":[{"call_sid":"mia","loud":true}]}`))
		w.Header().Set("Content-Type", "application/json")
	})
	var reported []error
	ask(t, described.Handler(liar, func(err error) { reported = append(reported, err) }), "GET", account+"/Conferences/"+sid+"/Participants.json", nil)
	if len(reported) == 0 {
		t.Error("an answer with an unknown field passes")
	}
}

func TestAuthenticates(t *testing.T) {
	s := twiliotest.New(twiliotest.Config{})
	defer s.Close()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/Rooms", nil)
	r.SetBasicAuth(twiliotest.APIKey, "wrong")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 401 || !strings.Contains(w.Body.String(), `"code":20003`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A token names the last of its page, so that it holds when people come and go.
func TestPagesHoldWhenPeopleLeave(t *testing.T) {
	s := twiliotest.New(twiliotest.Config{})
	defer s.Close()
	sid := s.AddConference("daily")
	var calls []string
	for i := range 5 {
		calls = append(calls, s.Join(sid, twiliotest.Caller{Label: fmt.Sprint("p", i), Number: "client:x"}))
	}
	path := account + "/Conferences/" + sid + "/Participants.json?PageSize=2"
	_, first := ask(t, s, "GET", path, nil)
	s.Leave(calls[1]) // the one whom the token names
	s.Leave(calls[2])
	var labels []any
	for next, _ := first["next_page_uri"].(string); next != ""; {
		_, page := ask(t, s, "GET", next, nil)
		for _, p := range page["participants"].([]any) {
			labels = append(labels, p.(map[string]any)["label"])
		}
		next, _ = page["next_page_uri"].(string)
	}
	if fmt.Sprint(labels) != "[p3 p4]" {
		t.Errorf("then %v", labels)
	}
	for _, bad := range []string{"?PageToken=PACP0", "?PageSize=0", "?PageSize=x", "?Page=x"} {
		if status, answer := ask(t, s, "GET", account+"/Conferences.json"+bad, nil); status != 400 {
			t.Errorf("%s: %d %v", bad, status, answer)
		}
	}
}

func TestRefusesAsTwilioDoes(t *testing.T) {
	s := twiliotest.New(twiliotest.Config{})
	defer s.Close()
	conference := account + "/Conferences/" + s.AddConference("small", twiliotest.Caller{Label: "a", Number: "client:a"}, twiliotest.Caller{Label: "b", Number: "client:b"})
	room := s.AddRoom("daily", "mia")
	over := s.AddRoom("over")
	ask(t, s, "POST", "/v1/Rooms/"+over, url.Values{"Status": {"completed"}})
	mia := s.Present(room)["mia"]
	s.Connect(room, "gone")
	gone := s.Present(room)["gone"]
	s.Disconnect(gone)
	dial := func(more ...string) url.Values {
		v := url.Values{"To": {"+15558675310"}, "From": {"+15005550006"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	for name, c := range map[string]struct {
		method, path string
		form         url.Values
		status, code int
	}{
		"unknown conference":   {"GET", account + "/Conferences/CF00000000000000000000000000000000.json", nil, 404, 20404},
		"another account":      {"GET", "/2010-04-01/Accounts/AC11111111111111111111111111111111/Conferences/CF0.json", nil, 404, 20404},
		"no number":            {"POST", conference + "/Participants.json", dial("To", "12"), 400, 21211},
		"no caller":            {"POST", conference + "/Participants.json", dial("From", "joe"), 400, 21212},
		"unreachable":          {"POST", conference + "/Participants.json", dial("To", "+15005550002"), 400, 21214},
		"abroad":               {"POST", conference + "/Participants.json", dial("To", "+15005550003"), 400, 21215},
		"full":                 {"POST", conference + "/Participants.json", dial("MaxParticipants", "2"), 400, 16020},
		"coaches nobody":       {"POST", conference + "/Participants/a.json", url.Values{"Coaching": {"true"}}, 400, 21202},
		"unknown room":         {"GET", "/v1/Rooms/nothing", nil, 404, 53106},
		"unknown participant":  {"GET", "/v1/Rooms/daily/Participants/nobody", nil, 404, 53204},
		"completed room":       {"POST", "/v1/Rooms/" + over, url.Values{"Status": {"completed"}}, 400, 53118},
		"gone participant":     {"POST", "/v1/Rooms/daily/Participants/" + gone, url.Values{"Status": {"disconnected"}}, 400, 53209},
		"a senseless status":   {"POST", "/v1/Rooms/daily/Participants/mia", url.Values{"Status": {"connected"}}, 400, 53209},
		"no rules":             {"POST", "/v1/Rooms/daily/Participants/" + mia + "/SubscribeRules", url.Values{"Rules": {"[]"}}, 400, 53215},
		"all with a publisher": {"POST", "/v1/Rooms/daily/Participants/" + mia + "/SubscribeRules", url.Values{"Rules": {`[{"type":"include","all":true,"publisher":"x"}]`}}, 400, 53215},
		"21 rules":             {"POST", "/v1/Rooms/daily/Participants/" + mia + "/SubscribeRules", url.Values{"Rules": {"[" + strings.Repeat(`{"type":"include","all":true},`, 20) + `{"type":"include","all":true}]`}}, 400, 53215},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := ask(t, s, c.method, c.path, c.form)
			if status != c.status || answer["code"] != float64(c.code) {
				t.Errorf("%d %v, want %d %d", status, answer, c.status, c.code)
			}
		})
	}
}

func TestKeepsItsQuota(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := twiliotest.New(twiliotest.Config{WritesPerSecond: 2, ReadsPerSecond: 3, Now: func() time.Time { return now }})
	defer s.Close()
	var got []int
	for range 4 {
		status, _ := ask(t, s, "GET", "/v1/Rooms", nil)
		got = append(got, status)
	}
	now = now.Add(time.Second)
	status, _ := ask(t, s, "GET", "/v1/Rooms", nil)
	if got = append(got, status); !slices.Equal(got, []int{200, 200, 200, 429, 200}) {
		t.Errorf("answered %v", got)
	}
}

// Changes are told to the callback with Twilio's signature.
func TestSignsItsCallbacks(t *testing.T) {
	var mu sync.Mutex
	var events []string
	var address string
	validator := twilio.NewRequestValidator(twiliotest.AuthToken)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !validator.ValidateBody(address, body, r.Header.Get("X-Twilio-Signature")) {
			t.Errorf("not signed: %v %s", err, body)
		}
		form, _ := url.ParseQuery(string(body))
		mu.Lock()
		defer mu.Unlock()
		events = append(events, form.Get("StatusCallbackEvent"))
	}))
	defer hook.Close()
	address = hook.URL + "/webhooks/calls"
	s := twiliotest.New(twiliotest.Config{Callback: address, CallbackClient: hook.Client()})
	sid := s.AddConference("daily", twiliotest.Caller{Label: "a", Number: "client:a"})
	call := s.Join(sid, twiliotest.Caller{Label: "b", Number: "client:b"})
	ask(t, s, "POST", account+"/Conferences/"+sid+"/Participants/b.json", url.Values{"Muted": {"true"}, "Hold": {"true"}})
	s.Leave(call)
	ask(t, s, "POST", account+"/Conferences/"+sid+".json", url.Values{"Status": {"completed"}})
	room := s.AddRoom("daily")
	s.Disconnect(s.Connect(room, "mia"))
	s.Close()
	want := "[participant-join participant-mute participant-hold participant-leave conference-end participant-connected participant-disconnected]"
	if mu.Lock(); fmt.Sprint(events) != want {
		t.Errorf("told %v", events)
	}
	mu.Unlock()
}

func TestServesAScene(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	r := twiliotest.Start(l, twiliotest.Config{Now: func() time.Time { return now }})
	defer func() {
		if err := r.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}()
	if v := r.Values("twilio-video"); v["api_secret"] != twiliotest.APISecret || v["base_url"] != "http://"+l.Addr().String() {
		t.Errorf("values %v", v)
	}
	form := url.Values{"To": {"+15558675310"}, "From": {"+15005550006"}, "Label": {"new"}}
	_, made := ask(t, r, "POST", account+"/Conferences/planned/Participants.json", form)
	path := account + "/Conferences/" + made["conference_sid"].(string) + "/Participants/new.json"
	var statuses []any
	for range 3 {
		_, p := ask(t, r, "GET", path, nil)
		statuses = append(statuses, p["status"])
		now = now.Add(4 * time.Second)
	}
	if fmt.Sprint(statuses) != "[queued ringing connected]" {
		t.Errorf("statuses %v", statuses)
	}
}
