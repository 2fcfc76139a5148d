package bot_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

// kick has the owner kick someone from the standup and waits for the answer.
func (st *stage) kick(who string) {
	st.t.Helper()
	reply, err := st.types(slack.Olive, "kick standup "+who)
	if err != nil {
		st.t.Fatal(err)
	}
	st.expect(reply, "out of")
}

func TestACaseIsToldOnceWhateverSlackDoes(t *testing.T) {
	for name, fault := range map[string]slack.Fault{
		"the answer is lost":       {Effect: true, Cut: true, Times: 1},
		"the answer is an error":   {Effect: true, Status: 502, Times: 1},
		"done, but internal_error": {Effect: true, Error: "internal_error", Times: 1},
		"not done, internal_error": {Error: "internal_error", Times: 2},
		"unreachable":              {Cut: true, Times: 2},
		"unavailable":              {Status: 503, Times: 1},
		"too fast":                 {Status: 429, RetryAfter: time.Second, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, stageOptions{})
			fault.Method = "chat.postMessage"
			st.slack.Inject(fault)
			st.kick("Chaos")
			st.awaitTold(slack.Audit, 1, "succeeded")
			st.clean()
		})
	}
}

func TestWithoutHistoryACaseIsToldAllTheSame(t *testing.T) {
	scopes := []string{"commands", "chat:write", "users:read", "im:write"}
	st := newStage(t, stageOptions{slack: slack.Options{Scopes: scopes}})
	st.slack.Inject(slack.Fault{Method: "chat.postMessage", Cut: true, Times: 1})
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 1, "succeeded")
	if !strings.Contains(st.log.String(), "channels:history") {
		t.Error("the log does not say what is missing")
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	st := newStage(t, stageOptions{})
	fault := st.slack.Inject(slack.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: 2 * time.Second, Times: 1})
	began := time.Now() // the limit is met after this
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 1, "succeeded")
	if waited := time.Since(began); fault.Hits() != 1 || waited < 2*time.Second {
		t.Errorf("waited less than %s, after %d refusals", waited, fault.Hits())
	}
}

func TestChangesThatWaitAreToldTogether(t *testing.T) {
	st := newStage(t, stageOptions{patient: true, sim: simulated.Config{Faults: []simulated.Fault{{Op: "kick", Delay: 200 * time.Millisecond}}}})
	st.kick("Ada")
	st.awaitTold(slack.Audit, 1, "succeeded")
	if posts, updates := st.slack.Calls("chat.postMessage"), st.slack.Calls("chat.update"); posts != 1 || updates > 0 {
		t.Errorf("%d posts and %d updates for one case", posts, updates)
	}
}

func TestAChannelThatTakesNothing(t *testing.T) {
	tests := map[string]struct{ spoil, mend func(s *slack.Server) error }{
		"channel_not_found": { // what Slack says of a private channel without us
			func(s *slack.Server) error { return s.Remove(slack.Audit, slack.BotUser) },
			func(s *slack.Server) error { return s.Invite(slack.Audit, slack.BotUser) },
		},
		"is_archived": {
			func(s *slack.Server) error { return s.Archive(slack.Audit, true) },
			func(s *slack.Server) error { return s.Archive(slack.Audit, false) },
		},
	}
	for problem, test := range tests {
		t.Run(problem, func(t *testing.T) {
			st := newStage(t, stageOptions{})
			if err := test.spoil(st.slack); err != nil {
				t.Fatal(err)
			}
			st.kick("Chaos")
			st.kick("Ben")
			if _, err := st.slack.As(slack.Olive).AwaitMessage(st.ctx, "", slack.Contains("takes no messages", problem)); err != nil {
				t.Fatal(err)
			}
			if ok, why := st.bot.Ready(); !ok || !strings.Contains(why, problem) {
				t.Errorf("ready: %v, %q", ok, why)
			}
			// It is tried again, and the owners are not told again.
			tries := st.slack.Calls("chat.postMessage")
			st.await("another try", func() bool { return st.slack.Calls("chat.postMessage") > tries })
			if err := test.mend(st.slack); err != nil {
				t.Fatal(err)
			}
			st.awaitTold(slack.Audit, 1, "succeeded")
			st.awaitTold(slack.Audit, 2, "succeeded")
			told := 0
			for _, m := range st.slack.As(slack.Olive).Sees("") {
				if strings.Contains(m.Plain(), "takes no messages") {
					told++
				}
			}
			if told != 1 {
				t.Errorf("the owner was told %d times", told)
			}
			st.await("it is ready without a word", func() bool { _, why := st.bot.Ready(); return why == "" })
		})
	}
}

