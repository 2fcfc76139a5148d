package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// size says how much of the suite runs: ROOMWARDEN_FAULTS is its percentage, 100
// for all of what ./test runs.
func size(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ROOMWARDEN_FAULTS")
	if text == "" {
		return 5
	}
	percent, err := strconv.Atoi(text)
	if err != nil || percent < 1 {
		t.Fatalf("ROOMWARDEN_FAULTS is %q, not a percentage", text)
	}
	return percent
}

// seed is that of ROOMWARDEN_SEED, or a new one; it is printed either way.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := rand.Uint64N(1_000_000)
	if text := os.Getenv("ROOMWARDEN_SEED"); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d", n)
	return n
}

// mischief makes one fault happen.
type mischief struct {
	name string
	make func(w *world, random *rand.Rand)
	slow bool // it takes half a minute: the whole suite alone has it by itself
}

// mischiefs are the faults of the suite. Each is over by itself.
var mischiefs = []mischief{
	{name: "redelivery", make: func(w *world, _ *rand.Rand) { w.slack.InjectEnvelope(slack.EnvelopeFault{Redeliver: true, Times: 3}) }},
	{name: "cut before the ack", make: func(w *world, _ *rand.Rand) {
		w.slack.InjectEnvelope(slack.EnvelopeFault{CutBeforeAck: true, Times: 1})
	}},
	{name: "cut after the ack", make: func(w *world, _ *rand.Rand) {
		w.slack.InjectEnvelope(slack.EnvelopeFault{CutAfterAck: true, Redeliver: true, Times: 1})
	}},
	{name: "lost before delivery", make: func(w *world, _ *rand.Rand) {
		w.slack.InjectEnvelope(slack.EnvelopeFault{LoseBefore: true, Redeliver: true, Times: 1})
	}},
	{name: "warning", make: disconnect(slack.Warning, 300*time.Millisecond)},
	{name: "refresh", make: disconnect(slack.RefreshRequested, 100*time.Millisecond)},
	{name: "disconnect at once", make: disconnect(slack.RefreshRequested, 0)},
	{name: "too many", make: disconnect(slack.TooMany, 0), slow: true},
	{name: "cut", make: func(w *world, random *rand.Rand) { onSocket(w, random, (*slack.Socket).Cut) }},
	{name: "half open", make: func(w *world, random *rand.Rand) { onSocket(w, random, (*slack.Socket).HalfOpen) }, slow: true},
	{name: "malformed frame", make: frame(`{"envelope_id":"m1","type":"interactive","payload":{{`)},
	{name: "no envelope", make: frame(`[1,2`)},
	{name: "unknown envelope", make: frame(`{"envelope_id":"u1","type":"surprise","payload":{"type":"surprise"}}`)},
	{name: "posting hangs", make: call(slack.Fault{Method: "chat.postMessage", Hang: true, Times: 1}), slow: true},
	{name: "posting is cut", make: call(slack.Fault{Method: "chat.postMessage", Cut: true, Times: 1})},
	{name: "a post's answer is lost", make: call(slack.Fault{Method: "chat.postMessage", Effect: true, Cut: true, Times: 1})},
	{name: "a post's answer is 500", make: call(slack.Fault{Method: "chat.postMessage", Effect: true, Status: 500, Times: 1})},
	{name: "a post is 503", make: call(slack.Fault{Method: "chat.postMessage", Status: 503, Times: 1})},
	{name: "a post is late", make: call(slack.Fault{Method: "chat.postMessage", Effect: true, Delay: 700 * time.Millisecond, Times: 1})},
	{name: "too fast", make: call(slack.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: time.Second, Times: 1})},
	{name: "an update is lost", make: call(slack.Fault{Method: "chat.update", Effect: true, Cut: true, Times: 2})},
	{name: "an update is 500", make: call(slack.Fault{Method: "chat.update", Status: 500, Times: 2})},
	{name: "history is 500", make: call(slack.Fault{Method: "conversations.history", Status: 500, Times: 1})},
	{name: "an answer is cut", make: call(slack.Fault{Method: "response_url", Cut: true, Times: 3})},
	{name: "an answer's answer is lost", make: call(slack.Fault{Method: "response_url", Effect: true, Cut: true, Times: 3})},
	{name: "opening is 500", make: reopen(slack.Fault{Method: "apps.connections.open", Status: 500, Times: 1})},
	{name: "opening hangs", make: reopen(slack.Fault{Method: "apps.connections.open", Hang: true, Times: 1}), slow: true},
	{name: "people cannot be read", make: call(slack.Fault{Method: "users.info", Status: 500, Times: 2})},
}

