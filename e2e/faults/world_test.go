package faults_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

// perRoom is how many people a room of the suite has: each is acted on once, by
// a typed command in the rooms r0 and on, by a button in the rooms p0 and on.
const (
	perRoom      = 50
	perPressRoom = 9
)

// world is the built program against the stand-in for Slack, a simulated
// provider that keeps a journal of its effects, and people who act on one
// participant each, so that an action, its case, its effect and its message
// find each other by room and participant.
type world struct {
	t       *testing.T
	ctx     context.Context
	slack   *slack.Server
	bot     *rig.Bot
	journal string

	spoils []*slack.Injection // of the Web API, to be cleared in the end

	mu      sync.Mutex
	actions []*action
	typed   int
	pressed int
}

// action is one thing that someone asked for.
type action struct {
	user, verb, room, who string
	press                 string // the name in the row whose button is pressed; empty: it is typed
	reply                 *slack.Reply
	acked                 bool
}

func (a *action) name() string { return a.verb + " " + a.room + " " + a.who }

func newWorld(t *testing.T, actions int, seed uint64) *world {
	t.Helper()
	// Here a late ack is an error to the one who waits for it, as it is in Slack.
	w := &world{t: t, ctx: t.Context(), slack: rig.Slack(t, slack.Options{
		PostRate: -1, Seed: seed, AckWithin: 3 * time.Second, TriggerLife: 3 * time.Second,
	})}
	w.journal = filepath.Join(t.TempDir(), "journal.jsonl")
	var rooms []string
	for n := range (actions + perRoom - 1) / perRoom {
		rooms = append(rooms, fmt.Sprintf("r%d=%d", n, perRoom))
	}
	for n := range (actions + perPressRoom - 1) / perPressRoom {
		rooms = append(rooms, fmt.Sprintf("p%d=%d", n, perPressRoom))
	}
	w.bot = rig.Install(t, w.slack, fmt.Sprintf(`http: {listen: ""}
moderation: {brake: {removals: 1000000}}
providers: [{name: sim, type: simulated, rooms: "%s", journal: %q}]`, strings.Join(rooms, " "), w.journal))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last process said:\n%s", w.bot.Log())
		}
	})
	return w
}

// plan returns the next action: by the owner, or now and then by someone who
// may not.
func (w *world) plan(random *rand.Rand) *action {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := &action{user: slack.Olive, verb: "kick"}
	if random.IntN(5) == 0 {
		n := w.pressed % perPressRoom
		a.room, a.who, a.press = fmt.Sprintf("p%d", w.pressed/perPressRoom), fmt.Sprintf("guest-%05d", n+1), fmt.Sprintf("Guest %d", n+1)
		w.pressed++
	} else {
		n := w.typed % perRoom
		a.room, a.who = fmt.Sprintf("r%d", w.typed/perRoom), fmt.Sprintf("guest-%05d", n+1)
		// Every fourth is silent from the start: a mute that was not sent would show its effect.
		if n%4 != 1 && random.IntN(2) == 0 {
			a.verb = "mute"
		}
		if random.IntN(10) == 0 {
			a.user = slack.Nora
		}
		w.typed++
	}
	w.actions = append(w.actions, a)
	return a
}

