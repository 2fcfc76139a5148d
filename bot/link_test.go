package bot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

func TestWhatComesTwiceIsDoneOnce(t *testing.T) {
	for name, fault := range map[string]slack.EnvelopeFault{
		"on another connection": {Redeliver: true, Times: 1},
		"cut before the ack":    {CutBeforeAck: true, Redeliver: true, Times: 1},
		"cut after the ack":     {CutAfterAck: true, Redeliver: true, Times: 1},
		"lost, then again":      {LoseBefore: true, Redeliver: true, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, stageOptions{})
			st.slack.InjectEnvelope(fault)
			reply, err := st.types(slack.Olive, "kick standup Chaos")
			if err != nil {
				t.Fatal(err)
			}
			st.expect(reply, "Chaos is out")
			if all := st.cases(); len(all) != 1 || all[0].Outcome != moderation.Succeeded {
				t.Errorf("cases: %+v", all)
			}
			st.awaitTold(slack.Audit, 1, "succeeded")
			answers := 0
			for _, m := range reply.Messages() {
				if strings.Contains(m.Plain(), "Chaos is out") {
					answers++
				}
			}
			if answers != 1 {
				t.Errorf("answered %d times", answers)
			}
			st.clean()
		})
	}
}

func TestADiskThatHangsMeansNothingIsDone(t *testing.T) {
	st := newStage(t, stageOptions{})
	resume := st.faulty.stall()
	reply, err := st.types(slack.Olive, "kick standup Chaos")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-st.faulty.held:
	default:
		t.Error("the disk is given more time than Slack gives the ack")
	}
	st.expect(reply, "nothing was done")
	resume()
	// A second command shows that the store works again and the first is not run late.
	reply, err = st.types(slack.Olive, "kick standup ben")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "out of")
	if !st.present("standup", "chaos") || len(st.cases()) != 1 {
		t.Errorf("done after all: %+v", st.cases())
	}
}