func TestAMessageThatWasDeletedComesAgain(t *testing.T) {
	st := newStage(t, stageOptions{})
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 1, "succeeded")
	st.slack.Inject(slack.Fault{Method: "chat.update", Error: "message_not_found", Times: 1})
	err := st.store.Update(st.ctx, func(tx store.Tx) error {
		c, err := tx.Case(1)
		if err != nil {
			return err
		}
		r, _, err := tx.AppendRecord(moderation.Record{
			Case: 1, Kind: moderation.RecordNoted, At: time.Now(), Actor: "U0OWNER00", Action: c.Action, Words: moderation.Words{Text: "a note"},
		})
		if err != nil {
			return err
		}
		return tx.QueuePost(slack.Audit, 1, r.Seq, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	st.bot.Posted()
	st.await("the message again", func() bool { return len(st.told(slack.Audit)[1]) == 2 })
}

func TestAChannelByName(t *testing.T) {
	st := newStage(t, stageOptions{audit: "#" + channelName(t, slack.Audit)})
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 1, "succeeded")
}

func channelName(t *testing.T, id string) string {
	t.Helper()
	for _, c := range slack.Sample().Channels {
		if c.ID == id {
			return c.Name
		}
	}
	t.Fatal("no such channel")
	return ""
}

func TestABlockSlackRefusesIsToldInWords(t *testing.T) {
	st := newStage(t, stageOptions{})
	st.slack.Inject(slack.Fault{Method: "chat.postMessage", Error: "invalid_blocks", Times: 1})
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 1, "succeeded")
}

func TestTheDirectory(t *testing.T) {
	st := newStage(t, stageOptions{})
	d := st.bot.Directory()
	person, err := d.User(st.ctx, slack.Gus)
	if err != nil || !person.Guest || person.External {
		t.Errorf("guest: %+v, %v", person, err)
	}
	if person, err = d.User(st.ctx, slack.Stray); err != nil || !person.External {
		t.Errorf("stranger: %+v, %v", person, err)
	}
	if person, err = d.User(st.ctx, slack.Mo); err != nil || person != (commands.Person{}) {
		t.Errorf("member: %+v, %v", person, err)
	}
	in, err := d.InGroup(st.ctx, slack.Moderators, slack.Mo)
	if err != nil || !in {
		t.Errorf("in the group: %v, %v", in, err)
	}
	calls := st.slack.Calls("usergroups.users.list")
	if in, err = d.InGroup(st.ctx, slack.Moderators, slack.Vera); err != nil || in {
		t.Errorf("not in the group: %v, %v", in, err)
	}
	if again := st.slack.Calls("usergroups.users.list"); again != calls {
		t.Error("a group that is known was read again")
	}
	if err := st.slack.SetGroup(st.ctx, slack.Moderators, slack.Vera); err != nil {
		t.Fatal(err)
	}
	st.await("the event was heard", func() bool {
		in, err := d.InGroup(st.ctx, slack.Moderators, slack.Mo)
		return err == nil && !in
	})
	if in, err = d.InChannel(st.ctx, slack.Moderation, slack.Mo); err != nil || !in {
		t.Errorf("in the channel: %v, %v", in, err)
	}
	if err := st.slack.Leave(st.ctx, slack.Moderation, slack.Mo); err != nil {
		t.Fatal(err)
	}
	st.await("the event was heard", func() bool {
		in, err := d.InChannel(st.ctx, slack.Moderation, slack.Mo)
		return err == nil && !in
	})
	if _, err = d.User(st.ctx, "U0NEVER00"); moderation.CodeOf(err) != moderation.CodeNotFound {
		t.Errorf("nobody: %v", err)
	}
}

func TestTheDirectoryFailsClosed(t *testing.T) {
	st := newStage(t, stageOptions{})
	st.slack.Inject(slack.Fault{Method: "users.info", Hang: true})
	ctx, cancel := context.WithTimeout(st.ctx, 100*time.Millisecond)
	defer cancel()
	if person, err := st.bot.Directory().User(ctx, slack.Mo); err == nil {
		t.Errorf("known without Slack: %+v", person)
	}
}

// A message on its way when the program stops has some time left, and no more.
func TestAMessageOutlivesTheProgramByLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		program, stop := context.WithCancel(t.Context())
		sending, sent := bot.Outlive(program, 2*time.Second)
		defer sent()
		began := time.Now()
		stop()
		synctest.Wait()
		if sending.Err() != nil {
			t.Error("given up at once")
		}
		<-sending.Done()
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("given up after %v", took)
		}
	})
}
