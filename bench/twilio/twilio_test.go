// Package twilio_test measures both Twilio drivers against the stand-in, with
// the time that a request to Twilio takes:
//
//	go test -run=none -bench=. -benchtime=5x ./bench/twilio
//
// The figures are in docs/performance.md.
package twilio_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

// roundTrip is what a request to Twilio takes: the middle of what is seen from Europe.
const roundTrip = 60 * time.Millisecond

// account is a client of a driver over a stand-in.
type account struct {
	*twiliotest.Server
	*provider.Client
}

func newAccount(b *testing.B, kind provider.Type) *account {
	b.Helper()
	standIn := twiliotest.New(twiliotest.Config{WritesPerSecond: 20, ReadsPerSecond: 80})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(roundTrip) // the network that is measured
		standIn.ServeHTTP(w, r)
	}))
	driver, err := kind.Open(b.Context(), provider.Settings{Values: map[string]string{
		"account_sid": twiliotest.AccountSID, "auth_token": twiliotest.AuthToken, "api_key": twiliotest.APIKey,
		"api_secret": twiliotest.APISecret, "base_url": server.URL,
	}})
	if err != nil {
		b.Fatal(err)
	}
	client := provider.NewClient("x", kind.Name, driver)
	b.Cleanup(func() {
		_ = client.Close()
		server.CloseClientConnections()
		server.Close()
		standIn.Close()
	})
	return &account{standIn, client}
}

func (a *account) room(b *testing.B, name string) moderation.Room {
	b.Helper()
	room, err := a.Room(b.Context(), name)
	if err != nil {
		b.Fatal(err)
	}
	return room
}

// each runs f as the benchmark's loop and reports requests and memory.
func (a *account) each(b *testing.B, f func(ctx context.Context) error) {
	b.Helper()
	a.Requests()
	b.ReportAllocs()
	for b.Loop() {
		if err := f(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	requests := a.Requests()
	for _, r := range requests {
		if r.Status == http.StatusTooManyRequests {
			b.Fatal("over the quota")
		}
	}
	b.ReportMetric(float64(len(requests))/float64(b.N), "requests/op")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB-heap")
}

func BenchmarkFirstPageOfConferenceOf250(b *testing.B) {
	a := newAccount(b, twiliovoice.Type)
	sid := a.AddConference("big")
	for i := range 250 {
		a.Join(sid, twiliotest.Caller{Number: fmt.Sprintf("+1617555%04d", i)})
	}
	room := a.room(b, "big")
	page := func(limit int) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.Participants(ctx, room, provider.ParticipantQuery{Limit: limit})
			return err
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() { // each time with calls that were never seen
			b.StopTimer()
			fresh := newAccount(b, twiliovoice.Type)
			big := fresh.AddConference("big")
			for i := range 250 {
				fresh.Join(big, twiliotest.Caller{Number: fmt.Sprintf("+1617555%04d", i)})
			}
			in := fresh.room(b, big)
			b.StartTimer()
			if _, err := fresh.Participants(b.Context(), in, provider.ParticipantQuery{Limit: 20}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warm", func(b *testing.B) { a.each(b, page(20)) })
	b.Run("everyone", func(b *testing.B) { a.each(b, page(1000)) })
}

func BenchmarkMuteAllOf250(b *testing.B) {
	a := newAccount(b, twiliovoice.Type)
	sid := a.AddConference("big")
	var calls []string
	for i := range 250 {
		calls = append(calls, a.Join(sid, twiliotest.Caller{Number: fmt.Sprintf("+1617555%04d", i)}))
	}
	room := a.room(b, "big")
	a.each(b, func(ctx context.Context) error {
		_, err := a.Act(ctx, provider.Order{Action: moderation.ActionMuteAll, Room: room, Media: moderation.Audio})
		for _, sid := range calls {
			a.Mute(sid, false)
		}
		return err
	})
}

func BenchmarkRoomListOf10000(b *testing.B) {
	a := newAccount(b, twiliovideo.Type)
	for i := range 10_000 {
		a.AddRoom(fmt.Sprintf("room-%05d", i))
	}
	find := func(q provider.RoomQuery) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.Rooms(ctx, q)
			return err
		}
	}
	b.Run("first page", func(b *testing.B) { a.each(b, find(provider.RoomQuery{Limit: 10})) })
	b.Run("exact name", func(b *testing.B) {
		a.each(b, func(ctx context.Context) error {
			_, err := a.Room(ctx, "room-00042")
			return err
		})
	})
	b.Run("search near", func(b *testing.B) { a.each(b, find(provider.RoomQuery{Limit: 10, Search: "room-099"})) })
	b.Run("search far", func(b *testing.B) { a.each(b, find(provider.RoomQuery{Limit: 10, Search: "room-00042"})) })
}

func BenchmarkVideoRoomOf50(b *testing.B) {
	a := newAccount(b, twiliovideo.Type)
	var people []string
	for i := range 50 {
		people = append(people, fmt.Sprint("p", i))
	}
	a.AddRoom("full", people...)
	room := a.room(b, "full")
	target, err := a.Participant(b.Context(), room, "p7")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("first page", func(b *testing.B) {
		a.each(b, func(ctx context.Context) error {
			_, err := a.Participants(ctx, room, provider.ParticipantQuery{Limit: 10})
			return err
		})
	})
	b.Run("mute and unmute", func(b *testing.B) {
		a.each(b, func(ctx context.Context) error {
			for _, action := range []moderation.Action{moderation.ActionMute, moderation.ActionUnmute} {
				if _, err := a.Act(ctx, provider.Order{Action: action, Room: room, Participant: target, Media: moderation.Audio}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
