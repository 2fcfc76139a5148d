package provider_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// scripted is a driver whose calls do what a test says.
type scripted struct {
	provider.Driver
	calls atomic.Int64
	rooms func(ctx context.Context, call int64) error
	kick  func(ctx context.Context, call int64) error
	quota provider.Quota
}

func (d *scripted) Rooms(ctx context.Context, _ provider.RoomQuery) (provider.RoomPage, error) {
	return provider.RoomPage{}, d.rooms(ctx, d.calls.Add(1))
}

func (d *scripted) Check(ctx context.Context) error { return d.rooms(ctx, d.calls.Add(1)) }

func (d *scripted) Kick(ctx context.Context, _ provider.Order) (provider.Effect, error) {
	return provider.Effect{}, d.kick(ctx, d.calls.Add(1))
}

func (d *scripted) Quota() provider.Quota { return d.quota }

var kick = provider.Order{Action: moderation.ActionKick}

// failing answers with each error in turn, then with none.
func failing(all ...*moderation.Error) func(context.Context, int64) error {
	return func(_ context.Context, call int64) error {
		if int(call) <= len(all) {
			return all[call-1]
		}
		return nil
	}
}

func hang(ctx context.Context, _ int64) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestRepeatsWhatIsSafe(t *testing.T) {
	down := &moderation.Error{Code: moderation.CodeUnavailable}
	refused := &moderation.Error{Code: moderation.CodeUnavailable, Repeatable: true}
	lost := &moderation.Error{Code: moderation.CodeOutcomeUnknown, Repeatable: true}
	slow := &moderation.Error{Code: moderation.CodeRateLimited, Repeatable: true, RetryAfter: 3 * time.Second}
	late := &moderation.Error{Code: moderation.CodeRateLimited, Repeatable: true, RetryAfter: time.Minute}
	rejected := &moderation.Error{Code: moderation.CodeRejected}
	for _, c := range []struct {
		name  string
		write bool
		meets []*moderation.Error
		calls int64
		code  moderation.Code
		takes time.Duration // at least
	}{
		{"a read that could not be sent", false, []*moderation.Error{down, down}, 3, "", 0},
		{"a read, but not for ever", false, []*moderation.Error{down, down, down, down}, 3, moderation.CodeUnavailable, 0},
		{"a read whose answer was lost", false, []*moderation.Error{lost}, 2, "", 0},
		{"a read that is refused", false, []*moderation.Error{rejected}, 1, moderation.CodeRejected, 0},
		{"a read after the time asked for", false, []*moderation.Error{slow}, 2, "", 3 * time.Second},
		{"no read after the deadline", false, []*moderation.Error{late}, 1, moderation.CodeRateLimited, 0},
		{"a write that was never sent", true, []*moderation.Error{refused}, 2, "", 0},
		{"no write that may have been sent", true, []*moderation.Error{down}, 1, moderation.CodeUnavailable, 0},
		{"no write whose answer was lost", true, []*moderation.Error{lost}, 1, moderation.CodeOutcomeUnknown, 0},
		{"a write after the time asked for", true, []*moderation.Error{slow}, 2, "", 3 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &scripted{rooms: failing(c.meets...), kick: failing(c.meets...)}
				client := provider.NewClient("live", "scripted", d)
				began := time.Now()
				var err error
				if c.write {
					_, err = client.Act(t.Context(), kick)
				} else {
					_, err = client.Rooms(t.Context(), provider.RoomQuery{})
				}
				if moderation.CodeOf(err) != c.code || d.calls.Load() != c.calls || time.Since(began) < c.takes {
					t.Errorf("%v after %d calls and %s, want %q after %d and %s",
						err, d.calls.Load(), time.Since(began), c.code, c.calls, c.takes)
				}
			})
		})
	}
}

func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &scripted{rooms: hang, kick: hang}
		client := provider.NewClient("live", "scripted", d)
		began := time.Now()
		_, err := client.Rooms(t.Context(), provider.RoomQuery{})
		if moderation.CodeOf(err) != moderation.CodeUnavailable || time.Since(began) != 5*time.Second {
			t.Errorf("a read: %v after %s", err, time.Since(began))
		}
		began = time.Now()
		_, err = client.Act(t.Context(), kick)
		if moderation.CodeOf(err) != moderation.CodeOutcomeUnknown || time.Since(began) != 10*time.Second {
			t.Errorf("a write: %v after %s", err, time.Since(began))
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		before := d.calls.Load()
		_, err = client.Act(over, kick)
		if moderation.CodeOf(err) != moderation.CodeUnavailable || d.calls.Load() != before {
			t.Errorf("a write whose time is over: %v, %d calls", err, d.calls.Load()-before)
		}
	})
}

func TestQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := func(context.Context, int64) error { return nil }
		d := &scripted{rooms: ok, kick: ok, quota: provider.Quota{WritesPerSecond: 2, Burst: 1}}
		client := provider.NewClient("live", "scripted", d)
		began := time.Now()
		for range 5 {
			if _, err := client.Act(t.Context(), kick); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("five writes at two a second took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := client.Act(ctx, kick)
		var e *moderation.Error
		if !errors.As(err, &e) || e.Code != moderation.CodeRateLimited || e.RetryAfter != 500*time.Millisecond || d.calls.Load() != 5 {
			t.Errorf("%+v after %d calls", e, d.calls.Load())
		}
		for range 100 { // reads have no bound here
			if _, err := client.Rooms(t.Context(), provider.RoomQuery{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestStateAndMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewPedanticRegistry()
		metrics, err := provider.NewMetrics(registry)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		var up atomic.Bool
		d := &scripted{rooms: func(context.Context, int64) error {
			if up.Load() {
				return nil
			}
			return &moderation.Error{Code: moderation.CodeUnavailable}
		}}
		client := provider.NewClient("live", "scripted", d, provider.WithMetrics(metrics),
			provider.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
		if s := client.State(); s.Down || !s.Since.IsZero() {
			t.Errorf("before the first call: %+v", s)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- provider.NewSet(client).Run(ctx) }()
		time.Sleep(3 * time.Second)
		if s := client.State(); !s.Down || s.Code != moderation.CodeUnavailable || s.Since.IsZero() {
			t.Errorf("a provider that was down at start: %+v", s)
		}
		up.Store(true)
		time.Sleep(10 * time.Second)
		if s := client.State(); s.Down || s.Code != "" {
			t.Errorf("once it is up: %+v", s)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if strings.Count(log.String(), "provider is down") != 1 || strings.Count(log.String(), "up again") != 1 {
			t.Errorf("logged:\n%s", log.String())
		}
		want := `
# HELP roomwarden_provider_up 1 while the provider answers and takes our credentials.
# TYPE roomwarden_provider_up gauge
roomwarden_provider_up{provider="live"} 1
`
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "roomwarden_provider_up"); err != nil {
			t.Error(err)
		}
		if n, err := testutil.GatherAndCount(registry, "roomwarden_provider_calls_total"); err != nil || n != 2 {
			t.Errorf("%d series of calls, %v, want ok and unavailable", n, err)
		}
	})
}

func TestAnswersThatRefuseShowThatItIsUp(t *testing.T) {
	code := moderation.CodeUnauthenticated
	d := &scripted{rooms: func(context.Context, int64) error { return &moderation.Error{Code: code} }}
	client := provider.NewClient("live", "scripted", d)
	for _, c := range []struct {
		code moderation.Code
		down bool
	}{
		{moderation.CodeUnauthenticated, true},
		{moderation.CodeInternal, true}, // says nothing new
		{moderation.CodeNotFound, false},
		{moderation.CodeRejected, false},
	} {
		code = c.code
		if err := client.Probe(t.Context()); moderation.CodeOf(err) != code || client.State().Down != c.down {
			t.Errorf("%s: %v, %+v", code, err, client.State())
		}
	}
}

// What a driver needs besides its provider and does not reach has a sentence of
// its own, and does not make the provider down.
func TestUnreachedBesidesTheProvider(t *testing.T) {
	d := &scripted{kick: func(context.Context, int64) error {
		return moderation.Fault(moderation.CodeUnavailable, "test.no_browser")
	}}
	client := provider.NewClient("live", "scripted", d, provider.WithLimits(provider.Limits{Tries: 1}))
	if _, err := client.Act(t.Context(), kick); moderation.CodeOf(err) != moderation.CodeUnavailable || client.State().Down {
		t.Errorf("%v, %+v", err, client.State())
	}
}

func TestPanicIsOneFailedCall(t *testing.T) {
	var log bytes.Buffer
	d := &scripted{kick: func(context.Context, int64) error { panic("boom") }}
	client := provider.NewClient("live", "scripted", d, provider.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	_, err := client.Act(t.Context(), kick)
	if moderation.CodeOf(err) != moderation.CodeInternal || strings.Contains(err.Error(), "boom") || !strings.Contains(log.String(), "boom") {
		t.Errorf("%v, logged %s", err, log.String())
	}
}

func TestForeignErrorsBecomeOurs(t *testing.T) {
	d := &scripted{rooms: func(context.Context, int64) error { return errors.New("odd") }}
	_, err := provider.NewClient("live", "scripted", d).Rooms(t.Context(), provider.RoomQuery{})
	if moderation.CodeOf(err) != moderation.CodeInternal {
		t.Error(err)
	}
}

func TestWhatADriverCannot(t *testing.T) {
	client := provider.NewClient("live", "scripted", &keeper{})
	if _, err := client.Act(t.Context(), provider.Order{Action: moderation.ActionPin}); moderation.CodeOf(err) != moderation.CodeUnsupported {
		t.Error(err)
	}
	lock := provider.Order{Action: moderation.ActionLock}
	effect, err := client.Act(t.Context(), lock)
	if err != nil || len(effect.Says) != 1 {
		t.Errorf("a lock that is kept by watching: %+v, %v", effect, err)
	}
	if outcome, err := client.Look(t.Context(), lock); outcome != moderation.Succeeded || err != nil {
		t.Errorf("%s, %v", outcome, err)
	}
}

// keeper has nothing but a lock that others keep.
type keeper struct{ provider.Driver }

func (keeper) Capabilities(moderation.Room) moderation.CapabilitySet {
	return moderation.CapabilitySet{moderation.CanLock: {
		Level: moderation.Emulated, Says: moderation.Say("provider.lock_by_watching"),
	}}
}
