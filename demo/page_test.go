package demo_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo"
	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// request sends a request to the page and returns its status and body.
func (w *workspace) request(method, path, body string, change func(r *http.Request)) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.ctx, method, w.address+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// Other sites' pages cannot use the demo: not under a name that was bent to
// this machine, not from elsewhere, not with a form.
func TestPageIsForThisMachine(t *testing.T) {
	t.Parallel()
	w := open(t)
	const deed = `{"as": "U0MODER00", "channel": "C0MODS00", "text": "hello"}`
	for name, c := range map[string]struct {
		change func(r *http.Request)
		want   int
	}{
		"the page itself": {nil, http.StatusOK},
		"its own origin":  {func(r *http.Request) { r.Header.Set("Origin", w.address) }, http.StatusOK},
		"by name":         {func(r *http.Request) { r.Host = "localhost:1" }, http.StatusOK},
		"a bent name":     {func(r *http.Request) { r.Host = "evil.example:8973" }, http.StatusForbidden},
		"another origin":  {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, http.StatusForbidden},
		"no origin":       {func(r *http.Request) { r.Header.Set("Origin", "null") }, http.StatusForbidden},
		"a form":          {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, http.StatusUnsupportedMediaType},
	} {
		if got, text := w.request(http.MethodPost, "/api/say", deed, c.change); got != c.want {
			t.Errorf("%s: %d %s", name, got, text)
		}
	}
	for _, body := range []string{`{`, `{}`, `{"as": "U0WARDEN0"}`, `{"as": "<script>"}`} {
		if got, _ := w.request(http.MethodPost, "/api/say", body, nil); got != http.StatusBadRequest {
			t.Errorf("%s: %d", body, got)
		}
	}
	for path, want := range map[string]int{"/": 200, "/page.js": 200, "/../demo.go": 404, "/api/nothing": 404, "/api/events?as=U0WARDEN0": 404} {
		if got, _ := w.request(http.MethodGet, path, "", nil); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// One sees one's own messages alone, and the channels that one is in.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	w := open(t)
	reply, err := w.Slack.As(slack.Mo).Command(w.ctx, "/room-list", "", slack.Moderation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reply.Await(w.ctx, slack.Contains("standup")); err != nil {
		t.Fatal(err)
	}
	if got := w.snapshot(slack.Mo); !strings.Contains(got, "town-hall") || !strings.Contains(got, `"name":"audit"`) {
		t.Errorf("Mo does not see the list: %s", got)
	}
	var seen struct {
		Channels []struct {
			Name     string
			Messages []json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(w.snapshot(slack.Vera)), &seen); err != nil {
		t.Fatal(err)
	}
	for _, c := range seen.Channels {
		if len(c.Messages) > 0 || c.Name == "audit" {
			t.Errorf("Vera sees %d messages in %s", len(c.Messages), c.Name)
		}
	}
}

// snapshot reads the first event that the page is sent.
func (w *workspace) snapshot(as string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.address+"/api/events?as="+as, http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	line, err := bufio.NewReader(res.Body).ReadString('\n')
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimPrefix(line, "data: ")
}

// With a folder of one's own, the next start goes on from there.
func TestDataIsKept(t *testing.T) {
	t.Parallel()
	o := demo.Options{Data: t.TempDir(), Activity: simulated.Off}
	for start, want := range []int{1, 2} {
		d, err := demo.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if start == 0 {
			if err := d.Furnish(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		already := len(d.Slack.Messages("audit"))
		who := []string{"Chaos", "Ben"}[start]
		reply, err := d.Slack.As(slack.Mo).Command(t.Context(), "/room-kick", "standup "+who, slack.Moderation)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reply.Await(t.Context(), slack.Contains(who+" is out")); err != nil {
			t.Fatal(err)
		}
		if err := d.Slack.Await(t.Context(), func() bool { return len(d.Slack.Messages("audit")) > already }); err != nil {
			t.Fatal(err)
		}
		ctx, stop := t.Context(), func() {}
		stage, _ := d.Rooms.Stage(ctx)
		stop()
		if got := 4 - len(stage.Rooms[0].People); got != want {
			t.Errorf("start %d: %d are out, not %d", start, got, want)
		}
		if start == 1 && already == 0 {
			t.Error("the second start knows nothing of the first")
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
