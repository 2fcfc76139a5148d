package twiliorest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// account is a stand-in with a conference and a room of the same two people,
// and a driver for each product.
type account struct {
	*twiliotest.Server
	drivers map[string]provider.Driver
	orders  map[string]provider.Order // a kick each
}

func newAccount(t *testing.T) *account {
	t.Helper()
	standIn := twiliotest.New(twiliotest.Config{})
	server := httptest.NewServer(standIn)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		standIn.Close()
	})
	return accountOf(t, standIn, server.URL, nil)
}

func accountOf(t *testing.T, standIn *twiliotest.Server, address string, transport http.RoundTripper) *account {
	t.Helper()
	a := &account{Server: standIn, drivers: map[string]provider.Driver{}, orders: map[string]provider.Order{}}
	standIn.AddConference("daily", twiliotest.Caller{Label: "mia", Number: "+16175551212"}, twiliotest.Caller{Label: "CHAOS", Number: "client:chaos"})
	standIn.AddRoom("daily", "mia", "CHAOS")
	for _, kind := range []provider.Type{twiliovoice.Type, twiliovideo.Type} {
		driver := open(t, kind, address, transport)
		room, err := driver.Room(t.Context(), "daily")
		if err != nil {
			t.Fatal(err)
		}
		chaos, err := driver.Participant(t.Context(), room, "CHAOS")
		if err != nil {
			t.Fatal(err)
		}
		a.drivers[kind.Name] = driver
		a.orders[kind.Name] = provider.Order{Action: moderation.ActionKick, Room: room, Participant: chaos}
	}
	return a
}

func open(t *testing.T, kind provider.Type, address string, transport http.RoundTripper) provider.Driver {
	t.Helper()
	driver, err := kind.Open(t.Context(), provider.Settings{Name: kind.Name, Transport: transport, Values: map[string]string{
		"account_sid": twiliotest.AccountSID, "auth_token": twiliotest.AuthToken,
		"api_key": twiliotest.APIKey, "api_secret": twiliotest.APISecret, "base_url": address,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close() })
	return driver
}

// calls are a reading call (false) and a changing one (true) of a driver.
func (a *account) calls(kind string) map[bool]func(context.Context) error {
	driver, order := a.drivers[kind], a.orders[kind]
	return map[bool]func(context.Context) error{
		false: func(ctx context.Context) error {
			_, err := driver.Participants(ctx, order.Room, provider.ParticipantQuery{})
			return err
		},
		true: func(ctx context.Context) error {
			_, err := driver.(provider.Kicker).Kick(ctx, order)
			return err
		},
	}
}

// each runs f for both calls of each driver.
func (a *account) each(t *testing.T, f func(t *testing.T, kind string, writes bool, call func(context.Context) error)) {
	t.Helper()
	for kind := range a.drivers {
		for writes, call := range a.calls(kind) {
			t.Run(fmt.Sprintf("%s/writes=%v", kind, writes), func(t *testing.T) { f(t, kind, writes, call) })
		}
	}
}

// secrets are what each driver is given, in the forms in which it might show.
var secrets = map[string][]string{
	"twilio-voice": forms(twiliotest.AccountSID, twiliotest.AuthToken),
	"twilio-video": append(forms(twiliotest.APIKey, twiliotest.APISecret), twiliotest.AuthToken),
}

func forms(user, secret string) []string {
	encode := base64.StdEncoding.EncodeToString
	return []string{secret, encode([]byte(secret)), encode([]byte(user + ":" + secret))}
}

func wantNoSecret(t *testing.T, kind string, err error) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	var e *moderation.Error
	if errors.As(err, &e) {
		text += fmt.Sprintf("%#v %v", e.Says, e.Cause)
	}
	for _, s := range append([]string{"6175551212", "617) 555"}, secrets[kind]...) {
		if strings.Contains(text, s) {
			t.Errorf("%s is shown in %s", s, text)
		}
	}
}

// Every status becomes an error of ours that shows no secret, even where the
// answer repeats one.
func TestEveryStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		standIn := twiliotest.New(twiliotest.Config{})
		defer standIn.Close()
		a := accountOf(t, standIn, "", handled(standIn))
		for status := 200; status < 600; status++ {
			for kind := range a.drivers {
				tell := "You sent " + strings.Join(secrets[kind], ", ") + " for +1 (617) 555-1212 and +16175551212"
				for _, body := range []string{"<html>" + tell, fmt.Sprintf(`{"code":0,"status":%d,"message":%q}`, status, tell), `{"sid":5,"participants":5}`} {
					standIn.Heal()
					standIn.Fail(twiliotest.Fault{Status: status, Body: body, RetryAfter: "3600"})
					for writes, call := range a.calls(kind) {
						err := call(t.Context())
						wantNoSecret(t, kind, err)
						wantMeaning(t, status, writes, err)
					}
				}
			}
		}
	})
}

// wantMeaning checks what an answer of no other meaning than its status became.
func wantMeaning(t *testing.T, status int, writes bool, err error) {
	t.Helper()
	code := moderation.CodeOf(err)
	ok := code != "" && code != moderation.CodeInternal
	switch {
	case status < 300: // done, unless the body says nothing of it
		ok = code != moderation.CodeInternal
	case status == 404 && writes: // a kick of someone who has left
		ok = code == ""
	case status >= 500 && writes:
		ok = code == moderation.CodeOutcomeUnknown
	case status >= 500:
		ok = code == moderation.CodeUnavailable
	case status == 401, status == 403:
		ok = code == moderation.CodeUnauthenticated
	case status == 429:
		ok = code == moderation.CodeRateLimited
	}
	if !ok {
		t.Errorf("status %d, writes %v: code %q: %v", status, writes, code, err)
	}
}

