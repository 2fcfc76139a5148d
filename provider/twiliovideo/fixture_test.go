package twiliovideo_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const publicURL = "https://rw.example.org"

// account is a stand-in and a driver that speaks to it.
type account struct {
	*twiliotest.Server
	providertest.Subject
}

// withAccount runs f in simulated time with a stand-in whose every request and
// answer is held to Twilio's description.
func withAccount(t *testing.T, f func(t *testing.T, a *account)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		standIn := twiliotest.New(twiliotest.Config{WritesPerSecond: 20, ReadsPerSecond: 80})
		defer standIn.Close()
		handler := described.Handler(standIn, func(err error) { t.Errorf("not as described: %v", err) })
		driver, err := twiliovideo.Type.Open(t.Context(), provider.Settings{
			Name: "video", PublicURL: publicURL, Transport: inProcess{handler},
			Values: map[string]string{
				"account_sid": twiliotest.AccountSID, "api_key": twiliotest.APIKey, "api_secret": twiliotest.APISecret,
				"auth_token": twiliotest.AuthToken,
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		f(t, &account{Server: standIn, Subject: providertest.Subject{Driver: driver}})
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
		for _, r := range standIn.Requests() {
			if r.Status == http.StatusTooManyRequests {
				t.Error("over the quota")
			}
		}
	})
}

// inProcess answers requests without a network, so that time can be simulated.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	time.Sleep(100 * time.Millisecond) // the way back, in simulated time
	return w.Result(), nil
}

// hears says who hears whom: "mia>chaos" where mia gets chaos's sound.
func (a *account) hears(roomSID string) map[string]bool { return a.gets(roomSID, "audio") }

func (a *account) gets(roomSID, kind string) map[string]bool {
	all := map[string]bool{}
	people := a.Present(roomSID)
	for subscriber, s := range people {
		for publisher, p := range people {
			if a.Receives(s, p, kind) {
				all[subscriber+">"+publisher] = true
			}
		}
	}
	return all
}

// everyone is what hears returns where nobody is kept from anybody, but what
// is left out.
func everyone(people []string, but ...string) map[string]bool {
	all := map[string]bool{}
	for _, a := range people {
		for _, b := range people {
			if a != b {
				all[a+">"+b] = true
			}
		}
	}
	for _, b := range but {
		delete(all, b)
	}
	return all
}
