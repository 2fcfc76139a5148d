package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
	"unicode/utf8"
)

// responseURL lets the bot answer one interaction.
type responseURL struct {
	cause *interaction
	// Where the interaction came from; message is "" for a slash command, which
	// has no original to replace.
	user, channel, message string
	at                     time.Time
	used                   int
}

// newResponse makes a response URL; s.mu is held.
func (s *Server) newResponse(r responseURL) string {
	r.at = s.Now()
	id := s.id("r")
	s.responses[id] = &r
	return "http://" + s.listener.Addr().String() + "/response/" + id
}

// answerBody is what is posted to a response URL, and the ack of a command.
type answerBody struct {
	ResponseType    string          `json:"response_type"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	Metadata        json.RawMessage `json:"metadata"`
	ThreadTS        string          `json:"thread_ts"`
}

func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	var body answerBody
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	s.mu.Lock()
	s.calls["response_url"]++
	target := s.responses[r.PathValue("id")]
	channel := ""
	if target != nil {
		channel = target.channel
	}
	wrong := s.fault("response_url", channel)
	s.changed()
	s.mu.Unlock()
	if wrong != nil && !wrong.Effect && !wrong.show(w, r) {
		return
	}
	status, name := http.StatusBadRequest, "invalid_payload"
	if err == nil {
		status, name = s.respond(target, body)
	}
	if wrong != nil && wrong.Effect && !wrong.show(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	answer := map[string]any{"ok": name == ""}
	if name != "" {
		answer["error"] = name
	}
	_, _ = w.Write(mustJSON(answer))
}

// respond carries out a post to a response URL.
func (s *Server) respond(target *responseURL, body answerBody) (status int, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	switch {
	case target == nil:
		return http.StatusNotFound, "no_service"
	case target.used >= s.ResponsePosts:
		return http.StatusNotFound, "used_url"
	case s.Now().Sub(target.at) > s.ResponseLife:
		return http.StatusNotFound, "expired_url"
	}
	target.used++
	original := s.message(target.channel, target.message)
	if body.DeleteOriginal {
		if original != nil {
			original.Deleted = true
		}
		return http.StatusOK, ""
	}
	m, refused := s.answered("response_url", body)
	if refused != nil {
		return http.StatusBadRequest, refused.name
	}
	if body.ReplaceOriginal && original != nil {
		original.Text, original.Blocks = m.Text, m.Blocks
		s.nameBlocks(original.Blocks)
		if m.Metadata != nil {
			original.Metadata = m.Metadata
		}
		s.edited(original)
		target.cause.sawMessage(original)
		return http.StatusOK, ""
	}
	s.show(target, body, m)
	return http.StatusOK, ""
}

// show posts an answer where the interaction came from; s.mu is held.
func (s *Server) show(target *responseURL, body answerBody, m Message) {
	m.Channel, m.User, m.ThreadTS = target.channel, BotUser, body.ThreadTS
	if body.ResponseType != "in_channel" {
		m.To = target.user
	}
	target.cause.sawMessage(s.post(m))
}

// answered reads and checks the message of an ack or a response URL; s.mu is held.
func (s *Server) answered(where string, body answerBody) (Message, *fault) {
	m := Message{Text: body.Text, Metadata: body.Metadata}
	c := checker{surface: OnMessage, name: "invalid_blocks"}
	list, ok := c.decodeBlocks(body.Blocks)
	if ok {
		c.blocks("/blocks", list)
	}
	if refused := s.checked(where, c.found); refused != nil {
		return m, refused
	}
	m.Blocks = list
	switch {
	case utf8.RuneCountInString(m.Text) > MaxPostText:
		return m, s.checked(where, []Violation{{Pointer: "/text", Says: "is too long", Name: "msg_too_long"}})
	case m.Text == "" && len(list) == 0:
		return m, refuse("no_text")
	}
	return m, nil
}
