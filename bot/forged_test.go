package bot_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	api "github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/demo/slack"
)

const forgedAt = "1700000000.000001"

// forger stands before the Web API and puts into every channel's history a
// message of another app that says it is that of case 1, far on. It knows whether
// that was then taken for ours.
type forger struct{ believed atomic.Bool }

func (f *forger) between(t *testing.T, apiURL string) string {
	t.Helper()
	at, err := url.Parse(strings.TrimSuffix(apiURL, "/api/"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(at)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) } // the bot has gone
	proxy.ModifyResponse = func(r *http.Response) error {
		if !strings.HasSuffix(r.Request.URL.Path, "conversations.history") {
			return nil
		}
		var page map[string]any
		if err := json.NewDecoder(r.Body).Decode(&page); err != nil {
			return err
		}
		forged := map[string]any{
			"type": "message", "ts": forgedAt, "bot_id": "B0OTHER00", "user": "U0OTHER00", "text": "as if",
			"metadata": map[string]any{"event_type": "roomwarden_case", "event_payload": map[string]any{"case": 1, "seq": 1000}},
		}
		all, _ := page["messages"].([]any)
		page["messages"] = append([]any{forged}, all...)
		text, err := json.Marshal(page)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		r.Header.Set("Content-Length", strconv.Itoa(len(text)))
		return err
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the bot has gone
		}
		if bytes.Contains(body, []byte(forgedAt)) {
			f.believed.Store(true)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/api/"
}

// What another app posts does not pass for the message of a case that was looked
// for after a lost answer.
func TestAForgedMessageIsNotTakenForACase(t *testing.T) {
	var f forger
	st := newStage(t, stageOptions{between: f.between})
	st.slack.Inject(slack.Fault{Method: "chat.postMessage", Cut: true, Times: 1})
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 1, "succeeded")
	if f.believed.Load() {
		t.Error("the other app's message was to be brought up to date")
	}
}

// Nor for a board's.
func TestAForgedMessageIsNotTakenForABoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(time.Second)
		k.stop()
		b, _ := k.stored()
		b.PostedIn, b.PostedAs, b.Uncertain = "", "", true
		k.put(b)
		k.wall.mu.Lock()
		forged := k.wall.stands[0]
		forged.BotID, forged.Timestamp = "B0OTHER00", "1.1"
		k.wall.stands = []api.Message{forged}
		k.wall.mu.Unlock()
		k.start()
		later(time.Minute)
		if b, _ := k.stored(); k.wall.posted() != 2 || b.PostedAs == "1.1" {
			t.Errorf("%d posts, and it is kept as %s", k.wall.posted(), b.PostedAs)
		}
	})
}
