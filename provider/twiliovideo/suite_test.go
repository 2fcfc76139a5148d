package twiliovideo_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
)

// matrix is the column of docs/providers.md.
var matrix = map[moderation.Capability]moderation.Level{
	moderation.CanListRooms: "Y", moderation.CanListParticipants: "Y", moderation.CanKick: "Y", moderation.CanEnd: "Y",
	moderation.CanBan: "E", moderation.CanMuteAudio: "E", moderation.CanMuteAllAudio: "L", moderation.CanMuteVideo: "E",
	moderation.CanMuteAllVideo: "L", moderation.CanUnmuteAudio: "E", moderation.CanUnmuteVideo: "E", moderation.CanHold: "E",
	moderation.CanCoach: "E", moderation.CanLock: "E", moderation.CanSeeRecording: "Y",
}

func TestSuite(t *testing.T) {
	standIn := twiliotest.New(twiliotest.Config{})
	server := httptest.NewServer(standIn)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		standIn.Close()
	})
	open := func(t *testing.T, address string) provider.Driver {
		driver, err := twiliovideo.OpenUnbounded(provider.Settings{Values: map[string]string{
			"account_sid": twiliotest.AccountSID, "api_key": twiliotest.APIKey, "api_secret": twiliotest.APISecret, "base_url": address,
		}})
		if err != nil {
			t.Fatal(err)
		}
		return driver
	}
	driver := open(t, server.URL)
	t.Cleanup(func() { _ = driver.Close() })
	rooms := 0
	providertest.Run(t, providertest.Harness{
		Driver: driver, Wired: open, Target: server.URL, Matrix: matrix, Secrets: []string{twiliotest.APISecret},
		NewRoom: func(_ *testing.T, people int) providertest.Room {
			rooms++
			h := &providertest.Hall{Title: fmt.Sprintf("hall-%d", rooms)}
			sid := standIn.AddRoom(h.Title)
			for i := range people {
				g := &guest{server: standIn, room: sid, identity: fmt.Sprintf("guest%d", i)}
				g.Return(nil)
				h.People = append(h.People, g)
			}
			return h
		},
	})
}

// guest is someone in a room as the others get them.
type guest struct {
	providertest.NoGuest
	server         *twiliotest.Server
	room, identity string
	connection     string
}

func (g *guest) Identity() string { return g.identity }

func (g *guest) Leave(testing.TB) { g.server.Disconnect(g.connection) }

func (g *guest) Return(testing.TB) { g.connection = g.server.Connect(g.room, g.identity) }

func (g *guest) AwaitOut(t testing.TB) {
	t.Helper()
	if g.server.Present(g.room)[g.identity] == g.connection {
		t.Errorf("%s is still there", g.identity)
	}
}

// reaches counts who gets a medium of the guest, and how many others there are.
func (g *guest) reaches(m moderation.Media) (reached, others int) {
	for identity, sid := range g.server.Present(g.room) {
		if identity == g.identity {
			continue
		}
		others++
		if g.server.Receives(sid, g.connection, string(m)) {
			reached++
		}
	}
	return reached, others
}

func (g *guest) AwaitSilent(t testing.TB, m moderation.Media) {
	t.Helper()
	if n, _ := g.reaches(m); n > 0 {
		t.Errorf("%d still get the %s of %s", n, m, g.identity)
	}
}

func (g *guest) AwaitFree(t testing.TB, m moderation.Media) {
	t.Helper()
	if n, all := g.reaches(m); n != all {
		t.Errorf("%d of %d get the %s of %s", n, all, m, g.identity)
	}
}

func (g *guest) AwaitApart(t testing.TB) {
	t.Helper()
	for identity, sid := range g.server.Present(g.room) {
		for _, kind := range []string{"audio", "video"} {
			if g.server.Receives(g.connection, sid, kind) || g.server.Receives(sid, g.connection, kind) {
				t.Errorf("%s and %s are not apart", g.identity, identity)
			}
		}
	}
}

func (g *guest) AwaitTogether(t testing.TB) {
	t.Helper()
	for identity, sid := range g.server.Present(g.room) {
		both := g.server.Receives(g.connection, sid, "audio") && g.server.Receives(sid, g.connection, "video")
		if identity != g.identity && !both {
			t.Errorf("%s and %s are apart", g.identity, identity)
		}
	}
}

func (g *guest) hears(identity string) bool {
	return g.server.Receives(g.connection, g.server.Present(g.room)[identity], "audio")
}

func (g *guest) AwaitHears(t testing.TB, identity string) {
	t.Helper()
	if !g.hears(identity) {
		t.Errorf("%s does not hear %s", g.identity, identity)
	}
}

func (g *guest) AwaitHearsNot(t testing.TB, identity string) {
	t.Helper()
	if g.hears(identity) {
		t.Errorf("%s hears %s", g.identity, identity)
	}
}
