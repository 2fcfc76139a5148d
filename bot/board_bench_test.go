package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/words"
)

// BenchmarkBoard looks at a room of 10,000 people and draws its board anew, once
// for every 100 joins and leaves: what 50 a second come to in the 2 s in which
// at most one look is made. A core's share is the time of one look over 2 s,
// which is reported as core%.
func BenchmarkBoard(b *testing.B) {
	sim, err := simulated.New(simulated.Config{Rooms: []simulated.RoomPlan{{Name: "arena", People: 10_000}}})
	if err != nil {
		b.Fatal(err)
	}
	st, err := bolt.Open(b.Context(), filepath.Join(b.TempDir(), "roomwarden.db"))
	if err != nil {
		b.Fatal(err)
	}
	set := provider.NewSet(provider.NewClient("sim", "simulated", sim))
	service := commands.New(commands.Config{
		Store: st, Providers: set, Words: words.MustLoad("en"), Directory: everyone{},
		Rules: commands.Rules{Owners: []string{"U0OWNER00"}, EndOver: -1},
	})
	room, err := sim.Room(b.Context(), "arena")
	if err != nil {
		b.Fatal(err)
	}
	shown := commands.Board{Channel: "C0MODS000", Provider: "sim", Room: "arena", RoomID: room.ID, Actor: board.Actor}
	r := newRenderer()
	turn := 0
	for b.Loop() {
		b.StopTimer()
		for range 50 {
			turn++
			sim.Join("arena", fmt.Sprintf("guest-%d", turn), "Guest")
			sim.Leave("arena", fmt.Sprintf("guest-%d", turn-50))
		}
		b.StartTimer()
		view, state := service.LookAtBoard(b.Context(), shown)
		if state != commands.BoardLive {
			b.Fatal(state)
		}
		for range 2 { // once to see whether it changed, once to send it
			if _, err := json.Marshal(r.BoardMessage(shown, view, state, noon).Blocks); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(100*b.Elapsed().Seconds()/float64(b.N)/2, "core%")
	b.StopTimer()
	if err := set.Close(); err != nil {
		b.Error(err)
	}
	if err := st.Close(); err != nil {
		b.Error(err)
	}
}

// everyone is a directory in which everyone is a member.
type everyone struct{}

func (everyone) User(_ context.Context, id string) (commands.Person, error) {
	return commands.Person{}, nil
}
func (everyone) InGroup(context.Context, string, string) (bool, error)   { return false, nil }
func (everyone) InChannel(context.Context, string, string) (bool, error) { return false, nil }
