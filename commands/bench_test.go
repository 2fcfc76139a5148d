package commands_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// BenchmarkAct is what a press costs on top of the provider's own call: parsing,
// resolving, deciding, and two transactions on disk.
func BenchmarkAct(b *testing.B) {
	for _, presses := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d-at-once", presses), func(b *testing.B) {
			sim, err := simulated.New(simulated.Config{Rooms: []simulated.RoomPlan{{Name: "standup", People: 200}}})
			if err != nil {
				b.Fatal(err)
			}
			st := newStageOn(b, filepath.Join(b.TempDir(), "bench.db"), sim)
			b.SetParallelism(presses)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					key := st.key()
					a := st.Do(b.Context(), commands.Invocation{
						Caller: by(owner), Source: commands.FromSlash, Command: "announce", Text: "standup \"" + key + "\"", Key: key,
					})
					if a, ok := a.(commands.CaseAnswer); !ok || a.Tone != commands.Done {
						b.Errorf("answer %+v", a)
					}
				}
			})
		})
	}
}
