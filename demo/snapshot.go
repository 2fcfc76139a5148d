package demo

import (
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// shownMessages bounds the messages of a channel that a page is sent.
const shownMessages = 80

// snapshot is all that one person sees; demo/web/src/types.ts reads it.
type snapshot struct {
	Me       string          `json:"me"`
	Online   bool            `json:"online"`
	Users    []shownUser     `json:"users"`
	Personas []string        `json:"personas"`
	Groups   []shownGroup    `json:"groups"`
	Channels []shownChannel  `json:"channels"`
	Commands []slack.Command `json:"commands"`
	Home     *shownView      `json:"home"`
	Modals   []shownView     `json:"modals"`
	Rooms    []shownRoom     `json:"rooms"`
	Gone     []gonePerson    `json:"gone"`
}

type shownUser struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Real string `json:"real"`
	Role string `json:"role"`
	App  bool   `json:"app"`
}

type shownGroup struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
}

type shownChannel struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Kind     string         `json:"kind"` // open, private, direct
	Messages []shownMessage `json:"messages"`
}

type shownMessage struct {
	Channel string        `json:"channel"`
	TS      string        `json:"ts"`
	User    string        `json:"user"`
	Text    string        `json:"text"`
	Blocks  []slack.Block `json:"blocks"`
	Private bool          `json:"private"`
	Edited  bool          `json:"edited"`
	At      time.Time     `json:"at"`
}

type shownView struct {
	slack.View
	Errors map[string]string `json:"errors,omitempty"`
}

func (p *Page) snapshot(me string) snapshot {
	person := p.slack.As(me)
	w := p.slack.Workspace()
	rooms, gone := p.cast.stage()
	s := snapshot{
		Me: me, Online: len(p.slack.Sockets()) > 0, Personas: p.cast.personas(), Commands: w.Commands,
		Users: []shownUser{}, Groups: []shownGroup{}, Channels: []shownChannel{}, Modals: []shownView{},
		Rooms: rooms, Gone: gone,
	}
	for _, u := range w.Users {
		s.Users = append(s.Users, shownUser{ID: u.ID, Name: u.Name, Real: u.RealName, Role: p.cast.roles[u.ID], App: u.Bot})
	}
	for _, g := range w.Groups {
		s.Groups = append(s.Groups, shownGroup{ID: g.ID, Handle: g.Handle})
	}
	for _, c := range w.Channels {
		if c.With == "" && slices.Contains(c.Members, me) {
			s.Channels = append(s.Channels, shownChannel{ID: c.ID, Name: c.Name, Kind: kind(c), Messages: shown(person.Sees(c.ID))})
		}
	}
	direct := person.Direct()
	s.Channels = append(s.Channels, shownChannel{ID: direct, Name: "roomwarden", Kind: "direct", Messages: shown(person.Sees(""))})
	if home, ok := person.Home(); ok {
		s.Home = &shownView{View: home}
	}
	for _, v := range person.Modals() {
		s.Modals = append(s.Modals, shownView{View: v, Errors: v.Errors})
	}
	return s
}

func kind(c slack.Channel) string {
	if c.Private {
		return "private"
	}
	return "open"
}

func shown(all []slack.Message) []shownMessage {
	all = all[max(0, len(all)-shownMessages):]
	out := make([]shownMessage, 0, len(all))
	for _, m := range all {
		out = append(out, shownMessage{
			Channel: m.Channel, TS: m.TS, User: m.User, Text: m.Text, Blocks: append([]slack.Block{}, m.Blocks...),
			Private: m.To != "", Edited: m.Edits > 0, At: m.At,
		})
	}
	return out
}
