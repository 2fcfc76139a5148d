package twiliovoice_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const publicURL = "https://rw.example.org"

// account is a stand-in, a driver that speaks to it, and what was hosted for it.
type account struct {
	*twiliotest.Server
	providertest.Subject
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
	a.Subject = providertest.Subject{Driver: driver}
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

// sent returns the one request that changed something since the last call.
func (a *account) sent(t testing.TB) twiliotest.Request {
	t.Helper()
	writes := standin.Writes(a.Requests())
	if len(writes) != 1 {
		t.Fatalf("%d requests changed something: %v", len(writes), writes)
	}
	return writes[0]
}

func support() twiliotest.Config { return twiliotest.Config{} }
