package realtimekit_test

import (
	"net"
	"testing"

	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// The stand-in brings a scene of its own for the demo.
func TestScene(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	scene := realtimekittest.Start(listener, realtimekittest.Config{})
	d, err := realtimekit.Type.Open(t.Context(), provider.Settings{Name: "meet", Values: scene.Values()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if err := scene.Close(); err != nil {
			t.Error(err)
		}
	})
	page, err := d.Rooms(t.Context(), provider.RoomQuery{})
	if err != nil || len(page.Rooms) != 2 || page.Rooms[0].Name != "all-hands" || page.Rooms[0].Participants != 4 {
		t.Errorf("%+v, %v", page, err)
	}
}