// act asks for the action as soon as there is a connection.
func (w *world) act(a *action) {
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	if err := w.slack.AwaitConnections(ctx, 1); err != nil {
		w.t.Errorf("%s: no connection: %v", a.name(), err)
		return
	}
	var reply *slack.Reply
	var err error
	if a.press == "" {
		reply, err = w.slack.As(a.user).Command(ctx, "/room-"+a.verb, a.room+" "+a.who, slack.Moderation)
	} else {
		reply, err = w.pressTwice(ctx, a)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	a.reply, a.acked = reply, err == nil
	if err != nil && !errors.Is(err, slack.ErrDispatchFailed) && !errors.Is(err, slack.ErrTimeout) && !errors.Is(err, errNoList) {
		w.t.Errorf("%s: %v", a.name(), err)
	}
}

var errNoList = errors.New("the list did not come")

// pressTwice lists the room and presses the button of a row, like an impatient
// person twice. The program may be killed at any moment of it.
func (w *world) pressTwice(ctx context.Context, a *action) (*slack.Reply, error) {
	reply, err := w.slack.As(a.user).Command(ctx, "/room-list", a.room, slack.Moderation)
	if err != nil {
		return reply, err
	}
	wait, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	list, err := reply.Await(wait, slack.Contains(a.press))
	if err != nil {
		return reply, errNoList
	}
	var again sync.WaitGroup
	again.Go(func() { _, _ = w.slack.As(a.user).Press(ctx, list, "Kick", a.press) })
	reply, err = w.slack.As(a.user).Press(ctx, list, "Kick", a.press)
	again.Wait()
	return reply, err
}

// work has people act, several at once, with a rest of up to pace after each
// action, while there is more to do. One who sees Slack's error waits a moment.
func (w *world) work(seed uint64, pace time.Duration, more func() bool) {
	var crowd sync.WaitGroup
	for n := range 6 {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		crowd.Go(func() {
			for more() {
				a := w.plan(random)
				w.act(a)
				wait := time.Duration(random.Int64N(int64(pace) + 1))
				if !a.acked {
					wait += 50 * time.Millisecond
				}
				rest(wait)
			}
		})
	}
	crowd.Wait()
}

// awaitLink waits for a connection that was opened after so many; it may not
// come soon, where opening it goes wrong.
func (w *world) awaitLink(opened int) {
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	_ = w.slack.Await(ctx, func() bool { return len(w.slack.Opens()) > opened && len(w.slack.Sockets()) > 0 })
}

// asked counts the actions so far, acked those that Slack took for done.
func (w *world) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.actions)
}

func (w *world) acked() (count int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.actions {
		if a.acked {
			count++
		}
	}
	return count
}

// exported is what the suite reads of a case.
type exported struct {
	Case        uint64 `json:"case"`
	Seq         uint64 `json:"seq"`
	Action      string `json:"action"`
	Outcome     string `json:"outcome"`
	Room        string `json:"room"`
	Participant string `json:"participant"`
}

// cases returns all cases by verb, room and participant.
func (w *world) cases() map[string][]exported {
	w.t.Helper()
	out, errs, status := w.bot.Run(w.ctx, "audit", "export", "--format", "jsonl")
	if status != 0 {
		w.t.Fatalf("audit export: %d %s", status, errs)
	}
	all := make(map[string][]exported)
	for line := range strings.Lines(out) {
		var c exported
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			w.t.Fatal(err)
		}
		key := c.Action + " " + c.Room + " " + c.Participant
		all[key] = append(all[key], c)
	}
	return all
}

// effects counts what the provider did, by verb, room and participant.
func (w *world) effects() map[string]int {
	w.t.Helper()
	f, err := os.Open(w.journal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all := make(map[string]int)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e struct{ Act, Room, Participant string }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			w.t.Fatalf("the journal: %v", err)
		}
		all[e.Act+" "+e.Room+" "+e.Participant]++
	}
	return all
}

// post is a case's message in the audit channel.
type post struct {
	count   int
	outcome string
	seq     uint64
}

func (w *world) posts() map[uint64]post {
	all := make(map[uint64]post)
	for _, m := range w.slack.Messages(slack.Audit) {
		var data struct {
			Payload struct {
				Case, Seq uint64
				Outcome   string
			} `json:"event_payload"`
		}
		if err := json.Unmarshal(m.Metadata, &data); err != nil {
			w.t.Errorf("a message without metadata: %s", m.Text)
			continue
		}
		p := all[data.Payload.Case]
		all[data.Payload.Case] = post{count: p.count + 1, outcome: data.Payload.Outcome, seq: data.Payload.Seq}
	}
	return all
}

