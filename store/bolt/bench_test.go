package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// BenchmarkCommit writes what an action writes before the provider is called
// (a case, its record, a post) alone and together with others, beside what the
// disk itself can sync.
func BenchmarkCommit(b *testing.B) {
	b.Run("disk", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "file"))
		if err != nil {
			b.Fatal(err)
		}
		page := make([]byte, 4096)
		for range b.N {
			if _, err := f.WriteAt(page, 0); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	})
	for _, writers := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := open(b, backend.Place(b))
			work := make(chan struct{})
			var all sync.WaitGroup
			for range writers {
				all.Go(func() {
					for range work {
						if err := s.Update(b.Context(), intend); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		})
	}
}

func intend(tx store.Tx) error {
	r, c, err := tx.AppendRecord(moderation.Record{
		Kind: moderation.RecordIntended, At: time.Now(), Actor: "U0MOD", Action: moderation.ActionKick,
		Provider: "live", Room: "standup", RoomID: "RM_1",
		Words: moderation.Words{Participant: "chaos", ParticipantName: "Chaos", Reason: "noise"},
	})
	if err != nil {
		return err
	}
	return tx.QueuePost("C0AUDIT00", c.Number, r.Seq, time.Now())
}
