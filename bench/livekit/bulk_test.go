// Package livekit_test measures bulk orders on a real LiveKit server against
// the bare calls in a loop, in one run:
//
//	ROOMWARDEN_BENCH=1 go test -timeout 30m -v ./bench/livekit
//
// ROOMWARDEN_CROWD changes how many people are in each room (200).
package livekit_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

func TestMain(m *testing.M) { livekittest.Main(m) }

// parallel is how many kicks of a selection are under way at once.
const parallel = 8

type bench struct {
	server *livekittest.Server
	bare   *lksdk.RoomServiceClient
	client *provider.Client
	people int
}

// TestBulk prints the table of docs/performance.md.
func TestBulk(t *testing.T) {
	if os.Getenv("ROOMWARDEN_BENCH") == "" {
		t.Skip("set ROOMWARDEN_BENCH=1 to measure")
	}
	b := &bench{server: livekittest.Start(t), people: 200}
	if text := os.Getenv("ROOMWARDEN_CROWD"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		b.people = n
	}
	b.bare = lksdk.NewRoomServiceClient(b.server.URL, b.server.Key, b.server.Secret)
	driver, err := livekit.Type.Open(t.Context(), provider.Settings{Name: "live", Values: map[string]string{
		"url": b.server.URL, "api_key": b.server.Key, "api_secret": b.server.Secret,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close() })
	b.client = provider.NewClient("live", "livekit", driver)

	fmt.Printf("| %d people with a microphone | bare calls in a loop | roomwarden | ratio |\n|---|---|---|---|\n", b.people)
	for _, c := range []struct {
		what       string
		rounds     int
		bare, ours func(*testing.T, *crowd)
	}{
		{"mute all, who may unmute themselves (MutePublishedTrack)", 4, b.bareMute, b.ourSoftMute},
		{"mute all, for good (UpdateParticipant)", 4, b.bareForbid, b.ourHardMute},
		{"kick all (RemoveParticipant)", 4, b.bareKick, b.ourKick},
		{"end (DeleteRoom)", 12, b.bareEnd, b.ourEnd}, // one call, whose time is mostly chance
	} {
		var bare, ours []time.Duration
		for round := range c.rounds {
			if round%2 == 0 { // neither always meets the other's rooms closing
				ours = append(ours, b.time(t, c.ours))
			}
			bare = append(bare, b.time(t, c.bare))
			if round%2 == 1 {
				ours = append(ours, b.time(t, c.ours))
			}
		}
		theirs, mine := slices.Min(bare), slices.Min(ours) // the rest is noise of the machine
		fmt.Printf("| %s | %s | %s | %.2f |\n", c.what, theirs.Round(time.Millisecond), mine.Round(time.Millisecond),
			float64(mine)/float64(theirs))
	}
}

// crowd is a full room.
type crowd struct {
	room   moderation.Room
	people []moderation.Participant
}

// time fills a room anew and measures what is done to it.
func (b *bench) time(t *testing.T, do func(*testing.T, *crowd)) time.Duration {
	t.Helper()
	name := fmt.Sprintf("bench-%d", time.Now().UnixNano())
	guests := make([]*livekittest.Guest, b.people)
	var group errgroup.Group
	group.SetLimit(8)
	for i := range guests {
		group.Go(func() (err error) {
			guests[i], err = livekittest.Connect(b.server, name, fmt.Sprintf("guest%03d", i), livekittest.Microphone(), livekittest.Deaf(),
				livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanSubscribe(true) }))
			return err
		})
	}
	err := group.Wait()
	defer func() {
		for _, g := range guests {
			if g != nil {
				g.Leave()
			}
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{}
	if c.room, err = b.client.Room(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := provider.EachParticipant(t.Context(), b.client, c.room, func(p moderation.Participant) bool {
		c.people = append(c.people, p)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	do(t, c)
	return time.Since(began)
}

func (b *bench) context(t *testing.T) context.Context { return lksdk.WithFailover(t.Context(), false) }

func (b *bench) bareMute(t *testing.T, c *crowd) {
	for _, p := range c.people {
		_, err := b.bare.MutePublishedTrack(b.context(t), &lk.MuteRoomTrackRequest{
			Room: c.room.ID, Identity: p.Identity, TrackSid: p.Tracks[0].ID, Muted: true,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) bareForbid(t *testing.T, c *crowd) {
	for _, p := range c.people {
		_, err := b.bare.UpdateParticipant(b.context(t), &lk.UpdateParticipantRequest{
			Room: c.room.ID, Identity: p.Identity, Permission: &lk.ParticipantPermission{
				CanSubscribe: true, CanPublish: true, CanPublishData: true,
				CanPublishSources: []lk.TrackSource{lk.TrackSource_CAMERA},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) bareKick(t *testing.T, c *crowd) {
	for _, p := range c.people {
		_, err := b.bare.RemoveParticipant(b.context(t), &lk.RoomParticipantIdentity{Room: c.room.ID, Identity: p.Identity})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) bareEnd(t *testing.T, c *crowd) {
	if _, err := b.bare.DeleteRoom(b.context(t), &lk.DeleteRoomRequest{Room: c.room.ID}); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) act(t *testing.T, o provider.Order) {
	effect, err := b.client.Act(t.Context(), o)
	if err != nil || len(effect.Unreached) > 0 {
		t.Errorf("%s: %+v, %v", o.Action, effect, err)
	}
}

func (b *bench) ourSoftMute(t *testing.T, c *crowd) {
	b.act(t, provider.Order{Action: moderation.ActionMuteAll, Room: c.room, AllowUnmute: true})
}

func (b *bench) ourHardMute(t *testing.T, c *crowd) {
	b.act(t, provider.Order{Action: moderation.ActionMuteAll, Room: c.room})
}

func (b *bench) ourKick(t *testing.T, c *crowd) {
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, p := range c.people {
		group.Go(func() error {
			b.act(t, provider.Order{Action: moderation.ActionKick, Room: c.room, Participant: p})
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
}

func (b *bench) ourEnd(t *testing.T, c *crowd) {
	b.act(t, provider.Order{Action: moderation.ActionEnd, Room: c.room})
}
