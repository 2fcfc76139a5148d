package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// method is one method of the Web API.
type method struct {
	app    bool     // takes the app-level token; else the bot's
	any    bool     // takes either
	scopes []string // one of them is needed; none: no scope
	run    func(s *Server, a args) (map[string]any, *fault)
}

// fault is an error answer of the Web API.
type fault struct {
	name     string
	messages []string
	limited  time.Duration // of 429
	needed   []string      // of missing_scope
}

func refuse(name string) *fault { return &fault{name: name} }

// methods are the ones the stand-in knows. Those without a channel check their
// scopes here; the conversations.* methods need the scope of the channel's kind.
var methods = map[string]method{
	"auth.test":             {any: true, run: authTest},
	"apps.connections.open": {app: true, scopes: []string{"connections:write"}, run: openConnection},
	"chat.postMessage":      {scopes: []string{"chat:write"}, run: postMessage},
	"chat.update":           {scopes: []string{"chat:write"}, run: updateMessage},
	"chat.delete":           {scopes: []string{"chat:write"}, run: deleteMessage},
	"chat.postEphemeral":    {scopes: []string{"chat:write"}, run: postEphemeral},
	"chat.getPermalink":     {run: permalink},
	"views.open":            {run: openView},
	"views.push":            {run: pushView},
	"views.update":          {run: updateView},
	"views.publish":         {run: publishView},
	"users.info":            {scopes: []string{"users:read"}, run: userInfo},
	"usergroups.list":       {scopes: []string{"usergroups:read"}, run: listGroups},
	"usergroups.users.list": {scopes: []string{"usergroups:read"}, run: groupMembers},
	"conversations.info":    {scopes: []string{"channels:read", "groups:read", "im:read"}, run: channelInfo},
	"conversations.members": {scopes: []string{"channels:read", "groups:read", "im:read"}, run: channelMembers},
	"conversations.list":    {scopes: []string{"channels:read", "groups:read", "im:read"}, run: listChannels},
	"conversations.history": {scopes: []string{"channels:history", "groups:history", "im:history"}, run: history},
	"conversations.open":    {scopes: []string{"im:write"}, run: openDirect},
}

// args are the arguments of a call: strings as they are, anything else as JSON.
type args map[string]string

func (a args) json(name string) json.RawMessage {
	if a[name] == "" {
		return nil
	}
	return json.RawMessage(a[name])
}

func (a args) bool(name string) bool {
	ok, err := strconv.ParseBool(a[name])
	return err == nil && ok
}

func (a args) int(name string, otherwise int) int {
	n, err := strconv.Atoi(a[name])
	if err != nil {
		return otherwise
	}
	return n
}

// readArgs takes the arguments from a JSON body, a form or the query.
func readArgs(r *http.Request) (args, error) {
	a := args{}
	take := func(values url.Values) {
		for name := range values {
			a[name] = values.Get(name)
		}
	}
	take(r.URL.Query())
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		form, err := url.ParseQuery(string(body))
		take(form)
		return a, err
	}
	if len(body) == 0 {
		return a, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	for name, raw := range fields {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			a[name] = s
		} else {
			a[name] = string(raw)
		}
	}
	return a, nil
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	a, err := readArgs(r)
	s.mu.Lock()
	s.calls[name]++
	if err != nil {
		s.mu.Unlock()
		writeJSON(w, map[string]any{"ok": false, "error": "invalid_json"})
		return
	}
	wrong := s.fault(name, a["channel"])
	s.changed()
	s.mu.Unlock()
	if wrong != nil && !wrong.Effect && !wrong.show(w, r) {
		return
	}
	answer, refused := s.call(name, r.Header.Get("Authorization"), a)
	if wrong != nil && wrong.Effect && !wrong.show(w, r) {
		return
	}
	s.answer(w, name, answer, refused)
}

// call checks token and scopes and runs a method.
func (s *Server) call(name, authorization string, a args) (map[string]any, *fault) {
	m, known := methods[name]
	if !known {
		return nil, refuse("unknown_method")
	}
	token, bearer := strings.CutPrefix(authorization, "Bearer ")
	if !bearer && !m.app {
		token = a["token"]
	}
	var have []string
	switch token {
	case "":
		return nil, refuse("not_authed")
	case s.AppToken:
		if !m.app && !m.any {
			return nil, refuse("not_allowed_token_type")
		}
		have = []string{"connections:write"}
	case s.BotToken:
		if m.app {
			return nil, refuse("not_allowed_token_type")
		}
		have = s.scopes()
	default:
		return nil, refuse("invalid_auth")
	}
	if !holds(have, m.scopes) {
		return nil, &fault{name: "missing_scope", needed: m.scopes}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	return m.run(s, a)
}

func holds(have, one []string) bool {
	return len(one) == 0 || slices.ContainsFunc(one, func(scope string) bool { return slices.Contains(have, scope) })
}

func (s *Server) scopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Scopes
}

// SetScopes changes the scopes of the bot token, as an owner does in the app's settings.
func (s *Server) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Scopes = slices.Clone(scopes)
}

func (s *Server) answer(w http.ResponseWriter, name string, answer map[string]any, refused *fault) {
	w.Header().Set("X-Oauth-Scopes", strings.Join(s.scopes(), ","))
	if refused != nil && refused.limited > 0 {
		rateLimited(w, refused.limited)
		return
	}
	if answer == nil {
		answer = map[string]any{}
	}
	answer["ok"] = refused == nil
	if refused != nil {
		answer["error"] = refused.name
		if len(refused.messages) > 0 {
			answer["response_metadata"] = map[string]any{"messages": refused.messages}
		}
		if len(refused.needed) > 0 {
			answer["needed"], answer["provided"] = strings.Join(refused.needed, ","), strings.Join(s.scopes(), ",")
		}
		s.Log.Debug("refused", "method", name, "error", refused.name)
	}
	writeJSON(w, answer)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(mustJSON(v))
}

// checked turns violations into an error answer and keeps them; s.mu is held.
func (s *Server) checked(where string, all []Violation) *fault {
	if len(all) == 0 {
		return nil
	}
	s.saw(where, all)
	f := refuse(all[0].Name)
	for _, v := range all {
		f.messages = append(f.messages, v.String())
	}
	return f
}

func authTest(s *Server, _ args) (map[string]any, *fault) {
	return map[string]any{
		"url": "https://stand-in.invalid/", "team": s.state.Name, "user": "roomwarden",
		"team_id": s.state.TeamID, "user_id": BotUser, "bot_id": BotID, "is_enterprise_install": false,
	}, nil
}

func openConnection(s *Server, _ args) (map[string]any, *fault) {
	ticket := s.id("ticket-")
	s.tickets[ticket] = true
	s.link.opened = append(s.link.opened, s.Now())
	return map[string]any{"url": "ws://" + s.listener.Addr().String() + "/link?ticket=" + ticket + "&app_id=" + AppID}, nil
}

// bucket is the posting rate of one channel.
type bucket struct {
	tokens float64
	at     time.Time
}

// limited takes one post from a channel's bucket and returns how long to wait
// where it is empty.
func (s *Server) limited(channel string) time.Duration {
	if s.PostRate < 0 {
		return 0
	}
	now := s.Now()
	b := s.limits[channel]
	if b == nil {
		b = &bucket{tokens: float64(s.PostBurst), at: now}
		s.limits[channel] = b
	}
	b.tokens = min(float64(s.PostBurst), b.tokens+now.Sub(b.at).Seconds()*s.PostRate)
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / s.PostRate * float64(time.Second))
	}
	b.tokens--
	return 0
}
