package livekit_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// message waits for a data message of docs/livekit-app-contract.md.
func message(t *testing.T, g *livekittest.Guest, kind string) map[string]any {
	t.Helper()
	var m map[string]any
	e := g.Await(t, kind, func(e livekittest.Event) bool {
		return e.Kind == livekittest.Data && e.Topic == "roomwarden" && strings.Contains(e.Text, `"type":"`+kind+`"`)
	})
	if err := json.Unmarshal([]byte(e.Text), &m); err != nil {
		t.Fatalf("%s: %v", e.Text, err)
	}
	if e.Of != "" {
		t.Errorf("the message has a sender: %q", e.Of)
	}
	return m
}

func same(t *testing.T, got, want map[string]any) {
	t.Helper()
	want["version"] = 1.0
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the data message is %v, not %v", got, want)
	}
}

// What LiveKit leaves to apps goes by data messages and attributes; hold goes by
// permissions; end puts everyone out.
func TestAnnouncePinHoldEnd(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	ines, otto := s.join("plenum", "Ines"), s.join("plenum", "Otto")

	s.typed("announce plenum We start in two minutes.", "Announced")
	for _, g := range []*livekittest.Guest{ines, otto} {
		same(t, message(t, g, "announce"), map[string]any{"type": "announce", "text": "We start in two minutes."})
	}
	s.typed("announce plenum https://example.org/gong.mp3", "Announced")
	for _, g := range []*livekittest.Guest{ines, otto} {
		same(t, message(t, g, "announce"), map[string]any{"type": "announce", "url": "https://example.org/gong.mp3"})
	}
	s.typed("announce plenum user-ines your turn", "Announced to Ines")
	same(t, message(t, ines, "announce"), map[string]any{"type": "announce", "text": "your turn"})

	pinned := func(of, value string) func(livekittest.Event) bool {
		return func(e livekittest.Event) bool {
			got, told := e.Changed["roomwarden.pinned"]
			return e.Kind == livekittest.Attributes && e.Of == of && told && got == value
		}
	}
	s.typed("pin plenum user-ines", "Ines is pinned")
	same(t, message(t, otto, "pin"), map[string]any{"type": "pin", "participant": "user-ines"})
	otto.Await(t, "Ines pinned", pinned("user-ines", "true"))
	// Pinning replaces the earlier pin.
	s.typed("pin plenum user-otto", "Otto is pinned")
	same(t, message(t, ines, "pin"), map[string]any{"type": "pin", "participant": "user-ines"})
	same(t, message(t, ines, "pin"), map[string]any{"type": "pin", "participant": "user-otto"})
	otto.Await(t, "Ines not pinned any more", pinned("user-ines", ""))
	ines.Await(t, "Otto pinned", pinned("user-otto", "true"))
	s.typed("unpin plenum", "no longer pinned")
	same(t, message(t, ines, "unpin"), map[string]any{"type": "unpin", "participant": "user-otto"})
	ines.Await(t, "nobody pinned", pinned("user-otto", ""))
	// The one to Ines did not go to Otto.
	if e, told := otto.Saw(func(e livekittest.Event) bool { return strings.Contains(e.Text, "your turn") }); told {
		t.Errorf("Otto got what was for Ines: %+v", e)
	}

	otto.AwaitHears(t, "user-ines")
	s.typed("hold plenum user-ines", "Ines in", "on hold")
	otto.AwaitHearsNot(t, "user-ines")
	livekittest.Until(t, "Ines neither hears nor is heard", func() bool {
		return !ines.Permissions().GetCanSubscribe() && !ines.Permissions().GetCanPublish()
	})
	s.typed("list live:plenum", "Ines", "hold")
	s.typed("unhold plenum user-ines", "Ines is back", "turn microphone and camera on themselves")
	livekittest.Until(t, "Ines is back", func() bool {
		return ines.Permissions().GetCanSubscribe() && ines.Permissions().GetCanPublish()
	})
	s.there(ines, otto)

	question := s.Types(slack.Olive, "/room-end", "plenum", "plenum")
	if _, err := s.Slack.As(slack.Olive).Press(s.Ctx, question, "End"); err != nil {
		t.Fatal(err)
	}
	for _, g := range []*livekittest.Guest{ines, otto} {
		g.AwaitOut(t)
	}
	s.Audited(rig.Case{Action: "end", Outcome: "succeeded", Actor: slack.Olive, Room: "plenum"})
	s.slackShowsTo(slack.Olive, "opens it anew")
	s.returns(otto) // as was said
}

