package twiliovoice_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const publicURL = "https://rw.example.org"

// account is a stand-in, a driver that speaks to it, and what was hosted for it.
type account struct {
	*twiliotest.Server
	provider.Driver
	url    string
	hosted *hosted
}

// hosted takes the place of our HTTP server.
type hosted struct {
	mu     sync.Mutex
	bodies []string
}

func (h *hosted) host(contentType string, body []byte, keep time.Duration) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !strings.HasPrefix(contentType, "text/xml") || keep != 10*time.Minute {
		return "", fmt.Errorf("hosts %s for %v", contentType, keep)
	}
	h.bodies = append(h.bodies, string(body))
	return fmt.Sprintf("%s/hosted/%d", publicURL, len(h.bodies)), nil
}

// newAccount starts a stand-in whose every request and answer is held to
// Twilio's description.
func newAccount(t testing.TB, config twiliotest.Config, change ...func(*provider.Settings)) *account {
	t.Helper()
	standIn := twiliotest.New(config)
	server := httptest.NewServer(described.Handler(standIn, func(err error) { t.Errorf("not as described: %v", err) }))
	a := &account{Server: standIn, url: server.URL, hosted: &hosted{}}
	settings := provider.Settings{
		Name: "calls", PublicURL: publicURL, Host: a.hosted.host,
		Values: map[string]string{
			"account_sid": twiliotest.AccountSID, "auth_token": twiliotest.AuthToken,
			"base_url": server.URL, "caller_id": "+15005550006",
		},
	}
	for _, f := range change {
		f(&settings)
	}
	driver, err := twiliovoice.Type.Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	a.Driver = driver
	t.Cleanup(func() {
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
		server.CloseClientConnections()
		server.Close()
		standIn.Close()
	})
	return a
}

// act carries an order out as the client does.
func (a *account) act(t testing.TB, o provider.Order) (provider.Effect, error) {
	t.Helper()
	c := provider.NewClient("calls", "twilio-voice", a.Driver)
	if err := c.CheckOrder(o); err != nil {
		return provider.Effect{}, err
	}
	return c.Act(t.Context(), o)
}

// mustAct is act for orders that are taken.
func (a *account) mustAct(t testing.TB, o provider.Order) provider.Effect {
	t.Helper()
	effect, err := a.act(t, o)
	if err != nil {
		t.Fatalf("%s: %v", o.Action, err)
	}
	return effect
}

func (a *account) room(t testing.TB, name string) moderation.Room {
	t.Helper()
	room, err := a.Room(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func (a *account) person(t testing.TB, room moderation.Room, who string) moderation.Participant {
	t.Helper()
	p, err := a.Participant(t.Context(), room, who)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sent returns the one request that changed something since the last call.
func (a *account) sent(t testing.TB) twiliotest.Request {
	t.Helper()
	var writes []twiliotest.Request
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet {
			writes = append(writes, r)
		}
	}
	if len(writes) != 1 {
		t.Fatalf("%d requests changed something: %v", len(writes), writes)
	}
	return writes[0]
}

func wantCode(t testing.TB, err error, code moderation.Code, key string) {
	t.Helper()
	if moderation.CodeOf(err) != code {
		t.Fatalf("code %q, want %q: %v", moderation.CodeOf(err), code, err)
	}
	if key == "" {
		return
	}
	var e *moderation.Error
	if !errors.As(err, &e) || e.Says.Key != key {
		t.Fatalf("says %v, want %s", err, key)
	}
}

func support() twiliotest.Config { return twiliotest.Config{} }
