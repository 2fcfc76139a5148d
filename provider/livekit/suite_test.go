package livekit_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
	"github.com/roomwarden/roomwarden/provider/providertest"
)

func TestMain(m *testing.M) { livekittest.Main(m) }

// open makes a driver of a server, which ends with the test.
func open(t *testing.T, url string, more map[string]string) provider.Driver {
	t.Helper()
	values := map[string]string{"url": url, "api_key": livekittest.Key, "api_secret": livekittest.Secret}
	for k, v := range more {
		values[k] = v
	}
	d, err := livekit.Type.Open(t.Context(), provider.Settings{
		Name: "live", Values: values, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// matrix is the column of docs/providers.md.
var matrix = map[moderation.Capability]moderation.Level{
	moderation.CanListRooms: moderation.Native, moderation.CanListParticipants: moderation.Native,
	moderation.CanKick: moderation.Native, moderation.CanEnd: moderation.Native, moderation.CanBan: moderation.Emulated,
	moderation.CanMuteAudio: moderation.Native, moderation.CanMuteAllAudio: moderation.Looped,
	moderation.CanMuteVideo: moderation.Native, moderation.CanMuteAllVideo: moderation.Looped,
	moderation.CanMuteScreen: moderation.Native, moderation.CanUnmuteAudio: moderation.Native,
	moderation.CanUnmuteVideo: moderation.Native, moderation.CanUnmuteScreen: moderation.Native,
	moderation.CanHold: moderation.Emulated, moderation.CanAnnounce: moderation.Emulated,
	moderation.CanAnnounceOne: moderation.Emulated, moderation.CanCoach: moderation.Emulated,
	moderation.CanDial:      moderation.Impossible, // without a trunk
	moderation.CanConfigure: moderation.Native, moderation.CanPin: moderation.Emulated,
	moderation.CanLock: moderation.Emulated, moderation.CanSeeRecording: moderation.Native,
}

var rooms atomic.Int64

func roomName(t *testing.T) string {
	return fmt.Sprintf("%s-%d", strings.ToLower(strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())), rooms.Add(1))
}

func TestSuite(t *testing.T) {
	heard := newEar(t)
	server := livekittest.StartWith(t, livekittest.Options{WebhookURL: heard.url})
	driver := open(t, server.URL, nil)
	heard.by(driver)
	t.Run("Suite", func(t *testing.T) { suite(t, server, driver, heard) })
	heard.all(t)
}

// suite runs the suite on a server whose callbacks are heard.
func suite(t *testing.T, server *livekittest.Server, driver provider.Driver, heard *ear) {
	providertest.Run(t, providertest.Harness{
		Driver:   driver,
		Matrix:   matrix,
		Parallel: true,
		NewRoom: func(t *testing.T, people int) providertest.Room {
			h := newHall(t, server, people)
			heard.expect(h.name)
			return h
		},
		NewCrowd: func(t *testing.T) providertest.Room {
			h := newCrowd(t, server)
			heard.expect(h.name)
			return h
		},
		Wired:   func(t *testing.T, address string) provider.Driver { return open(t, address, nil) },
		Target:  strings.Replace(server.URL, "ws://", "http://", 1),
		Secrets: []string{livekittest.Secret},
		Writes: func(r *http.Request) bool {
			return !strings.Contains(r.URL.Path, "/List") && !strings.Contains(r.URL.Path, "/Get")
		},
	})
}

// hall is a room on the real server with real participants.
type hall struct {
	name   string
	guests []providertest.Guest
}

func newHall(t *testing.T, server *livekittest.Server, people int) *hall {
	h := &hall{name: roomName(t)}
	for i := range people {
		// They may be asked to share a screen too; it is not sent until then.
		g := livekittest.Join(t, server, h.name, fmt.Sprintf("guest%d", i), livekittest.Microphone(), livekittest.Camera())
		h.guests = append(h.guests, &guest{Guest: g, hall: h})
	}
	for _, g := range h.guests { // until everyone hears everyone
		for _, other := range h.guests {
			if g.Identity() != other.Identity() {
				g.AwaitHears(t, other.Identity())
			}
		}
	}
	return h
}

func (h *hall) Name() string                 { return h.name }
func (h *hall) Guests() []providertest.Guest { return h.guests }

type guest struct {
	*livekittest.Guest
	hall *hall

	mu     sync.Mutex
	pinned string
}

func (g *guest) Identity() string { return g.Guest.Identity }

func (g *guest) Leave(testing.TB) { g.Guest.Leave() }

func (g *guest) Return(t testing.TB) {
	t.Helper()
	if err := g.Guest.Return(); err != nil {
		t.Fatal(err)
	}
}

func (g *guest) AwaitOut(t testing.TB) { g.Guest.AwaitOut(t) }

var sources = map[moderation.Media]lk.TrackSource{
	moderation.Audio: lk.TrackSource_MICROPHONE, moderation.Video: lk.TrackSource_CAMERA,
	moderation.Screen: lk.TrackSource_SCREEN_SHARE,
}

// AwaitSilent waits until the server has taken the track and told the guest so.
func (g *guest) AwaitSilent(t testing.TB, m moderation.Media) {
	t.Helper()
	if g.TrackSID(sources[m]) != "" {
		g.Await(t, "the loss of its track", func(e livekittest.Event) bool {
			return e.Kind == livekittest.Unpublished && e.Source == sources[m]
		})
	}
	g.awaitPermission(t, func(p *lk.ParticipantPermission) bool { return !may(p, sources[m]) })
}

// AwaitFree publishes, which the server must let the guest do.
func (g *guest) AwaitFree(t testing.TB, m moderation.Media) {
	t.Helper()
	g.awaitPermission(t, func(p *lk.ParticipantPermission) bool { return may(p, sources[m]) })
	if g.TrackSID(sources[m]) == "" {
		if err := g.Publish(sources[m]); err != nil {
			t.Errorf("%s cannot send %s: %v", g.Identity(), m, err)
		}
	}
}

func (g *guest) AwaitApart(t testing.TB) {
	t.Helper()
	for _, other := range g.hall.guests {
		if other.Identity() != g.Identity() {
			g.AwaitHearsNot(t, other.Identity())
			other.AwaitHearsNot(t, g.Identity())
		}
	}
}

func (g *guest) AwaitTogether(t testing.TB) {
	t.Helper()
	g.AwaitFree(t, moderation.Audio)
	for _, other := range g.hall.guests {
		if other.Identity() != g.Identity() {
			g.AwaitHears(t, other.Identity())
			other.AwaitHears(t, g.Identity())
		}
	}
}

func (g *guest) AwaitAnnouncement(t testing.TB, text string) {
	t.Helper()
	g.Await(t, "an announcement", func(e livekittest.Event) bool {
		var m livekit.Message
		return e.Kind == livekittest.Data && e.Topic == livekit.Topic && e.Of == "" && json.Unmarshal([]byte(e.Text), &m) == nil &&
			m.Version == 1 && m.Type == "announce" && m.Text == text
	})
}

// AwaitPinned follows the attributes, as docs/livekit-app-contract.md says.
func (g *guest) AwaitPinned(t testing.TB, identity string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	want := identity
	if want == "" {
		want = g.pinned
	}
	g.Await(t, fmt.Sprintf("%q pinned", identity), func(e livekittest.Event) bool {
		value, told := e.Changed["roomwarden.pinned"]
		return e.Kind == livekittest.Attributes && e.Of == want && told && (value == "true") == (identity != "")
	})
	g.pinned = identity
}

// awaitPermission waits until the guest was told a permission that fits.
func (g *guest) awaitPermission(t testing.TB, fits func(*lk.ParticipantPermission) bool) {
	t.Helper()
	livekittest.Until(t, g.Identity()+" is told its permission", func() bool { return fits(g.Permissions()) })
}

func may(p *lk.ParticipantPermission, s lk.TrackSource) bool {
	if !p.GetCanPublish() {
		return false
	}
	for _, have := range p.GetCanPublishSources() {
		if have == s {
			return true
		}
	}
	return len(p.GetCanPublishSources()) == 0
}