// slackShowsTo waits for a message that someone sees.
func (s *shift) slackShowsTo(user, text string) {
	s.t.Helper()
	if _, err := s.Slack.As(user).AwaitMessage(s.Ctx, slack.Moderation, slack.Contains(text)); err != nil {
		s.t.Fatalf("%s is never shown %q: %v", user, text, err)
	}
}

// callbacks takes the server's to the program, whose address is known only later.
type callbacks struct {
	url    string
	to     atomic.Pointer[httputil.ReverseProxy]
	passed atomic.Int64
}

func newCallbacks(t *testing.T) *callbacks {
	t.Helper()
	c := &callbacks{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := c.to.Load(); to != nil {
			to.ServeHTTP(w, r)
			c.passed.Add(1)
		}
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	c.url = server.URL + "/webhooks/live"
	return c
}

// connect leads to the program, once it says where it listens.
func (c *callbacks) connect(s *shift) *url.URL {
	s.t.Helper()
	to := &url.URL{Scheme: "http", Host: s.Bot.Listens(s.Ctx)}
	proxy := httputil.NewSingleHostReverseProxy(to)
	transport := &http.Transport{}
	proxy.Transport = transport
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	s.t.Cleanup(transport.CloseIdleConnections)
	c.to.Store(proxy)
	return to
}

// "To prevent rejoining …": a ban and a lock put people out at every return, at
// once where the server calls back.
func TestBanAndLockByCallbacks(t *testing.T) {
	calls := newCallbacks(t)
	live := livekittest.StartWith(t, livekittest.Options{WebhookURL: calls.url})
	s := newShift(t, live)
	address := calls.connect(s)
	otto, chaos := s.join("vault", "Otto"), s.join("vault", "Chaos")

	s.typed("ban vault user-chaos 1h", "Chaos is banned")
	chaos.AwaitOut(t)
	s.did("ban", "vault", "user-chaos")
	// Without callbacks each return would last until the next look, 5 s after the
	// last. A busy machine may hold up some of them, hardly all.
	shortest := time.Hour
	for range 5 {
		shortest = min(shortest, s.putOut(chaos))
	}
	t.Logf("the shortest return of someone banned lasted %s", shortest)
	if shortest > 4*time.Second {
		t.Errorf("every return of someone banned lasted %s and more: the callbacks did nothing", shortest)
	}
	s.Audited(rig.Case{Action: "kick", Outcome: "succeeded", Actor: "system", Room: "vault", Participant: "user-chaos"})
	if calls.passed.Load() == 0 {
		t.Error("the server never called back")
	}

	// A forged callback is not taken.
	forged, err := http.NewRequestWithContext(s.Ctx, http.MethodPost, address.String()+"/webhooks/live", strings.NewReader(`{"event":"participant_joined"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(forged)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a forged callback gets %s", answer.Status)
	}

	// Lock: newcomers are put out; those who were inside may come back.
	s.typed("lock vault", "locked")
	newcomer, err := livekittest.Invite(s.live, "vault", "user-late", livekittest.Named("Late"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(newcomer.Leave)
	s.putOut(newcomer)
	s.Audited(rig.Case{Action: "kick", Outcome: "succeeded", Actor: "system", Room: "vault", Participant: "user-late"})
	s.there(otto)
	s.typed("unlock vault", "open again")
	s.returns(newcomer)
	s.there(newcomer)
}

// putOut lets a guest in who is put out again, and returns how long that took.
// On a busy machine a join may fail before anyone sees it: then the guest tries again.
func (s *shift) putOut(g *livekittest.Guest) time.Duration {
	s.t.Helper()
	before := s.gate.Count("RemoveParticipant")
	for s.Ctx.Err() == nil {
		began := time.Now()
		if err := g.Knock(2 * time.Second); err == nil {
			g.AwaitOut(s.t)
		}
		if s.gate.Count("RemoveParticipant") > before {
			return s.gate.Last("RemoveParticipant").Sub(began)
		}
	}
	s.t.Fatalf("%s is never put out", g.Identity)
	return 0
}
