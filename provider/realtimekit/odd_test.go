package realtimekit_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// answers are what a server gives that keeps to the description's letter and
// not to our stand-in's habits: by method and the path below the app. A list
// has a text for each page.
type answers map[string][]string

// usual is a meeting in which mia and ada are.
var usual = answers{
	"GET /sessions": {`{"success":true,"data":{"sessions":[` + oddSession("s1", "m1", `"hall"`, "LIVE") + `]}}`},
	"GET /sessions/s1/participants": {`{"success":true,"data":{"participants":[
		{"id":"p1","user_id":"u1","custom_participant_id":"mia","joined_at":"2026-01-01T10:00:00Z"},
		{"id":"p2","user_id":"u2","custom_participant_id":"ada","joined_at":"2026-01-01T10:00:01Z"}]}}`},
	"GET /meetings/m1":                    {`{"success":true,"data":{"id":"m1","status":"ACTIVE"}}`},
	"GET /meetings/m1/active-session":     {`{"success":true,"data":` + oddSession("s1", "m1", `"hall"`, "LIVE") + `}`},
	"GET /recordings/active-recording/m1": {`404 {"success":false}`},
}

func oddSession(id, meeting, title, status string) string {
	return fmt.Sprintf(`{"id":%q,"associated_id":%q,"meeting_display_name":%s,"status":%q,"live_participants":2,"type":"meeting"}`, id, meeting, title, status)
}

// oddly starts a server that answers as usual but for what is given, and a
// driver whose base_url is its address and more.
func oddly(t *testing.T, more string, but answers) provider.Driver {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ok := strings.CutPrefix(r.URL.Path, "/client/v4/accounts/"+realtimekittest.AccountID+"/realtime/kit/"+realtimekittest.AppID)
		given, known := but[r.Method+" "+path]
		if !known {
			given, known = usual[r.Method+" "+path]
		}
		if !ok || !known {
			t.Errorf("asked for %s %s", r.Method, r.URL.Path)
		}
		var no int
		if _, err := fmt.Sscan(r.URL.Query().Get("page_no"), &no); err != nil {
			no = 1
		}
		oddAnswer(w, given[min(no, len(given))-1])
	}))
	t.Cleanup(server.Close)
	driver, err := realtimekit.Unmetered(settings(server.URL + more))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
	})
	return driver
}

