package slack

import (
	"slices"
	"unicode/utf8"
)

// reach finds a channel that the bot can write to.
func (s *Server) reach(name string) (*Channel, *fault) {
	c := s.channel(name)
	if c == nil && s.user(name) != nil {
		c = s.direct(name)
	}
	switch {
	case c == nil:
		return nil, refuse("channel_not_found")
	case c.With != "":
		return c, nil
	case !slices.Contains(c.Members, BotUser) && c.Private:
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !slices.Contains(c.Members, BotUser):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// content reads and checks the text, blocks and metadata of a call.
func (s *Server) content(where string, a args, maxText int) (Message, *fault) {
	var m Message
	if raw := a.json("blocks"); raw != nil {
		c := checker{surface: OnMessage, name: "invalid_blocks"}
		list, ok := c.decodeBlocks(raw)
		if ok {
			c.blocks("/blocks", list)
		}
		if refused := s.checked(where, c.found); refused != nil {
			return m, refused
		}
		m.Blocks = list
	}
	m.Text = a["text"]
	if utf8.RuneCountInString(m.Text) > maxText {
		s.saw(where, []Violation{{Pointer: "/text", Says: "is too long", Name: "msg_too_long"}})
		return m, refuse("msg_too_long")
	}
	if raw := a.json("metadata"); raw != nil {
		if name := checkMetadata(raw); name != "" {
			s.saw(where, []Violation{{Pointer: "/metadata", Says: name, Name: name}})
			return m, refuse(name)
		}
		m.Metadata = raw
	}
	return m, nil
}

func postMessage(s *Server, a args) (map[string]any, *fault) {
	c, refused := s.reach(a["channel"])
	if refused != nil {
		return nil, refused
	}
	m, refused := s.content("chat.postMessage", a, MaxPostText)
	if refused != nil {
		return nil, refused
	}
	if m.Text == "" && len(m.Blocks) == 0 {
		return nil, refuse("no_text")
	}
	if wait := s.limited(c.ID); wait > 0 {
		return nil, &fault{name: "ratelimited", limited: wait}
	}
	m.Channel, m.User, m.ThreadTS = c.ID, BotUser, a["thread_ts"]
	stored := s.post(m)
	return map[string]any{"channel": c.ID, "ts": stored.TS, "message": wireMessage(stored, true)}, nil
}

// own finds a message of the bot's that can still be changed.
func (s *Server) own(a args, notOwn string) (*Message, *fault) {
	c := s.channel(a["channel"])
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	m := s.message(c.ID, a["ts"])
	switch {
	case m == nil || m.Deleted || m.To != "":
		return nil, refuse("message_not_found")
	case m.User != BotUser:
		return nil, refuse(notOwn)
	case c.Archived:
		return nil, refuse("is_inactive")
	}
	return m, nil
}

func updateMessage(s *Server, a args) (map[string]any, *fault) {
	m, refused := s.own(a, "cant_update_message")
	if refused != nil {
		return nil, refused
	}
	next, refused := s.content("chat.update", a, MaxUpdateText)
	if refused != nil {
		return nil, refused
	}
	_, hasText := a["text"]
	switch {
	case a.json("blocks") != nil:
		m.Blocks = next.Blocks
		s.nameBlocks(m.Blocks)
	case hasText:
		m.Blocks = nil // text alone takes the place of blocks
	default:
		return nil, refuse("no_text")
	}
	if hasText {
		m.Text = next.Text
	}
	if next.Metadata != nil {
		m.Metadata = next.Metadata
	}
	s.edited(m)
	return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": wireMessage(m, true)}, nil
}

func (s *Server) edited(m *Message) {
	m.Edits++
}

func deleteMessage(s *Server, a args) (map[string]any, *fault) {
	m, refused := s.own(a, "cant_delete_message")
	if refused != nil {
		return nil, refused
	}
	m.Deleted = true
	return map[string]any{"channel": m.Channel, "ts": m.TS}, nil
}

func postEphemeral(s *Server, a args) (map[string]any, *fault) {
	c, refused := s.reach(a["channel"])
	if refused != nil {
		return nil, refused
	}
	if s.user(a["user"]) == nil || !slices.Contains(c.Members, a["user"]) {
		return nil, refuse("user_not_in_channel")
	}
	m, refused := s.content("chat.postEphemeral", a, MaxPostText)
	if refused != nil {
		return nil, refused
	}
	if m.Text == "" && len(m.Blocks) == 0 {
		return nil, refuse("no_text")
	}
	m.Channel, m.User, m.To = c.ID, BotUser, a["user"]
	return map[string]any{"message_ts": s.post(m).TS}, nil
}

func permalink(s *Server, a args) (map[string]any, *fault) {
	c := s.channel(a["channel"])
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	ts := a["message_ts"]
	if m := s.message(c.ID, ts); m == nil || m.Deleted || m.To != "" {
		return nil, refuse("message_not_found")
	}
	return map[string]any{"channel": c.ID, "permalink": "https://stand-in.invalid/archives/" + c.ID + "/p" + ts}, nil
}

// wireMessage is a message as the Web API and payloads have it.
func wireMessage(m *Message, metadata bool) map[string]any {
	out := map[string]any{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text, "team": Team}
	if m.User == BotUser {
		out["bot_id"], out["app_id"] = BotID, AppID
	}
	if m.Blocks != nil {
		out["blocks"] = m.Blocks
	}
	if m.ThreadTS != "" {
		out["thread_ts"] = m.ThreadTS
	}
	if metadata && m.Metadata != nil {
		out["metadata"] = m.Metadata
	}
	return out
}
