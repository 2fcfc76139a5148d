package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Person acts as one user of the workspace.
type Person struct {
	s  *Server
	id string
}

// As acts as a user.
func (s *Server) As(user string) *Person { return &Person{s: s, id: user} }

// Command types a slash command in a channel, by id or name. It returns when
// the app has acked, or with ErrDispatchFailed or ErrTimeout, which is what the
// person then sees; the reply is never nil.
func (p *Person) Command(ctx context.Context, command, words, channel string) (*Reply, error) {
	s := p.s
	reply := &Reply{in: &interaction{s: s}}
	s.mu.Lock()
	u, c := s.user(p.id), s.channel(channel)
	if u == nil || c == nil {
		s.mu.Unlock()
		return reply, fmt.Errorf("no user %q or no channel %q", p.id, channel)
	}
	if known := s.state.Commands; len(known) > 0 &&
		!slices.ContainsFunc(known, func(k Command) bool { return k.Command == command }) {
		s.mu.Unlock()
		return reply, fmt.Errorf("%s is not a valid command", command)
	}
	target := responseURL{cause: reply.in, user: u.ID, channel: c.ID}
	payload := map[string]any{
		"token": "stand-in", "team_id": s.state.TeamID, "team_domain": "standby", "channel_id": c.ID,
		"channel_name": c.shownName(), "user_id": u.ID, "user_name": u.Name, "command": command, "text": s.escape(words),
		"api_app_id": AppID, "is_enterprise_install": "false",
		"response_url": s.newResponse(target), "trigger_id": s.newTrigger(u.ID, reply.in),
	}
	s.mu.Unlock()
	ack, err := s.deliver(ctx, envelope{Type: "slash_commands", Accepts: true, Payload: payload})
	if err != nil || len(ack) == 0 || string(ack) == "null" || string(ack) == "{}" {
		return reply, err
	}
	var body answerBody
	if err := json.Unmarshal(ack, &body); err != nil {
		return reply, fmt.Errorf("the ack's payload is no message: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, refused := s.answered("ack", body)
	if refused != nil {
		return reply, fmt.Errorf("the ack's payload is refused: %s: %s", refused.name, strings.Join(refused.messages, "; "))
	}
	s.show(&target, body, m)
	return reply, nil
}

func (c *Channel) shownName() string {
	switch {
	case c.With != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	default:
		return c.Name
	}
}

var (
	entity  = regexp.MustCompile(`<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+)(?:\|[^<>]*)?>`)
	link    = regexp.MustCompile(`https?://[^\s<>"']+`)
	mail    = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	mention = regexp.MustCompile(`(^|\s)([@#])([a-z0-9._-]+)`)
)

// escape does to typed words what Slack does with should_escape: mentions,
// channels and addresses, of mail too, become entities, and & < > are escaped. Entities of
// mentions that stand there already stay as they are.
func (s *Server) escape(words string) string {
	var out strings.Builder
	last := 0
	for _, at := range entity.FindAllStringIndex(words, -1) {
		out.WriteString(s.escapeText(words[last:at[0]]))
		out.WriteString(words[at[0]:at[1]])
		last = at[1]
	}
	out.WriteString(s.escapeText(words[last:]))
	return out.String()
}

func (s *Server) escapeText(words string) string {
	words = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(words)
	words = link.ReplaceAllString(words, "<$0>")
	words = mail.ReplaceAllString(words, "<mailto:$0|$0>")
	return mention.ReplaceAllStringFunc(words, func(found string) string {
		parts := mention.FindStringSubmatch(found)
		before, sign, name := parts[1], parts[2], parts[3]
		if sign == "#" {
			if c := s.channel(name); c != nil && c.Name == name {
				return fmt.Sprintf("%s<#%s|%s>", before, c.ID, c.Name)
			}
			return found
		}
		for _, u := range s.state.Users {
			if u.Name == name {
				return fmt.Sprintf("%s<@%s|%s>", before, u.ID, u.Name)
			}
		}
		for _, g := range s.state.Groups {
			if g.Handle == name {
				return fmt.Sprintf("%s<!subteam^%s|@%s>", before, g.ID, g.Handle)
			}
		}
		return found
	})
}

// Say posts an ordinary message of the person.
func (p *Person) Say(channel, words string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.channel(channel)
	if c == nil {
		return fmt.Errorf("no channel %q", channel)
	}
	p.s.post(Message{Channel: c.ID, User: p.id, Text: p.s.escape(words)})
	return nil
}

// OpenHome opens the app's home tab: the app is told and may publish.
func (p *Person) OpenHome(ctx context.Context) error {
	p.s.mu.Lock()
	channel := p.s.direct(p.id).ID
	view := p.s.views[p.s.homes[p.id]]
	event := map[string]any{
		"type": "app_home_opened", "user": p.id, "channel": channel, "tab": "home", "event_ts": timestamp(p.s.Now().UnixMicro()),
	}
	if view != nil {
		event["view"] = wireView(view, nil)
	}
	p.s.mu.Unlock()
	return p.s.Event(ctx, event)
}

// Home returns the person's home tab, false before it was ever published.
func (p *Person) Home() (View, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	v := p.s.views[p.s.homes[p.id]]
	if v == nil {
		return View{}, false
	}
	return v.copy(), true
}

// Modals returns the modals on the person's screen, the topmost last.
func (p *Person) Modals() []View {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var all []View
	for _, id := range p.s.stacks[p.id] {
		all = append(all, p.s.views[id].copy())
	}
	return all
}

// Dismiss closes the topmost modal.
func (p *Person) Dismiss() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.closeTop(p.id)
	p.s.changed()
}

// Direct returns the id of the person's direct message with the app.
func (p *Person) Direct() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.direct(p.id).ID
}

// Sees returns what the person sees in a channel, oldest first: its messages
// and the ephemeral ones meant for them. "" is the direct message with the app.
func (p *Person) Sees(channel string) []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var c *Channel
	if channel == "" {
		c = p.s.direct(p.id)
	} else {
		c = p.s.channel(channel)
	}
	if c == nil || (c.With != "" && c.With != p.id) || (c.Private && !slices.Contains(c.Members, p.id)) {
		return nil
	}
	var all []Message
	for _, m := range p.s.messages {
		if m.Channel == c.ID && !m.Deleted && (m.To == "" || m.To == p.id) {
			all = append(all, m.copy())
		}
	}
	return all
}

// AwaitMessage returns the latest message that the person sees in a channel and
// that fits, as soon as there is one.
func (p *Person) AwaitMessage(ctx context.Context, channel string, fits func(Message) bool) (Message, error) {
	var found Message
	err := p.s.Await(ctx, func() bool {
		for _, m := range slices.Backward(p.Sees(channel)) {
			if fits(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found, err
}

// AwaitHome returns the person's home tab as soon as it fits.
func (p *Person) AwaitHome(ctx context.Context, fits func(View) bool) (View, error) {
	var found View
	err := p.s.Await(ctx, func() bool {
		v, ok := p.Home()
		found = v
		return ok && fits(v)
	})
	return found, err
}

// Messages returns the messages of a channel that everyone sees, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channel)
	var all []Message
	for _, m := range s.messages {
		if c != nil && m.Channel == c.ID && !m.Deleted && m.To == "" {
			all = append(all, m.copy())
		}
	}
	return all
}

// Message returns a message as it stands now.
func (s *Server) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channel)
	if c == nil {
		return Message{}, false
	}
	m := s.message(c.ID, ts)
	if m == nil || m.Deleted {
		return Message{}, false
	}
	return m.copy(), true
}
