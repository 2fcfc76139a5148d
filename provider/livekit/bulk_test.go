package livekit_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
	"github.com/roomwarden/roomwarden/provider/providertest"
)

// newCrowd fills a room with people with a microphone who listen to nobody.
func newCrowd(t *testing.T, server *livekittest.Server) *hall {
	t.Helper()
	h := &hall{name: roomName(t)}
	guests := make([]*livekittest.Guest, size(t))
	var group errgroup.Group
	group.SetLimit(8)
	for i := range guests {
		group.Go(func() (err error) {
			guests[i], err = livekittest.Connect(server, h.name, fmt.Sprintf("guest%03d", i), livekittest.Microphone(), livekittest.Deaf())
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
	for _, g := range guests {
		h.guests = append(h.guests, providertest.Guest(&guest{Guest: g, hall: h}))
	}
	return h
}

// size is how many people a full room has: two hundred, less where tests shall
// be short; ROOMWARDEN_CROWD changes it.
func size(t testing.TB) int {
	t.Helper()
	text := os.Getenv("ROOMWARDEN_CROWD")
	switch {
	case text == "" && testing.Short():
		return 40
	case text == "":
		return 200
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
