package bot_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
)

// meagre stands before the Web API and gives what Slack's document promises and
// nothing beyond: tokens count in the header alone, channels can be neither
// listed nor read, and a message is taken by the channel's name and answered
// with its time.
func meagre(t *testing.T, apiURL string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := strings.TrimPrefix(r.URL.Path, "/api/")
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(method, "conversations.") {
			_, _ = io.WriteString(w, `{"ok":false,"error":"unknown_method"}`)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if form, err := url.ParseQuery(string(body)); err == nil && !strings.Contains(r.Header.Get("Content-Type"), "json") {
			form.Del("token")
			if form.Get("channel") == "#"+channelName(t, slack.Audit) {
				form.Set("channel", slack.Audit)
			}
			body = []byte(form.Encode())
		}
		q, err := http.NewRequestWithContext(r.Context(), r.Method, apiURL+method, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		q.Header = r.Header.Clone()
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			return // the bot has gone
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			return
		}
		if method == "chat.postMessage" {
			text = only(text, "ok", "error", "ts")
		}
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(text)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/api/"
}

// only leaves an object the fields of these names.
func only(text []byte, names ...string) []byte {
	var all, some map[string]json.RawMessage
	if json.Unmarshal(text, &all) != nil {
		return text
	}
	some = make(map[string]json.RawMessage)
	for _, name := range names {
		if value, ok := all[name]; ok {
			some[name] = value
		}
	}
	text, _ = json.Marshal(some) // what was read can be written
	return text
}

func TestAMeagreSlackIsEnough(t *testing.T) {
	for name, audit := range map[string]string{"channel by id": slack.Audit, "channel by name": "#" + channelName(t, slack.Audit)} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, stageOptions{audit: audit, between: meagre})
			st.kick("Chaos")
			st.awaitTold(slack.Audit, 1, "succeeded")
			if _, err := st.types(slack.Olive, "note 1 seen"); err != nil {
				t.Fatal(err)
			}
			c := st.cases()[0]
			st.await("the message brought up to date", func() bool {
				for _, m := range st.slack.Messages(slack.Audit) {
					if strings.Contains(m.Plain(), "seen") {
						return true
					}
				}
				return false
			})
			if c.Outcome != moderation.Succeeded || len(st.told(slack.Audit)[1]) != 1 {
				t.Errorf("told %v", st.told(slack.Audit))
			}
		})
	}
}

// An answer is brought by its URL where the ack takes none.
func TestAnswersThatTheAckDoesNotTake(t *testing.T) {
	st := newStage(t, stageOptions{})
	said := make(chan string, 2) // it is tried twice
	url := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		said <- string(text)
	}))
	defer url.Close()
	frame := `{"envelope_id":"x1","type":"slash_commands","payload":{"command":"/room-kick","text":"standup \"Chaos",` +
		`"user_id":"U0OWNER00","trigger_id":"1.2.3","response_url":"` + url.URL + `"}}`
	if err := st.slack.Sockets()[0].Send([]byte(frame)); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-said:
		if !strings.Contains(text, "quote") {
			t.Errorf("said %s", text)
		}
	case <-st.ctx.Done():
		t.Fatal("nothing was said")
	}
	st.await("the ack", func() bool { return st.slack.Ledger().Stray == 1 })
}
