package livekit_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// crowd joins so many people with a microphone who listen to nobody.
func crowd(t testing.TB, server *livekittest.Server, name string, people int) []*livekittest.Guest {
	t.Helper()
	guests := make([]*livekittest.Guest, people)
	var group errgroup.Group
	group.SetLimit(8)
	for i := range guests {
		group.Go(func() (err error) {
			guests[i], err = livekittest.Connect(server, name, fmt.Sprintf("guest%03d", i), livekittest.Microphone(), livekittest.Deaf())
			return err
		})
	}
	err := group.Wait()
	t.Cleanup(func() {
		for _, g := range guests {
			if g != nil {
				g.Leave()
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return guests
}

// size is how many people a large room has: two hundred where nothing may be
// left out, less on a developer's machine; ROOMWARDEN_CROWD changes it.
func size(t testing.TB) int {
	t.Helper()
	text := os.Getenv("ROOMWARDEN_CROWD")
	switch {
	case text == "" && os.Getenv("CI") == "true":
		return 200
	case text == "":
		return 40
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestALargeRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("two hundred people take some seconds to come in")
	}
	server := livekittest.Start(t)
	name := roomName(t)
	guests := crowd(t, server, name, size(t))
	d := sit(t, server, name)
	if d.room.Participants != len(guests) {
		t.Errorf("%d participants", d.room.Participants)
	}
	all := provider.Order{Action: moderation.ActionMuteAll, Room: d.room, Except: []string{guests[0].Identity}}
	began := time.Now()
	effect, err := d.Act(t.Context(), all)
	t.Logf("mute all of %d: %s", len(guests), time.Since(began).Round(time.Millisecond))
	if err != nil || effect.Reached != len(guests)-1 || len(effect.Unreached) != 0 {
		t.Fatalf("reached %d, not %v, %v", effect.Reached, effect.Unreached, err)
	}
	for _, g := range guests[1:] {
		g.Await(t, "the loss of its microphone", func(e livekittest.Event) bool { return e.Kind == livekittest.Unpublished })
	}
	livekittest.Until(t, "a look shows that all are silent", func() bool {
		outcome, err := d.Look(t.Context(), all)
		return err == nil && outcome == moderation.Succeeded
	})
	if _, spared := guests[0].Saw(func(e livekittest.Event) bool { return e.Kind == livekittest.Unpublished }); spared {
		t.Error("who was spared lost the microphone")
	}
	began = time.Now()
	d.act(t, moderation.ActionEnd, "", nil)
	t.Logf("end: %s", time.Since(began).Round(time.Millisecond))
	for _, g := range guests {
		g.AwaitOut(t)
	}
}
