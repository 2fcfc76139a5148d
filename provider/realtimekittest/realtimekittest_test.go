package realtimekittest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/described"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const app = "/client/v4/accounts/" + realtimekittest.AccountID + "/realtime/kit/" + realtimekittest.AppID

// ask sends a request through the description and returns what is not as it says.
func ask(t *testing.T, h http.Handler, method, path, body string) (reported []error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+realtimekittest.APIToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	described.Handler(h, func(err error) { reported = append(reported, err) }).ServeHTTP(httptest.NewRecorder(), r)
	return reported
}

// The description catches a field, a parameter, a path or an answer that
// Cloudflare does not have.
func TestDescriptionCatchesWhatIsWrong(t *testing.T) {
	s := realtimekittest.New(realtimekittest.Config{})
	id := s.AddMeeting("hall", "mia")
	meeting := app + "/meetings/" + id
	mia := s.UserID(id, "mia")
	for name, c := range map[string]struct {
		method, path, body string
		wrong              bool
	}{
		"right":                {"POST", meeting + "/active-session/mute", `{"participant_ids":["` + mia + `"],"custom_participant_ids":[]}`, false},
		"a list":               {"GET", app + "/sessions?status=LIVE&page_no=1&per_page=100", "", false},
		"nobody of that name":  {"POST", meeting + "/active-session/kick", `{"participant_ids":[],"custom_participant_ids":["ada"]}`, false},
		"a missing field":      {"POST", meeting + "/active-session/mute", `{"participant_ids":["` + mia + `"]}`, true},
		"an unknown field":     {"PATCH", meeting, `{"locked":true}`, true},
		"a closed set":         {"PATCH", meeting, `{"status":"LOCKED"}`, true},
		"a wrong type":         {"POST", meeting + "/active-session/mute-all", `{"allow_unmute":"no"}`, true},
		"a value of parameter": {"GET", app + "/sessions?status=OVER", "", true},
		"a parameter":          {"GET", app + "/sessions?order=ASC", "", true},
		"a path":               {"GET", meeting + "/session", "", true},
		"a method":             {"DELETE", meeting + "/active-session", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			if reported := ask(t, s, c.method, c.path, c.body); (len(reported) > 0) != c.wrong {
				t.Errorf("reported %v", reported)
			}
		})
	}
	for _, body := range []string{
		`{"success":true,"data":{"sessions":[{"id":"s1","loud":true}]}}`, `{"success":true,"data":{"sessions":[{"id":"s1"}]}}`, `[]`, `{"success":"yes"}`,
	} {
		liar := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body)) // to a recorder
		})
		if len(ask(t, liar, "GET", app+"/sessions", "")) == 0 {
			t.Errorf("an answer passes: %s", body)
		}
	}
}

// State holds from one call to the next: a preset is of the enrolment and holds
// for who comes in, a mute is of the connection, a session ends with its last.
func TestKeepsState(t *testing.T) {
	s := realtimekittest.New(realtimekittest.Config{})
	id := s.AddMeeting("hall", "mia", "ada")
	first := s.Present(id)["mia"]
	mia := app + "/meetings/" + id + "/participants/" + s.UserID(id, "mia")
	if all := ask(t, s, "PATCH", mia, `{"preset_name":"no-video"}`); len(all) > 0 || !s.Peer(first).Video {
		t.Errorf("%v, %+v", all, s.Peer(first))
	}
	second := s.Join(id, "mia")
	if p := s.Peer(s.Present(id)["mia"]); p.Video || second == "" {
		t.Errorf("came in again as %+v", p)
	}
	ask(t, s, "POST", app+"/meetings/"+id+"/active-session/mute-all", `{"allow_unmute":false}`)
	if s.Unmute(second) || s.Unmute(first.ID) {
		t.Error("mia may unmute herself")
	}
	ask(t, s, "POST", app+"/meetings/"+id+"/active-session/kick", `{"participant_ids":[],"custom_participant_ids":["mia"]}`)
	if people := s.People(id); len(people) != 1 || !s.Peer(first).Kicked {
		t.Errorf("in are %+v", people)
	}
	ask(t, s, "PATCH", app+"/meetings/"+id, `{"status":"INACTIVE"}`)
	if s.Join(id, "mia") != "" || len(s.Live()) != 1 {
		t.Error("mia came into a locked meeting, or it is over")
	}
	ada := s.Present(id)["ada"]
	ask(t, s, "POST", app+"/meetings/"+id+"/active-session/kick-all", "")
	if p := s.Peer(ada); !p.Ended || p.Kicked || len(s.Live()) != 0 {
		t.Errorf("ada is %+v", p)
	}
}
