package twiliovoice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

// matrix is the column of docs/providers.md.
var matrix = map[moderation.Capability]moderation.Level{
	moderation.CanListRooms: "Y", moderation.CanListParticipants: "Y", moderation.CanKick: "Y", moderation.CanEnd: "Y",
	moderation.CanBan: "E", moderation.CanMuteAudio: "Y", moderation.CanMuteAllAudio: "L", moderation.CanUnmuteAudio: "Y",
	moderation.CanHold: "Y", moderation.CanAnnounce: "Y", moderation.CanAnnounceOne: "Y", moderation.CanCoach: "Y",
	moderation.CanDial: "Y", moderation.CanConfigure: "Y", moderation.CanLock: "E", moderation.CanSeeRecording: "Y",
}

func TestSuite(t *testing.T) {
	a := newAccount(t, support())
	rooms := 0
	providertest.Run(t, providertest.Harness{
		Driver: a.Driver,
		Matrix: matrix, Number: "+15558675310", Secrets: []string{twiliotest.AuthToken}, Target: a.url,
		Wired: func(t *testing.T, address string) provider.Driver {
			driver, err := twiliovoice.Type.Open(t.Context(), provider.Settings{Values: map[string]string{
				"account_sid": twiliotest.AccountSID, "auth_token": twiliotest.AuthToken, "base_url": address, "caller_id": "+15005550006",
			}})
			if err != nil {
				t.Fatal(err)
			}
			return driver
		},
		NewRoom: func(_ *testing.T, people int) providertest.Room {
			rooms++
			h := &providertest.Hall{Title: fmt.Sprintf("hall-%d", rooms)}
			sid := a.AddConference(h.Title)
			for i := range people {
				g := &guest{account: a, hall: h, conference: sid, label: fmt.Sprintf("guest%d", i), number: fmt.Sprintf("+1617555%d%03d", i, rooms)}
				g.Return(nil)
				h.People = append(h.People, g)
			}
			return h
		},
	})
}

// guest is a caller as the stand-in sees them.
type guest struct {
	providertest.NoGuest
	account                   *account
	hall                      *providertest.Hall
	conference, label, number string
	call                      string
}

func (g *guest) Identity() string { return g.label }

func (g *guest) Leave(testing.TB) { g.account.Leave(g.call) }

func (g *guest) Return(testing.TB) {
	g.call = g.account.Join(g.conference, twiliotest.Caller{Label: g.label, Number: g.number})
}

func (g *guest) state() twiliotest.CallState { return g.account.Call(g.call) }

func (g *guest) must(t testing.TB, what string, so bool) {
	t.Helper()
	if !so {
		t.Errorf("%s is not %s: %+v", g.label, what, g.state())
	}
}

func (g *guest) AwaitOut(t testing.TB) { g.must(t, "out", !g.state().Present) }

func (g *guest) AwaitSilent(t testing.TB, _ moderation.Media) { g.must(t, "silent", g.state().Muted) }

func (g *guest) AwaitFree(t testing.TB, _ moderation.Media) { g.must(t, "free", !g.state().Muted) }

func (g *guest) AwaitApart(t testing.TB) { g.must(t, "apart", g.state().Hold) }

func (g *guest) AwaitTogether(t testing.TB) { g.must(t, "back", !g.state().Hold) }

func (g *guest) hears(identity string) bool {
	for _, other := range g.hall.People {
		if other.Identity() == identity {
			return g.account.Hears(g.call, other.(*guest).call)
		}
	}
	return false
}

func (g *guest) AwaitHears(t testing.TB, identity string) {
	g.must(t, "hearing "+identity, g.hears(identity))
}

func (g *guest) AwaitHearsNot(t testing.TB, identity string) {
	g.must(t, "deaf to "+identity, !g.hears(identity))
}

func (g *guest) AwaitAnnouncement(t testing.TB, text string) {
	played := append(g.account.Announced(g.conference), g.state().Announced...)
	for _, a := range played {
		for i, body := range g.account.hosted.bodies {
			if a.URL == fmt.Sprintf("%s/hosted/%d", publicURL, i+1) && strings.Contains(body, "<Say>"+text+"</Say>") {
				return
			}
		}
	}
	t.Errorf("%s never heard %q, but %v", g.label, text, played)
}