// oddAnswer writes a text that may begin with a status and name the time after
// which to come again.
func oddAnswer(w http.ResponseWriter, text string) {
	status := http.StatusOK
	if _, err := fmt.Sscanf(text, "%3d", &status); err == nil {
		text = strings.TrimPrefix(text[3:], " ")
	}
	if after, rest, ok := strings.Cut(text, " | "); ok {
		w.Header().Set("Retry-After", after)
		text = rest
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a caller who has gone is no fault of ours
}

// base_url replaces scheme and host, whatever else is in it.
func TestBaseURLs(t *testing.T) {
	for _, more := range []string{"", "/", "/client/v4", "/client/v4/"} {
		if _, err := oddly(t, more, nil).Room(t.Context(), "hall"); err != nil {
			t.Errorf("%q: %v", more, err)
		}
	}
}

func TestOddRooms(t *testing.T) {
	pages := func(paging string, sessions ...string) []string {
		var all []string
		for at := range slices.Chunk(sessions, 2) {
			all = append(all, `{"data":{"sessions":[`+strings.Join(at, ",")+`]}`+paging+`}`)
		}
		return all
	}
	five := make([]string, 5)
	for i := range five {
		five[i] = oddSession(fmt.Sprint("s", i), fmt.Sprint("m", i), fmt.Sprintf(`"room %d"`, i), "LIVE")
	}
	ended := oddSession("s9", "m9", `"over"`, "ENDED")
	fiveNames := []string{"room 0", "room 1", "room 2", "room 3", "room 4"}
	for name, c := range map[string]struct {
		sessions []string
		want     []string
	}{
		"pages of two, the last repeated":      {pages("", five...), fiveNames},
		"pages of two, then an empty one":      {append(pages("", five...), `{"data":{"sessions":[]}}`), fiveNames},
		"a count of zero":                      {append(pages(`,"paging":{"total_count":0,"start_offset":0,"end_offset":0}`, five...), `{"data":{}}`), fiveNames},
		"a count of pages":                     {append(pages(`,"paging":{"total_count":3}`, five...), `{}`), fiveNames},
		"a short page in between":              {append(append(pages("", five[:3]...), pages("", five[3:]...)...), `{"data":null}`), fiveNames},
		"one page whatever is asked for":       {pages("", five[:2]...), fiveNames[:2]},
		"ended ones too":                       {append(pages("", ended, ended, five[0], ended), `{"data":{"sessions":null}}`), fiveNames[:1]},
		"no title":                             {pages("", oddSession("s1", "m1", "null", "LIVE")), []string{"m1"}},
		"no success and no title, old ids":     {[]string{`{"data":{"sessions":[{"id":"s.1:a","associated_id":"abcdef-ghijkl"}]}}`}, []string{"abcdef-ghijkl"}},
		"nothing":                              {[]string{`{"success":true}`}, nil},
		"unknown words, and what needs none":   {[]string{`{"success":null,"result":[],"data":{"sessions":[{"id":"s1","associated_id":"m1","new":{"x":1}}],"more":7}}`}, []string{"m1"}},
		"an id that cannot be in an address":   {pages("", oddSession("../x", "m1", `"a"`, "LIVE"), oddSession("s2", "..", `"b"`, "LIVE")), nil},
		"numbers and times of another form":    {[]string{`{"data":{"sessions":[{"id":"s1","associated_id":"m1","live_participants":"2","started_at":1767261600}]}}`}, []string{"m1"}},
		"a meeting that has two live ones":     {pages("", oddSession("s1", "m1", `"a"`, "LIVE"), oddSession("s2", "m1", `"a"`, "LIVE")), []string{"a"}},
		"a title that is another meeting's id": {pages("", oddSession("s1", "m1", `"m2"`, "LIVE"), oddSession("s2", "m2", `"b"`, "LIVE")), []string{"b", "m1"}},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := oddly(t, "", answers{"GET /sessions": c.sessions}).Rooms(t.Context(), provider.RoomQuery{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range page.Rooms {
				got = append(got, r.Name)
			}
			if slices.Sort(got); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestOddPeople(t *testing.T) {
	row := func(id string, more string) string { return fmt.Sprintf(`{"id":%q%s}`, id, more) }
	rows := func(all ...string) string { return `{"data":{"participants":[` + strings.Join(all, ",") + `]}}` }
	for name, c := range map[string]struct {
		pages []string
		want  []string // identities
	}{
		"who left": {[]string{rows(row("p1", `,"custom_participant_id":"a","left_at":null`), row("p2", `,"custom_participant_id":"b","left_at":""`),
			row("p3", `,"custom_participant_id":"c"`), row("p4", `,"custom_participant_id":"d","left_at":"2026-01-01T10:00:00Z"`))}, []string{"a", "b", "c"}},
		"no custom id":        {[]string{rows(row("p1", `,"user_id":"u1"`), row("p2", `,"user_id":"u2","custom_participant_id":null`), row("p3", `,"user_id":null,"custom_participant_id":""`))}, []string{"p3", "u1", "u2"}},
		"two devices of one":  {[]string{rows(row("p1", `,"user_id":"u1"`), row("p2", `,"user_id":"u1"`))}, []string{"u1", "u1"}},
		"came back":           {[]string{rows(row("p1", `,"user_id":"u1","left_at":"2026-01-01T10:00:00Z"`), row("p2", `,"user_id":"u1"`))}, []string{"u1"}},
		"pages of one":        {[]string{rows(row("p1", "")), rows(row("p2", "")), rows(row("p3", "")), rows()}, []string{"p1", "p2", "p3"}},
		"a row without an id": {[]string{rows(`{"user_id":"u1"}`, row("p2", ""))}, []string{"p2"}},
		"nobody any more":     {[]string{`{"success":true,"data":{}}`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := oddly(t, "", answers{"GET /sessions/s1/participants": c.pages})
			page, err := d.Participants(t.Context(), moderation.Room{ID: "m1"}, provider.ParticipantQuery{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range page.Participants {
				got = append(got, p.Identity)
			}
			if slices.Sort(got); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// A meeting without a live session is no room, however that is said.
func TestOddSilence(t *testing.T) {
	for _, text := range []string{
		`404 <html>`, `404 {"success":false,"errors":[]}`, `410 {}`, `{"success":true,"data":null}`, `{}`, `{"success":true,"data":{}}`,
		`{"success":true,"data":` + oddSession("s1", "m1", `"hall"`, "ENDED") + `}`,
	} {
		d := oddly(t, "", answers{"GET /meetings/m1/active-session": {text}})
		_, err := d.Participants(t.Context(), moderation.Room{ID: "m1"}, provider.ParticipantQuery{})
		providertest.WantCode(t, err, moderation.CodeNotFound, "realtimekit.no_room")
	}
}

// What only adorns a meeting does not hide it.
func TestOddOrnaments(t *testing.T) {
	for _, text := range []string{`403 no`, `404 {}`, `500 <html>`, `{"data":null}`, `<html>`, ``} {
		d := oddly(t, "", answers{"GET /meetings/m1": {text}, "GET /recordings/active-recording/m1": {text}})
		if room, err := d.Room(t.Context(), "hall"); err != nil || room.Locked || room.Recording {
			t.Errorf("%s: %+v, %v", text, room, err)
		}
	}
	d := oddly(t, "", answers{
		"GET /meetings/m1":                    {`{"data":{"status":"INACTIVE"}}`},
		"GET /recordings/active-recording/m1": {`{"data":{"status":"RECORDING","stopped_time":null}}`},
	})
	if room, err := d.Room(t.Context(), "m1"); err != nil || !room.Locked || !room.Recording {
		t.Errorf("%+v, %v", room, err)
	}
}

// What an answer to a write means, whatever its form.
func TestOddVerdicts(t *testing.T) {
	in := time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
	for text, want := range map[string]struct {
		code  moderation.Code
		after bool // says when to come again
	}{
		`{"success":true}`:             {},
		`{"data":{"action":"kick"}}`:   {},
		`{"success":true,"data":[]}`:   {},
		`{"success":true,"data":null}`: {},
		`201 {}`:                       {},
		`204`:                          {},
		``:                             {},
		`{"success":false}`:            {code: moderation.CodeRejected},
		`{"success":false,"errors":[{"code":"7","message":"no"}]}`: {code: moderation.CodeRejected},
		`<html>fine</html>`: {code: moderation.CodeOutcomeUnknown},
		`{"success":tru`:    {code: moderation.CodeOutcomeUnknown},
		`302 moved`:         {code: moderation.CodeOutcomeUnknown},
		`400 {"success":false,"error":{"code":400,"message":"no"}}`: {code: moderation.CodeRejected},
		`400 {"errors":["no"]}`:             {code: moderation.CodeRejected},
		`400 no`:                            {code: moderation.CodeRejected},
		`401 <html>`:                        {code: moderation.CodeUnauthenticated},
		`403`:                               {code: moderation.CodeUnauthenticated},
		`422 {"errors":null}`:               {code: moderation.CodeRejected},
		`429 7 | slow down`:                 {code: moderation.CodeRateLimited, after: true},
		`429 ` + in + ` | {}`:               {code: moderation.CodeRateLimited, after: true},
		`429 soon | {}`:                     {code: moderation.CodeRateLimited},
		`500 <html>`:                        {code: moderation.CodeOutcomeUnknown},
		`503 {"success":false,"errors":[]}`: {code: moderation.CodeOutcomeUnknown},
		`502 {"success":false,"errors":[{"code":10000,"message":"no"}]}`:     {code: moderation.CodeOutcomeUnknown},
		`429 7 | {"success":false,"errors":[{"code":10000,"message":"no"}]}`: {code: moderation.CodeRateLimited, after: true},
		`524`: {code: moderation.CodeOutcomeUnknown},
	} {
		for path, action := range map[string]moderation.Action{
			"POST /meetings/m1/active-session/kick": moderation.ActionKick, "POST /meetings/m1/active-session/kick-all": moderation.ActionEnd,
			"POST /meetings/m1/active-session/mute": moderation.ActionMute, "POST /meetings/m1/active-session/mute-all": moderation.ActionMuteAll,
			"PATCH /meetings/m1": moderation.ActionLock,
		} {
			t.Run(string(action)+" "+text, func(t *testing.T) {
				d := oddly(t, "", answers{path: {text}})
				order := provider.Order{Action: action, Room: moderation.Room{ID: "m1"}}
				var err error
				if order.Participant, err = d.Participant(t.Context(), order.Room, "mia"); err != nil {
					t.Fatal(err)
				}
				limits := provider.WithLimits(provider.Limits{Tries: 1})
				_, err = provider.NewClient("meet", "realtimekit", d, limits).Act(t.Context(), order)
				providertest.WantCode(t, err, want.code, "")
				var fault *moderation.Error
				if errors.As(err, &fault) && (fault.RetryAfter > 0) != want.after {
					t.Errorf("comes again after %v", fault.RetryAfter)
				}
			})
		}
	}
}