// A connection that ends before the request is out did nothing; one that ends
// after it leaves a change unknown.
func TestCutConnections(t *testing.T) {
	for name, fault := range map[string]twiliotest.Fault{
		"no answer": {Cut: true}, "half an answer": {Torn: true}, "done, no answer": {Cut: true, Act: true},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			a.Fail(fault)
			a.each(t, func(t *testing.T, kind string, writes bool, call func(context.Context) error) {
				err := call(t.Context())
				wantNoSecret(t, kind, err)
				want := map[bool]moderation.Code{true: moderation.CodeOutcomeUnknown, false: moderation.CodeUnavailable}[writes]
				if code := moderation.CodeOf(err); code != want {
					t.Errorf("code %q, want %q: %v", code, want, err)
				}
			})
		})
	}
	t.Run("not connected", func(t *testing.T) {
		a := newAccount(t)
		refused := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("connection refused")
		}}
		for _, kind := range []provider.Type{twiliovoice.Type, twiliovideo.Type} {
			a.drivers[kind.Name] = open(t, kind, "", refused)
		}
		a.each(t, func(t *testing.T, kind string, _ bool, call func(context.Context) error) {
			err := call(t.Context())
			wantNoSecret(t, kind, err)
			var e *moderation.Error
			if !errors.As(err, &e) || e.Code != moderation.CodeUnavailable || !e.Repeatable {
				t.Errorf("%#v", err)
			}
		})
	})
}

func TestHangingEndsWithTheContext(t *testing.T) {
	a := newAccount(t)
	a.Fail(twiliotest.Fault{Hang: true})
	a.each(t, func(t *testing.T, _ string, writes bool, call func(context.Context) error) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		a.Requests() // those of the preparations do not count
		go func() { done <- call(ctx) }()
		for len(a.Requests()) == 0 { // until it is out
			select {
			case err := <-done:
				t.Fatalf("ended before the context: %v", err)
			default:
			}
		}
		cancel()
		want := map[bool]moderation.Code{true: moderation.CodeOutcomeUnknown, false: moderation.CodeUnavailable}[writes]
		if err := <-done; moderation.CodeOf(err) != want {
			t.Errorf("code %q, want %q: %v", moderation.CodeOf(err), want, err)
		}
	})
}

// roundTripper answers without a network, so that time can be simulated.
type roundTripper func(*http.Request) *http.Response

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func handled(h http.Handler) roundTripper {
	return func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		if r.Body == nil {
			r.Body = http.NoBody
		}
		h.ServeHTTP(w, r)
		return w.Result()
	}
}

// A 429 is waited for as long as Twilio says, within the deadline.
func TestWaitsOut429(t *testing.T) {
	for _, c := range []struct {
		name       string
		retryAfter string
		deadline   time.Duration
		times      int
		want       moderation.Code
		took       time.Duration
	}{
		{"once", "2", 10 * time.Second, 1, "", 2 * time.Second},
		{"thrice", "1", 10 * time.Second, 3, "", 3 * time.Second},
		{"too long", "20", 10 * time.Second, 1, moderation.CodeRateLimited, 0},
		{"for ever", "1", 10 * time.Second, 0, moderation.CodeRateLimited, 3 * time.Second},
		{"no header", "", 10 * time.Second, 1, "", 100 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				standIn := twiliotest.New(twiliotest.Config{})
				defer standIn.Close()
				standIn.AddConference("daily")
				driver, err := twiliovoice.Type.Open(t.Context(), provider.Settings{
					Values:    map[string]string{"account_sid": twiliotest.AccountSID, "auth_token": twiliotest.AuthToken},
					Transport: handled(standIn),
				})
				if err != nil {
					t.Fatal(err)
				}
				standIn.Fail(twiliotest.Fault{Status: 429, Body: `{"code":20429,"status":429,"message":"Too Many Requests"}`, RetryAfter: c.retryAfter, Times: c.times})
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				began := time.Now()
				err = driver.Check(ctx)
				if moderation.CodeOf(err) != c.want || time.Since(began) != c.took {
					t.Errorf("code %q after %v, want %q after %v: %v", moderation.CodeOf(err), time.Since(began), c.want, c.took, err)
				}
			})
		})
	}
}

// The driver itself keeps 20 writes a second, so that Twilio never has to refuse.
func TestKeepsTheQuotaOfVideo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		standIn := twiliotest.New(twiliotest.Config{WritesPerSecond: 20, ReadsPerSecond: 80})
		defer standIn.Close()
		var people []string
		for i := range 50 {
			people = append(people, fmt.Sprint("p", i))
		}
		standIn.AddRoom("full", people...)
		driver, err := twiliovideo.Type.Open(t.Context(), provider.Settings{
			Values: map[string]string{
				"account_sid": twiliotest.AccountSID, "api_key": twiliotest.APIKey, "api_secret": twiliotest.APISecret,
			},
			Transport: handled(standIn),
		})
		if err != nil {
			t.Fatal(err)
		}
		room, err := driver.Room(t.Context(), "full")
		if err != nil {
			t.Fatal(err)
		}
		target, err := driver.Participant(t.Context(), room, "p7")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		client := provider.NewClient("video", "twilio-video", driver)
		effect, err := client.Act(t.Context(), provider.Order{Action: moderation.ActionMute, Room: room, Participant: target, Media: moderation.Audio})
		if err != nil || effect.Reached != 49 {
			t.Errorf("reached %d: %v", effect.Reached, err)
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("49 people took %v", took)
		}
		for _, r := range standIn.Requests() {
			if r.Status == 429 {
				t.Fatalf("over the quota: %s %s", r.Method, r.Path)
			}
		}
	})
}
