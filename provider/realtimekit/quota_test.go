package realtimekit_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// clerk answers every request at once and writes down when it came.
type clerk struct {
	mu  sync.Mutex
	all []time.Time
}

func (c *clerk) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, time.Now())
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"success":true,"data":{"sessions":[]}}`)),
	}, nil
}

// Two apps of an account, and one of them configured twice, have one quota:
// 3,500 requests in any five minutes. Another account has its own.
func TestQuotaOfAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window, most = 5 * time.Minute, 3500
		var ours, theirs clerk
		end := time.Now().Add(2 * window)
		hammer := func(account, app string, c *clerk) {
			d, err := realtimekit.Type.Open(t.Context(), provider.Settings{Name: app, Transport: c, Values: map[string]string{
				"account_id": account, "app_id": app, "api_token": realtimekittest.APIToken,
			}})
			if err != nil {
				t.Error(err)
				return
			}
			for time.Now().Before(end) {
				switch err := d.Check(t.Context()); {
				case moderation.CodeOf(err) == moderation.CodeRateLimited:
					time.Sleep(time.Second)
				case err != nil:
					t.Error(err)
					return
				}
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
		var hammering sync.WaitGroup
		for _, app := range []string{"one", "one", "two"} {
			hammering.Go(func() { hammer("quota-ours", app, &ours) })
		}
		hammering.Go(func() { hammer("quota-theirs", "one", &theirs) })
		hammering.Wait()

		for name, all := range map[string][]time.Time{"ours": ours.all, "theirs": theirs.all} {
			highest, from := 0, 0
			for to, at := range all {
				for at.Sub(all[from]) >= window {
					from++
				}
				highest = max(highest, to-from+1)
			}
			if highest > most || highest < most*9/10 {
				t.Errorf("%s: %d requests in five minutes", name, highest)
			}
		}
	})
}
