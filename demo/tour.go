package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/words"
)

// stepWithin bounds how long the tour waits for what is to happen next.
const stepWithin = 10 * time.Second

// Tour plays a shift of moderation and writes the conversation and the audit
// channel as text. An error says what did not happen as it should.
func Tour(ctx context.Context, o Options, out io.Writer, colours bool) (err error) {
	o.Activity, o.Clouds = simulated.Off, false // the tour is about eight people in two rooms
	d, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if closing := d.Close(); err == nil {
			err = closing
		}
	}()
	s := newShift(ctx, d, &terminal{out: out, colours: colours, names: map[string]string{}})
	s.play()
	if s.err == nil {
		s.err = s.out.err
	}
	return s.err
}

// shift is the tour under way. Once err is set nothing more happens.
type shift struct {
	*Demo
	ctx  context.Context //nolint:containedctx // the tour is one call; its steps read better without it
	out  *terminal
	last slack.Message // what the last answer showed
	err  error
}

func newShift(ctx context.Context, d *Demo, out *terminal) *shift {
	w := d.Slack.Workspace()
	for _, u := range w.Users {
		out.names[u.ID] = u.Name
	}
	for _, c := range w.Channels {
		out.names[c.ID] = c.Name
	}
	return &shift{Demo: d, ctx: ctx, out: out}
}

func (s *shift) say(key string, pairs ...any) string {
	return s.said.Say(words.Plain{}, moderation.Say(key, pairs...))
}

func (s *shift) play() {
	s.out.heading(s.say("demo.tour.title"))
	s.stage()

	s.tell("demo.tour.roles")
	s.types(slack.Olive, "/room-role grant @mo moderator *", "@mo", "moderator")
	s.types(slack.Olive, "/room-role grant @vera viewer *", "@vera", "viewer")

	s.tell("demo.tour.look")
	s.types(slack.Mo, "/room-list", "standup", "town-hall")
	s.types(slack.Vera, "/room-list standup", "Chaos")

	s.tell("demo.tour.refused")
	s.types(slack.Vera, "/room-kick standup Chaos", "kick_participant", "1201")
	s.expect("standup", "chaos", present)

	s.tell("demo.tour.typo")
	s.types(slack.Mo, "/room-kick standpu Chaos", "standup")
	s.expect("standup", "chaos", present)

	s.tell("demo.tour.mute")
	s.types(slack.Mo, "/room-mute town-hall Emil typing noise", "Emil")
	s.expect("town-hall", "emil", silenced)
	s.types(slack.Mo, "/room-unmute town-hall Emil", "Emil")
	s.expect("town-hall", "emil", present)

	s.tell("demo.tour.kick")
	s.types(slack.Mo, `/room-kick town-hall Hugo "advertises in the chat"`, "Hugo")
	s.expect("town-hall", "hugo", absent)

	s.tell("demo.tour.button")
	s.types(slack.Mo, "/room-list standup", "Chaos")
	s.presses(slack.Mo, "Kick", "Chaos")
	s.expect("standup", "chaos", absent)

	s.tell("demo.tour.after")
	s.stage()
	s.audit(7)
}

// tell says what comes next.
func (s *shift) tell(key string) {
	if s.err == nil {
		s.out.note(s.say(key))
	}
}

// types lets someone type a command and shows the answer, which must show all
// of want.
func (s *shift) types(user, line string, want ...string) {
	if s.err != nil {
		return
	}
	s.out.does(s.out.names[user], line)
	command, text, _ := strings.Cut(line, " ")
	reply, err := s.Slack.As(user).Command(s.ctx, command, text, slack.Moderation)
	var handles []string
	for _, w := range want {
		handles = append(handles, s.mention(w))
	}
	s.shows(reply, err, slack.Contains(handles...))
}

// presses lets someone press a button in the message that was shown last, whose
// next state has that button no more. One that only says that work goes on still
// has it.
func (s *shift) presses(user, label, near string) {
	if s.err != nil {
		return
	}
	s.out.does(s.out.names[user], s.say("demo.tour.presses", "Label", label, "Person", near))
	reply, err := s.Slack.As(user).Press(s.ctx, s.last, label, near)
	if err == nil && reply.Asked != nil {
		for _, l := range s.out.mrkdwn(reply.Asked.Text.String()) {
			s.out.line("  ? ", l+fmt.Sprintf("  %c[%s]%c", markButton, reply.Asked.Confirm, markOff))
		}
	}
	s.shows(reply, err, func(m slack.Message) bool {
		_, err := slack.Find(m, label, near)
		return slack.Contains(near)(m) && errors.Is(err, slack.ErrNoSuchElement)
	})
}

// shows waits for an answer that fits.
func (s *shift) shows(reply *slack.Reply, err error, fits func(slack.Message) bool) {
	if err == nil {
		ctx, cancel := context.WithTimeout(s.ctx, stepWithin)
		defer cancel()
		s.last, err = reply.Await(ctx, fits)
	}
	if err != nil {
		s.err = err
		return
	}
	note := ""
	if s.last.To != "" {
		note = s.say("demo.tour.private", "Name", s.out.names[s.last.To])
	}
	s.out.message(s.last, note)
}

// mention turns @handle into the mention that Slack's markup has for it.
func (s *shift) mention(want string) string {
	for id, name := range s.out.names {
		if want == "@"+name {
			return "<@" + id
		}
	}
	return want
}

// seen is how someone is on the stage.
type seen string

const (
	present  seen = "present"
	absent   seen = "absent"
	silenced seen = "silenced"
)

// expect checks how someone is on the stage now.
func (s *shift) expect(room, identity string, want seen) {
	if s.err != nil {
		return
	}
	got := absent
	for _, r := range s.standing() {
		for _, p := range r.People {
			if r.Name != room || p.Identity != identity {
				continue
			}
			got = present
			if p.IsBlocked(moderation.Audio) {
				got = silenced
			}
		}
	}
	if got != want {
		s.err = fmt.Errorf("%s is %s in %s, not %s", identity, got, room, want)
	}
}

func (s *shift) standing() []simulated.StageRoom {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	stage, _ := s.Rooms.Stage(ctx)
	return stage.Rooms
}

// stage shows who is in which room.
func (s *shift) stage() {
	if s.err != nil {
		return
	}
	for _, r := range s.standing() {
		var people []string
		for _, p := range r.People {
			people = append(people, words.Visible(p.DisplayName()))
		}
		s.out.line("", s.say("demo.tour.room", "Room", r.Name, "People", people))
	}
}

// audit shows the audit channel once every one of its cases has its outcome.
func (s *shift) audit(cases int) {
	if s.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, stepWithin)
	defer cancel()
	settled := func() bool {
		all := s.Slack.Messages(slack.Audit)
		for _, m := range all {
			if strings.Contains(string(m.Metadata), `"outcome":"intended"`) {
				return false
			}
		}
		return len(all) == cases
	}
	if err := s.Slack.Await(ctx, settled); err != nil {
		s.err = fmt.Errorf("the audit channel has %d messages, not %d with their outcome: %w",
			len(s.Slack.Messages(slack.Audit)), cases, err)
		return
	}
	s.out.heading("#audit")
	for _, m := range s.Slack.Messages(slack.Audit) {
		s.out.message(m, "")
		s.out.line("", "")
	}
}
