package twiliovoice_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// Twilio may give smaller pages than asked for: a name that two conferences have
// is not enough, though they stand on two pages.
func TestNamesAreLookedForOnAllPages(t *testing.T) {
	var standIn *twiliotest.Server
	narrow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		q.Set("PageSize", "1")
		r.URL.RawQuery = q.Encode()
		standIn.ServeHTTP(w, r)
	}))
	defer narrow.Close()
	a := newAccount(t, support(), func(s *provider.Settings) { s.Values["base_url"] = narrow.URL })
	standIn = a.Server
	a.AddConference("support", twiliotest.Caller{Label: "customer", Number: "+16175551212"})
	if room := a.MustRoom(t, "support"); room.Name != "support" {
		t.Errorf("room %+v", room)
	}
	a.AddConference("support", twiliotest.Caller{Label: "another", Number: "+16175551213"})
	_, err := a.Room(t.Context(), "support")
	providertest.WantCode(t, err, moderation.CodeAmbiguous, "twilio-voice.two_conferences")
}
