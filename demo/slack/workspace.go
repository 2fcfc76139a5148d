package slack

import (
	"encoding/json"
	"slices"
	"time"
)

// Workspace is what a stand-in starts with.
type Workspace struct {
	TeamID   string
	Name     string
	Users    []User
	Groups   []Group
	Channels []Channel
	// Commands are the app's slash commands; empty: any command is sent to the bot.
	Commands []Command
}

// User is a person of the workspace, or one who reaches into it.
type User struct {
	ID       string
	Name     string // the handle: @mo
	RealName string
	TeamID   string // another workspace's for people of Slack Connect; empty: the workspace's own
	Admin    bool
	Owner    bool
	Guest    bool // multi-channel guest: is_restricted
	OneRoom  bool // single-channel guest: is_ultra_restricted
	Stranger bool
	Deleted  bool
	Bot      bool
}

// Group is a user group.
type Group struct {
	ID       string
	Handle   string
	Members  []string
	Disabled bool
}

// Channel is a conversation. Members hold user ids, the bot's too.
type Channel struct {
	ID       string
	Name     string
	Private  bool
	Archived bool
	Shared   bool // with another workspace
	Members  []string
	With     string // the person of a direct message with the bot
}

// Command is a slash command as the app's manifest has it.
type Command struct {
	Command     string `json:"command"` // with the slash
	Description string `json:"description"`
	UsageHint   string `json:"usage_hint"`
}

// Message is a message as it stands now.
type Message struct {
	Channel  string
	TS       string
	User     string // who wrote it; the bot's user for the app's
	Text     string
	Blocks   []Block
	Metadata json.RawMessage
	ThreadTS string
	// To is the one user who sees an ephemeral message; empty: everyone does.
	To      string
	Edits   int
	Deleted bool
	At      time.Time
}

func (m Message) surface() []Block { return m.Blocks }
func (v View) surface() []Block    { return v.Blocks }

// Screen is what a person can act on: a Message or a View.
type Screen interface{ surface() []Block }

// The people and places of Sample. Tests name them by these ids.
const (
	Team       = "T0STANDIN"
	BotUser    = "U0WARDEN0"
	BotID      = "B0WARDEN0"
	AppID      = "A0WARDEN0"
	Olive      = "U0OWNER00" // the owner
	Ada        = "U0ADMIN00"
	Sue        = "U0SUPER00" // supervisor
	Mo         = "U0MODER00" // moderator
	Milan      = "U0MODER01" // a second moderator
	Vera       = "U0VIEWER0" // viewer
	Gus        = "U0GUEST00" // guest
	Stray      = "W0STRANGE" // of another workspace
	Nora       = "U0NOBODY0" // a member without any role
	Moderation = "C0MODS00"
	Audit      = "C0AUDIT00"
	Calls      = "C0CALLS00"
	General    = "C0GENERAL"
	Elsewhere  = "C0ELSEWHE" // a channel without the bot
	Archived   = "C0ARCHIVE"
	Moderators = "S0MODS000" // the user group @mods: Mo and Milan
)

// Sample returns the workspace that tests and the demo use.
func Sample() Workspace {
	staff := []string{BotUser, Olive, Ada, Sue, Mo, Milan}
	return Workspace{
		TeamID: Team,
		Name:   "Standby",
		Users: []User{
			{ID: BotUser, Name: "roomwarden", RealName: "Roomwarden", Bot: true},
			{ID: Olive, Name: "olive", RealName: "Olive Owner", Owner: true, Admin: true},
			{ID: Ada, Name: "ada", RealName: "Ada Admin", Admin: true},
			{ID: Sue, Name: "sue", RealName: "Sue Supervisor"},
			{ID: Mo, Name: "mo", RealName: "Mo Moderator"},
			{ID: Milan, Name: "milan", RealName: "Milan Moderator"},
			{ID: Vera, Name: "vera", RealName: "Vera Viewer"},
			{ID: Gus, Name: "gus", RealName: "Gus Guest", Guest: true},
			{ID: Nora, Name: "nora", RealName: "Nora Newcomer"},
			{ID: Stray, Name: "stray", RealName: "Stray Stranger", TeamID: "T0ELSEWHE", Stranger: true},
		},
		Groups: []Group{{ID: Moderators, Handle: "mods", Members: []string{Mo, Milan}}},
		Channels: []Channel{
			{ID: Moderation, Name: "moderation", Members: append(slices.Clone(staff), Vera, Gus, Nora, Stray)},
			{ID: Audit, Name: "audit", Private: true, Members: slices.Clone(staff)},
			{ID: Calls, Name: "calls", Members: slices.Clone(staff)},
			{ID: General, Name: "general", Members: append(slices.Clone(staff), Vera, Nora)},
			{ID: Elsewhere, Name: "elsewhere", Members: []string{Olive, Mo}},
			{ID: Archived, Name: "old-audit", Archived: true, Members: slices.Clone(staff)},
		},
	}
}

func (s *Server) user(id string) *User {
	for i := range s.state.Users {
		if s.state.Users[i].ID == id {
			return &s.state.Users[i]
		}
	}
	return nil
}

// channel finds a channel by id or name, or a direct message by the person's id.
func (s *Server) channel(name string) *Channel {
	for i := range s.state.Channels {
		if c := &s.state.Channels[i]; c.ID == name || (c.Name != "" && (c.Name == name || "#"+c.Name == name)) {
			return c
		}
	}
	return nil
}

// direct returns the direct message between a person and the bot, opening it.
func (s *Server) direct(user string) *Channel {
	for i := range s.state.Channels {
		if s.state.Channels[i].With == user {
			return &s.state.Channels[i]
		}
	}
	s.state.Channels = append(s.state.Channels, Channel{ID: "D" + user[1:], With: user, Members: []string{user, BotUser}})
	return &s.state.Channels[len(s.state.Channels)-1]
}

func (s *Server) message(channel, ts string) *Message {
	i, ok := s.byTS[channel+" "+ts]
	if !ok {
		return nil
	}
	return s.messages[i]
}

// post stores a message and gives it a timestamp that no other has.
func (s *Server) post(m Message) *Message {
	m.At = s.Now()
	micros := m.At.UnixMicro()
	if micros <= s.lastTS {
		micros = s.lastTS + 1
	}
	s.lastTS = micros
	m.TS = timestamp(micros)
	s.nameBlocks(m.Blocks)
	stored := &m
	s.byTS[m.Channel+" "+m.TS] = len(s.messages)
	s.messages = append(s.messages, stored)
	s.changed()
	return stored
}

// nameBlocks gives the blocks without an id one, as Slack does.
func (s *Server) nameBlocks(blocks []Block) {
	for i := range blocks {
		if blocks[i].BlockID == "" {
			s.lastBlock++
			blocks[i].BlockID = "b" + base36(s.lastBlock)
		}
	}
}