func disconnect(reason string, pause time.Duration) func(*world, *rand.Rand) {
	return func(w *world, random *rand.Rand) {
		onSocket(w, random, func(s *slack.Socket) { s.Disconnect(reason, pause) })
	}
}

func onSocket(w *world, random *rand.Rand, do func(*slack.Socket)) {
	if all := w.slack.Sockets(); len(all) > 0 {
		do(all[random.IntN(len(all))])
	}
}

func frame(text string) func(*world, *rand.Rand) {
	return func(w *world, random *rand.Rand) {
		onSocket(w, random, func(s *slack.Socket) { _ = s.Send([]byte(text)) }) // it may have ended
	}
}

func call(f slack.Fault) func(*world, *rand.Rand) {
	return func(w *world, _ *rand.Rand) { w.spoils = append(w.spoils, w.slack.Inject(f)) }
}

// reopen cuts a connection and spoils the opening of the next.
func reopen(f slack.Fault) func(*world, *rand.Rand) {
	return func(w *world, random *rand.Rand) {
		call(f)(w, random)
		onSocket(w, random, (*slack.Socket).Cut)
	}
}

// rest lets the program run for a while; nothing is expected of that time.
func rest(d time.Duration) { <-time.After(d) }

// awaitWhole waits for both of the program's connections: a fault of one then
// leaves another to work with. Some faults keep one away for half a minute.
func (w *world) awaitWhole() {
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	_ = w.slack.AwaitConnections(ctx, 2)
}

// TestEachFaultAlone does some work while one fault strikes twice.
func TestEachFaultAlone(t *testing.T) {
	t.Parallel()
	n := seed(t)
	var asked, succeeded atomic.Int64
	t.Cleanup(func() {
		if succeeded.Load()*4 < asked.Load() {
			t.Errorf("under a quarter of all actions succeeded: %d of %d", succeeded.Load(), asked.Load())
		}
	})
	for i, m := range mischiefs {
		t.Run(m.name, func(t *testing.T) {
			if m.slow && size(t) < 100 {
				t.Skip("ROOMWARDEN_FAULTS=100 runs it")
			}
			t.Parallel()
			actions := max(12, 60*size(t)/100)
			w := newWorld(t, actions, n)
			w.bot.Start(w.ctx)
			random := rand.New(rand.NewPCG(n, uint64(i)))
			for range 2 {
				// Six act at once: on one connection alone, its end would be that of all six.
				w.awaitWhole()
				m.make(w, random)
				enough := len(w.actions) + actions/2
				w.work(random.Uint64(), 0, func() bool { return w.asked() < enough })
			}
			succeeded.Add(int64(w.hold(w.settle())))
			asked.Add(int64(len(w.actions)))
		})
	}
}

// TestFaultsAndKillsAtRandom mixes all faults and kills the program at random
// moments, to be started again at once.
func TestFaultsAndKillsAtRandom(t *testing.T) {
	t.Parallel()
	n := seed(t)
	const shards = 2
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			actions, kills := max(30, 1050*size(t)/100), max(5, 155*size(t)/100)
			w := newWorld(t, 4*actions, n)
			w.bot.Start(w.ctx)
			random := rand.New(rand.NewPCG(n, uint64(shard)))
			over, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				w.work(n+uint64(shard), 300*time.Millisecond, func() bool {
					select {
					case <-over:
						return false
					default:
						return w.asked() < 4*actions
					}
				})
			}()
			stop := sync.OnceFunc(func() {
				close(over)
				<-done
			})
			defer stop()
			for killed := 0; killed < kills || w.acked() < actions; {
				rest(time.Duration(random.IntN(250)) * time.Millisecond)
				if random.IntN(2) == 0 {
					mischiefs[random.IntN(len(mischiefs))].make(w, random)
					continue
				}
				if killed++; killed > 10*kills {
					t.Errorf("%d actions were acked after %d kills", w.acked(), killed)
					break
				}
				opened := len(w.slack.Opens())
				w.bot.Kill()
				w.bot.Launch()
				// Mostly it lives to work; now and then it dies while it starts.
				if random.IntN(10) > 0 {
					w.awaitLink(opened)
				}
			}
			stop()
			t.Logf("%d actions acked", w.acked())
			for _, f := range w.spoils {
				f.Clear()
			}
			w.bot.Kill()
			w.bot.Launch()
			w.hold(w.settle())
		})
	}
}
