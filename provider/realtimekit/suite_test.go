package realtimekit_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// matrix is the column of docs/providers.md without the bridge.
var matrix = map[moderation.Capability]moderation.Level{
	moderation.CanListRooms: "Y", moderation.CanListParticipants: "Y", moderation.CanKick: "Y", moderation.CanEnd: "Y",
	moderation.CanBan: "E", moderation.CanMuteAudio: "Y", moderation.CanMuteAllAudio: "Y", moderation.CanMuteVideo: "E",
	moderation.CanMuteAllVideo: "L", moderation.CanUnmuteVideo: "E", moderation.CanLock: "Y", moderation.CanSeeRecording: "Y",
}

func TestSuite(t *testing.T) {
	a := newApp(t, realtimekittest.Config{PageSize: 10})
	var rooms atomic.Int32
	providertest.Run(t, providertest.Harness{
		Driver: a.Driver, Matrix: matrix, Secrets: []string{realtimekittest.APIToken}, Target: a.url,
		Wired: func(t *testing.T, address string) provider.Driver {
			driver, err := realtimekit.Unmetered(settings(address))
			if err != nil {
				t.Fatal(err)
			}
			return driver
		},
		NewRoom: func(_ *testing.T, people int) providertest.Room {
			h := &providertest.Hall{Title: fmt.Sprintf("hall-%d", rooms.Add(1))}
			meeting := a.AddMeeting(h.Title)
			for i := range people {
				g := &guest{app: a, meeting: meeting, name: fmt.Sprintf("guest%d", i)}
				a.Enrol(meeting, g.name, "guest")
				g.Return(nil)
				h.People = append(h.People, g)
			}
			return h
		},
	})
}

// guest is a participant as the stand-in sees them.
type guest struct {
	providertest.NoGuest
	app           *app
	meeting, name string
	last          realtimekittest.Joined
}

func (g *guest) Identity() string { return g.name }

func (g *guest) Leave(testing.TB) { g.app.Leave(g.last.ID) }

func (g *guest) Return(testing.TB) {
	g.app.Join(g.meeting, g.name)
	g.last = g.app.Present(g.meeting)[g.name]
}

func (g *guest) state() realtimekittest.PeerState { return g.app.Peer(g.last) }

func (g *guest) must(t testing.TB, what string, so bool) {
	t.Helper()
	if !so {
		t.Errorf("%s is not %s: %+v", g.name, what, g.state())
	}
}

func (g *guest) AwaitOut(t testing.TB) { g.must(t, "out", !g.state().Present) }

// AwaitSilent comes in again where a mute of video put the guest out.
func (g *guest) AwaitSilent(t testing.TB, m moderation.Media) {
	if m == moderation.Audio {
		g.must(t, "silent", g.state().Muted)
		return
	}
	g.must(t, "put out", g.state().Kicked)
	g.Return(t)
	g.must(t, "without video", g.state().Present && !g.state().Video)
}

func (g *guest) AwaitFree(t testing.TB, m moderation.Media) {
	if m == moderation.Audio {
		g.must(t, "free", !g.state().Muted)
		return
	}
	g.must(t, "put out", g.state().Kicked)
	g.Return(t)
	g.must(t, "with video", g.state().Video)
}
