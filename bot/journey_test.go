package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/words"
)

// shift is the product at work: a bot over a real websocket to the stand-in for
// Slack, a store on disk, simulated rooms.
type shift struct {
	*slack.Server
	t   *testing.T
	ctx context.Context
	bot *bot.Bot
	sim *simulated.Driver
}

func newShift(t *testing.T) *shift {
	t.Helper()
	return newShiftOn(t, simulatedRooms)
}

func simulatedRooms(sim *simulated.Driver) provider.Driver { return sim }

// newShiftOn is newShift over the simulated rooms as a driver shows them.
func newShiftOn(t *testing.T, driver func(*simulated.Driver) provider.Driver) *shift {
	t.Helper()
	return newShiftOf(t, driver, bot.New)
}

// newShiftOf is newShiftOn with a bot that is made in another way.
func newShiftOf(t *testing.T, driver func(*simulated.Driver) provider.Driver, newBot func(bot.Config) (*bot.Bot, error)) *shift {
	t.Helper()
	st, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "roomwarden.db"))
	if err != nil {
		t.Fatal(err)
	}
	sim, err := simulated.New(simulated.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server, err := slack.Start(slack.Options{AckWithin: soon, TriggerLife: soon}) // a busy machine is no fault
	if err != nil {
		t.Fatal(err)
	}
	set := provider.NewSet(provider.NewClient("sim", "simulated", driver(sim)))
	said, log := words.MustLoad("en"), slog.New(slog.DiscardHandler)
	app, token := server.Tokens()
	b, err := newBot(bot.Config{
		AppToken: app, BotToken: token, APIURL: server.APIURL(), AuditRate: 1000, Owners: []string{slack.Olive},
		Store: st, Words: said, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Service = commands.New(commands.Config{
		Store: st, Providers: set, Directory: b.Directory(), Words: said, Log: log,
		Rules:         commands.Rules{Owners: []string{slack.Olive}, EndOver: -1},
		AuditChannels: func(moderation.Case) []string { return []string{slack.Audit} }, Posted: b.Posted,
	})
	ctx, stop := context.WithTimeout(context.Background(), 2*soon)
	ended := make(chan error, 2)
	go func() { ended <- b.Run(ctx) }()
	go func() { ended <- b.Service.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
		for _, v := range server.Violations() {
			t.Errorf("Slack would refuse: %+v", v)
		}
		server.Close()
		if err := set.Close(); err != nil {
			t.Error(err)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := server.AwaitConnections(ctx, 1); err != nil {
		t.Fatal(err)
	}
	return &shift{Server: server, t: t, ctx: ctx, bot: b, sim: sim}
}

// screen is everything that a message or view shows, as JSON.
func screen(t *testing.T, on any) string {
	t.Helper()
	raw, err := json.Marshal(on)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// typed types a command and returns its answer once it shows text.
func (s *shift) typed(who, command, text, shows string) slack.Message {
	s.t.Helper()
	reply, err := s.As(who).Command(s.ctx, command, text, slack.Moderation)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.message(who, slack.Moderation, func(m slack.Message) bool {
		for _, of := range reply.Messages() {
			if of.TS == m.TS {
				return strings.Contains(screen(s.t, m), shows)
			}
		}
		return false
	})
}

func (s *shift) message(who, channel string, fits func(slack.Message) bool) slack.Message {
	s.t.Helper()
	m, err := s.As(who).AwaitMessage(s.ctx, channel, fits)
	if err != nil {
		for _, m := range s.As(who).Sees(channel) {
			s.t.Logf("seen: %s", screen(s.t, m))
		}
		s.t.Fatal(err)
	}
	return m
}

// audited waits for the audit channel to show a case of an action and outcome.
func (s *shift) audited(action moderation.Action, outcome moderation.Outcome, shows string) slack.Message {
	s.t.Helper()
	return s.message(slack.Olive, slack.Audit, func(m slack.Message) bool {
		text := string(m.Metadata)
		return strings.Contains(text, fmt.Sprintf(`"action":%q`, action)) && strings.Contains(text, fmt.Sprintf(`"outcome":%q`, outcome)) &&
			strings.Contains(screen(s.t, m), shows)
	})
}

func (s *shift) press(who string, on slack.Screen, what string, near ...string) *slack.Reply {
	s.t.Helper()
	reply, err := s.As(who).Press(s.ctx, on, what, near...)
	if err != nil {
		s.t.Fatalf("%v in %s", err, screen(s.t, on))
	}
	return reply
}

// modal waits for the reader's topmost dialog to show text.
func (s *shift) modal(who, shows string) slack.View {
	s.t.Helper()
	var top slack.View
	err := s.Await(s.ctx, func() bool {
		open := s.As(who).Modals()
		if len(open) == 0 {
			return false
		}
		top = open[len(open)-1]
		return strings.Contains(screen(s.t, top), shows)
	})
	if err != nil {
		s.t.Fatalf("%v: no dialog shows %q: %s", err, shows, screen(s.t, s.As(who).Modals()))
	}
	return top
}

func TestAButtonRemovesSomeoneAndTheRowSaysSo(t *testing.T) {
	s := newShift(t)
	list := s.typed(slack.Olive, "/room-list", "standup", "Chaos")
	reply := s.press(slack.Olive, list, "Kick", "Chaos")
	if q := reply.Asked; q == nil || !strings.Contains(q.Text.String(), "Chaos") || !strings.Contains(q.Text.String(), "standup") {
		t.Errorf("asked before the kick: %+v", q)
	}
	s.message(slack.Olive, slack.Moderation, func(m slack.Message) bool {
		_, err := slack.Find(m, "Kick", "Chaos")
		return m.TS == list.TS && err != nil && strings.Contains(screen(t, m), "was removed by")
	})
	s.audited(moderation.ActionKick, moderation.Succeeded, "Mark reviewed")
}

func TestADialogAsksForWhatIsMissing(t *testing.T) {
	s := newShift(t)
	if _, err := s.As(slack.Olive).Command(s.ctx, "/room-kick", "", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	dialog := s.modal(slack.Olive, "f:room")
	if _, err := s.As(slack.Olive).Choose(s.ctx, dialog, "room", "sim:standup"); err != nil {
		t.Fatal(err)
	}
	dialog = s.modal(slack.Olive, "sim:standup")
	people, err := s.As(slack.Olive).Suggest(s.ctx, dialog, "person", "cha")
	if err != nil || len(people) != 1 {
		t.Fatalf("offered: %v, %v", people, err)
	}
	if _, err := s.As(slack.Olive).Submit(s.ctx, dialog, map[string]any{
		"person": people[0].Value, "reason": "Spam",
	}); err != nil {
		t.Fatal(err)
	}
	s.modal(slack.Olive, "✅")
	s.audited(moderation.ActionKick, moderation.Succeeded, "Spam")
}

// The ack of a submission and the call that shows its result reach Slack on
// different ways: the result stays whichever comes last.
func TestAResultOutlivesALateAck(t *testing.T) {
	settled := make(chan time.Time)
	s := newShiftOf(t, simulatedRooms, func(c bot.Config) (*bot.Bot, error) { return bot.NewPatient(c, settled) })
	if _, err := s.As(slack.Olive).Command(s.ctx, "/room-kick", "sim:standup", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	dialog := s.modal(slack.Olive, "sim:standup")
	arrives, acked := make(chan struct{}), make(chan error, 1)
	s.InjectEnvelope(slack.EnvelopeFault{Kind: "view_submission", Times: 1, AckAfter: arrives})
	go func() {
		_, err := s.As(slack.Olive).Submit(s.ctx, dialog, map[string]any{"person": "Chaos"})
		acked <- err
	}()
	s.modal(slack.Olive, "✅")
	close(arrives)
	if err := <-acked; err != nil {
		t.Fatal(err)
	}
	s.modal(slack.Olive, "Working")
	close(settled)
	s.modal(slack.Olive, "✅")
}

func TestABoardFollowsItsRoom(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Olive, "/room-watch", "standup", "✅")
	shows := func(text string) slack.Message {
		return s.message(slack.Vera, slack.Moderation, func(m slack.Message) bool {
			return m.To == "" && strings.Contains(screen(t, m), text)
		})
	}
	board := shows("Chaos")
	if _, ok := s.sim.Join("standup", "zoe", "Zoe"); !ok {
		t.Fatal("nobody joined")
	}
	s.bot.Hint("sim", "standup")
	shows("Zoe")
	s.press(slack.Olive, board, "Kick", "Chaos")
	shows("was removed by")
}

func TestAnAuditMessageIsReviewedNotedAndUndone(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Olive, "/room-mute", "standup chaos too loud", "✅")
	post := s.audited(moderation.ActionMute, moderation.Succeeded, "too loud")
	s.press(slack.Ada, post, "Add note") // she may not list the room: there is no such case for her
	dialog := s.modal(slack.Ada, "f:text")
	if _, err := s.As(slack.Ada).Submit(s.ctx, dialog, map[string]any{"text": "who are you"}); err != nil {
		t.Fatal(err)
	}
	s.modal(slack.Ada, "There is no case")
	s.press(slack.Olive, post, "Add note")
	dialog = s.modal(slack.Olive, "f:text")
	if _, err := s.As(slack.Olive).Submit(s.ctx, dialog, map[string]any{"text": "second time this week"}); err != nil {
		t.Fatal(err)
	}
	post = s.audited(moderation.ActionMute, moderation.Succeeded, "second time this week")
	s.press(slack.Olive, post, "Undo")
	s.audited(moderation.ActionUnmute, moderation.Succeeded, "")
	s.audited(moderation.ActionMute, moderation.Succeeded, "Taken back by")
}

// Whoever acted does not review it; another may, once, with a verdict and a word.
func TestACaseIsReviewedInTheAuditChannel(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Olive, "/room-role", "grant @mo admin sim:*", "✅")
	s.typed(slack.Mo, "/room-mute", "standup chaos too loud", "✅")
	post := s.audited(moderation.ActionMute, moderation.Succeeded, "Mark reviewed")
	s.press(slack.Mo, post, "Mark reviewed")
	dialog := s.modal(slack.Mo, "f:verdict")
	if _, err := s.As(slack.Mo).Submit(s.ctx, dialog, map[string]any{"verdict": "it was right", "text": "I was right"}); err != nil {
		t.Fatal(err)
	}
	s.modal(slack.Mo, "own")
	s.press(slack.Olive, post, "Mark reviewed")
	dialog = s.modal(slack.Olive, "f:verdict")
	if _, err := s.As(slack.Olive).Submit(s.ctx, dialog, map[string]any{"verdict": "it was wrong", "text": "a warning was enough"}); err != nil {
		t.Fatal(err)
	}
	s.modal(slack.Olive, "✅")
	post = s.audited(moderation.ActionMute, moderation.Succeeded, "a warning was enough")
	if shown := screen(t, post); strings.Contains(shown, "Mark reviewed") {
		t.Errorf("it can be reviewed again: %s", shown)
	}
}

func TestTheHomeShowsWhatIsLiveAndWhatStands(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Olive, "/room-mute", "standup chaos", "✅")
	if err := s.As(slack.Olive).OpenHome(s.ctx); err != nil {
		t.Fatal(err)
	}
	home, err := s.As(slack.Olive).AwaitHome(s.ctx, func(v slack.View) bool {
		return strings.Contains(screen(t, v), "town-hall") && strings.Contains(screen(t, v), "is muted in")
	})
	if err != nil {
		t.Fatal(err)
	}
	s.press(slack.Olive, home, "People", "standup")
	s.modal(slack.Olive, "Chaos")
}

func TestARequestIsApproved(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Nora, "/room-request", "sim:standup chaos kick shouting", "asked for this")
	post := s.audited(moderation.ActionKick, moderation.Intended, "A moderator must approve this")
	reply := s.press(slack.Olive, post, "Approve")
	if q := reply.Asked; q == nil || !strings.Contains(q.Text.String(), "chaos") {
		t.Errorf("asked before the approval: %+v", q)
	}
	s.audited(moderation.ActionKick, moderation.Succeeded, "Approved by")
}

func TestARoleIsGivenAndTakenInSlack(t *testing.T) {
	s := newShift(t)
	s.typed(slack.Olive, "/room-role", "grant @mo moderator sim:*", "✅")
	s.typed(slack.Mo, "/room-list", "standup", "Chaos")
	grants := s.typed(slack.Olive, "/room-role", "list", "Revoke")
	s.press(slack.Olive, grants, "Revoke", "moderator")
	s.audited(moderation.ActionRevoke, moderation.Succeeded, slack.Mo)
	s.typed(slack.Mo, "/room-list", "standup", "There is no room")
}