func TestOverloadIsSaid(t *testing.T) {
	st := newStage(t, stageOptions{sim: simulated.Config{Faults: []simulated.Fault{{Op: "*", Hang: true}}}})
	busy := make(chan struct{}, 1)
	var typing sync.WaitGroup
	defer typing.Wait()
	for range 130 { // more than one room's lane holds
		typing.Go(func() {
			reply, err := st.types(slack.Olive, "kick standup Chaos")
			if err != nil {
				return
			}
			for _, m := range reply.Messages() {
				if strings.Contains(m.Text, "Too much is going on") {
					select {
					case busy <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	select {
	case <-busy:
	case <-time.After(soon):
		t.Fatal("nobody was told that it is too much")
	}
	// Another room's commands and what needs no room are still answered.
	reply, err := st.types(slack.Olive, "nonsense")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "no command")
	st.sim.Heal()
}

func TestAnswersFindAnotherWay(t *testing.T) {
	t.Run("direct message", func(t *testing.T) {
		st := newStage(t, stageOptions{})
		st.slack.Inject(slack.Fault{Method: "response_url", Status: 500})
		if _, err := st.types(slack.Olive, "kick standup Chaos"); err != nil {
			t.Fatal(err)
		}
		if _, err := st.slack.As(slack.Olive).AwaitMessage(st.ctx, "", slack.Contains("Chaos is out")); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("kept in the case", func(t *testing.T) {
		st := newStage(t, stageOptions{slack: slack.Options{Scopes: []string{"commands", "chat:write", "users:read"}}})
		st.slack.Inject(slack.Fault{Method: "response_url", Cut: true})
		if _, err := st.types(slack.Olive, "kick standup Chaos"); err != nil {
			t.Fatal(err)
		}
		st.await("the audit channel tells of it", func() bool {
			for _, m := range st.slack.Messages(slack.Audit) {
				if strings.Contains(m.Plain(), "could not be brought") {
					return true
				}
			}
			return false
		})
		if c := st.cases()[0]; c.Outcome != moderation.Succeeded || len(c.Notes) != 1 {
			t.Errorf("case: %+v", c)
		}
	})
	t.Run("once again", func(t *testing.T) {
		st := newStage(t, stageOptions{})
		st.slack.Inject(slack.Fault{Method: "response_url", Status: 503, Times: 1})
		reply, err := st.types(slack.Olive, "kick standup Chaos")
		if err != nil {
			t.Fatal(err)
		}
		st.expect(reply, "Chaos is out")
	})
}

func TestEveryEnvelopeIsAcked(t *testing.T) {
	st := newStage(t, stageOptions{})
	frames := []string{
		`{"envelope_id":"x1","type":"surprise","payload":{"a":[1]},"accepts_response_payload":true}`,
		`{"envelope_id":"x2","type":"interactive","payload":{"type":"message_action","user":{"id":"U0OWNER00"}}}`,
		`{"envelope_id":"x3","type":"interactive","payload":"not an object"}`,
		`{"envelope_id":"x4","type":"slash_commands","payload":{"command":7}}`,
		`{"envelope_id":"x5","type":"interactive","payload":{"type":"block_actions"`,
		`{"envelope_id":"x6","type":"events_api","payload":{"type":"event_callback","event":{"type":"hologram"}}}`,
		`{"envelope_id":"x7","type":"interactive","payload":{"type":"view_submission","view":7}}`,
		`{"envelope_id":"x8","type":"interactive","payload":{"type":"block_actions","user":{"id":"U0OWNER00"},"actions":[{"action_id":"do:kick","block_id":"a","value":"9:old"}],"message":{"blocks":[{"type":"table","cells":[{"type":"hologram"}]}]}}}`,
		`{"envelope_id":"x9","type":"interactive","payload":{"type":"view_closed"}}`,
	}
	for _, frame := range frames {
		if err := st.slack.Sockets()[0].Send([]byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
	st.await("acks", func() bool { return st.slack.Ledger().Stray == len(frames) })
	if all := st.cases(); len(all) != 0 {
		t.Errorf("cases: %+v", all)
	}
	st.clean()
}

func TestUnknownEnvelopesAreAnsweredInWords(t *testing.T) {
	st := newStage(t, stageOptions{})
	reply, err := st.types(slack.Olive, "list standup")
	if err != nil {
		t.Fatal(err)
	}
	list := st.expect(reply, "Chaos")
	// A button as another version drew it.
	for i, b := range list.Blocks {
		for j := range b.Elements {
			list.Blocks[i].Elements[j].Value = "9:kick?x"
		}
		if b.Accessory != nil {
			list.Blocks[i].Accessory.Value = "9:kick?x"
		}
	}
	reply, err = st.slack.As(slack.Olive).Press(st.ctx, list, "Kick", "Chaos")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "can no longer be read")
	if !st.present("standup", "chaos") {
		t.Error("done all the same")
	}
}

// One press in four is enough: a busy machine may hold up the others.
func TestAPressShowsInItsListWithinTwoSeconds(t *testing.T) {
	st := newStage(t, stageOptions{})
	quickest := time.Hour
	for _, who := range []string{"Ada", "Ben", "Chaos", "Dita"} {
		reply, err := st.types(slack.Olive, "list standup")
		if err != nil {
			t.Fatal(err)
		}
		list := st.expect(reply, who)
		pressed := time.Now()
		reply, err = st.slack.As(slack.Olive).Press(st.ctx, list, "Kick", who)
		if err != nil {
			t.Fatal(err)
		}
		shown := st.expect(reply, who+" is out")
		quickest = min(quickest, time.Since(pressed))
		if shown.TS != list.TS {
			t.Error("the list was not replaced")
		}
		if _, err := slack.Find(shown, "Kick", who); err == nil {
			t.Error("the row still has its button")
		}
	}
	if quickest > 2*time.Second {
		t.Errorf("shown after %s at the best", quickest)
	}
	st.clean()
}

func TestWorkOfAnEarlierRunIsTakenUp(t *testing.T) {
	keep := func(st *stage, trigger, who string, age time.Duration) {
		payload, err := json.Marshal(map[string]string{
			"command": "/room-kick", "text": "standup " + who, "user_id": slack.Olive, "trigger_id": trigger,
			"channel_id": slack.Moderation, "response_url": "http://127.0.0.1:1/gone",
		})
		if err != nil {
			t.Fatal(err)
		}
		err = st.store.Update(st.ctx, func(tx store.Tx) error {
			_, err := tx.AcceptEnvelope(store.Envelope{Key: "slash/" + trigger, Type: "slash_commands", Payload: payload, AcceptedAt: time.Now().Add(-age)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	st := newStage(t, stageOptions{before: func(st *stage) {
		keep(st, "t1", "chaos", 5*time.Second)
		keep(st, "t2", "ben", 31*time.Second)
	}})
	for _, want := range []string{"Chaos is out", "not run"} {
		if _, err := st.slack.As(slack.Olive).AwaitMessage(st.ctx, "", slack.Contains(want)); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
	}
	if st.present("standup", "chaos") || !st.present("standup", "ben") {
		t.Error("the wrong one was run")
	}
	outcomes := make(map[moderation.Outcome]int)
	for _, c := range st.cases() {
		outcomes[c.Outcome]++
	}
	if len(outcomes) != 2 || outcomes[moderation.Succeeded] != 1 || outcomes[moderation.Failed] != 1 {
		t.Errorf("outcomes: %v", outcomes)
	}
	st.await("nothing is pending", func() bool {
		var pending []store.Envelope
		err := st.store.View(st.ctx, func(tx store.Tx) (err error) {
			pending, err = tx.PendingEnvelopes(10)
			return err
		})
		return err == nil && len(pending) == 0
	})
}

func TestLastingErrorsEndTheBot(t *testing.T) {
	for method, names := range map[string][]string{
		"apps.connections.open": {"invalid_auth", "not_allowed_token_type", "missing_scope", "token_expired"},
		"auth.test":             {"invalid_auth", "token_revoked", "account_inactive", "missing_scope", "team_access_not_granted"},
	} {
		for _, name := range names {
			t.Run(method+" "+name, func(t *testing.T) {
				st := newStage(t, stageOptions{idle: true, before: func(st *stage) {
					st.slack.Inject(slack.Fault{Method: method, Error: name})
				}})
				ended := make(chan struct{})
				st.start()
				go func() {
					st.running.Wait()
					close(ended)
				}()
				select {
				case <-ended:
				case <-time.After(soon):
					t.Fatal("it runs on")
				}
				var fault *moderation.Error
				if !errors.As(st.result, &fault) || !strings.HasPrefix(fault.Says.Key, "slack.") {
					t.Errorf("got %v", st.result)
				}
			})
		}
	}
}

// A bot token that Slack takes no more ends the bot also where it has nothing to say.
func TestATokenRevokedWhileItRuns(t *testing.T) {
	st := newStage(t, stageOptions{before: func(st *stage) { st.bot.AsksEvery(10 * time.Millisecond) }})
	st.slack.Inject(slack.Fault{Method: "auth.test", Error: "ratelimited", Times: 3}) // no reason to end
	st.slack.Inject(slack.Fault{Method: "auth.test", Error: "token_revoked"})
	st.running.Wait()
	var fault *moderation.Error
	if !errors.As(st.result, &fault) || fault.Says.Key != "slack.bot_token_invalid" {
		t.Errorf("got %v", st.result)
	}
}

// What a busy disk had no time for is not done; the rest keeps its order.
func TestRoomsKeepTheirOrder(t *testing.T) {
	st := newStage(t, stageOptions{sim: simulated.Config{Faults: []simulated.Fault{{Op: "mute", Delay: 30 * time.Millisecond}}}})
	const n = 20
	for i := range n {
		command, room := "/room-mute", "sim:standup"
		if i%2 == 1 {
			command, room = "/room-unmute", "standup"
		}
		frame := fmt.Sprintf(`{"envelope_id":"o%d","type":"slash_commands","payload":{"command":%q,"text":%q,"user_id":%q,"trigger_id":"o%d","channel_id":%q}}`,
			i, command, fmt.Sprintf("%s Chaos turn-%02d", room, i), slack.Olive, i, slack.Moderation)
		if err := st.slack.Sockets()[0].Send([]byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
	st.await("cases", func() bool {
		settled := strings.Count(st.log.String(), "could not be written down")
		for _, c := range st.cases() {
			if !c.Outcome.Open() {
				settled++
			}
		}
		return settled == n
	})
	turns := st.cases() // newest first
	slices.Reverse(turns)
	ordered := slices.IsSortedFunc(turns, func(a, b moderation.Case) int { return strings.Compare(a.Reason, b.Reason) })
	if !ordered || len(turns) == 0 || !strings.HasPrefix(turns[0].Reason, "turn-") {
		t.Errorf("not in their order: %+v", turns)
	}
}