// unsettled reports what is not yet as it should be in the end.
func (w *world) unsettled(cases map[string][]exported) string {
	posts := w.posts()
	for _, a := range w.actions {
		if a.acked && len(cases[a.name()]) == 0 && !w.wasTurnedAway(a) {
			return a.name() + " was acked and has no case"
		}
	}
	for key := range w.effects() {
		if len(cases[key]) == 0 {
			return key + " had its effect and has no case"
		}
	}
	for key, all := range cases {
		for _, c := range all {
			if c.Outcome == "intended" || c.Outcome == "unknown" {
				return fmt.Sprintf("case %d (%s) is %s", c.Case, key, c.Outcome)
			}
			if p := posts[c.Case]; p.outcome != c.Outcome {
				return fmt.Sprintf("case %d (%s) is %s and told as %q", c.Case, key, c.Outcome, p.outcome)
			}
		}
	}
	return ""
}

// settles bounds the wait for every case to have an outcome and to be told.
const settles = 5 * time.Minute

// settle waits until every case has an outcome and is told.
func (w *world) settle() map[string][]exported {
	w.t.Helper()
	deadline := time.Now().Add(settles)
	for {
		next := w.slack.Changed()
		cases := w.cases()
		left := w.unsettled(cases)
		if left == "" {
			return cases
		}
		if time.Now().After(deadline) {
			w.t.Errorf("not settled after %s: %s", settles, left)
			return cases
		}
		timer := time.NewTimer(500 * time.Millisecond)
		select {
		case <-next:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// nothingDone is what every answer says that acked an action and did not take it.
var nothingDone = []string{"Nothing was done", "nothing was done", "Nothing more was done"}

// hold checks the promise: each action that was acked has exactly one case with
// an outcome, one effect where that is a success and none where it is not, and
// one message; what was not taken has none of these. It returns how many succeeded.
func (w *world) hold(cases map[string][]exported) (succeeded int) {
	w.t.Helper()
	effects, posts := w.effects(), w.posts()
	count := make(map[string]int)
	for _, a := range w.actions {
		all := cases[a.name()]
		if len(all) == 0 && a.acked && !w.wasTurnedAway(a) {
			w.t.Errorf("%s: acked and no case; told %+v", a.name(), a.reply.Messages())
		}
		done, outcome := 0, "not taken"
		for _, c := range all {
			outcome = c.Outcome
			if c.Outcome == "succeeded" {
				done++
			}
			if p := posts[c.Case]; p.count != 1 {
				w.t.Errorf("%s: case %d is told %d times", a.name(), c.Case, p.count)
			}
		}
		count[outcome]++
		// Of two presses the second acts where the first is known to have failed.
		if len(all) > 1 && (a.press == "" || len(all) > 2) || done > 1 {
			w.t.Errorf("%s: %d cases: %+v", a.name(), len(all), all)
		}
		if a.user == slack.Nora && done > 0 {
			w.t.Errorf("%s: done for someone who may not", a.name())
		}
		if effects[a.name()] != done {
			w.t.Errorf("%s: %s, and %d effects", a.name(), outcome, effects[a.name()])
		}
	}
	w.t.Logf("%d actions: %v", len(w.actions), count)
	// A suite in which nothing is done would hold every promise. Of a few actions
	// most may fall into the second without a link; of many a quarter is done, and
	// TestEachFaultAlone holds the same of all its faults together.
	least := 1
	if len(w.actions) >= 200 {
		least = len(w.actions) / 4
	}
	if count["succeeded"] < least {
		w.t.Errorf("only %d of %d actions succeeded, not %d: %v", count["succeeded"], len(w.actions), least, count)
	}
	for key := range effects {
		if len(cases[key]) == 0 {
			w.t.Errorf("%s: an effect without a case", key)
		}
	}
	if out, errs, status := w.bot.Run(w.ctx, "audit", "verify"); status != 0 {
		w.t.Errorf("audit verify: %d %s %s", status, out, errs)
	}
	return count["succeeded"]
}

func (w *world) wasTurnedAway(a *action) bool {
	for _, m := range a.reply.Messages() {
		for _, text := range nothingDone {
			if strings.Contains(m.Plain(), text) {
				return true
			}
		}
	}
	return false
}
