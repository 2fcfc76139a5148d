package bolt_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// BenchmarkCommit writes what an action writes before the provider is called
// (a case, its record, a post), alone and with others, beside what the disk
// itself can sync and what bbolt does with one value in each of its own ways.
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
		b.Run(fmt.Sprintf("store/writers=%d", writers), func(b *testing.B) {
			s := open(b, backend.Place(b))
			write(b, writers, func() error { return s.Update(b.Context(), intend) })
		})
	}
	for name, way := range map[string]func(db *bbolt.DB, f func(*bbolt.Tx) error) error{
		"Update": (*bbolt.DB).Update,
		"Batch":  (*bbolt.DB).Batch,
	} {
		for _, writers := range []int{1, 100} {
			b.Run(fmt.Sprintf("bbolt.%s/writers=%d", name, writers), func(b *testing.B) {
				db, err := bbolt.Open(backend.Place(b), 0o600, nil)
				if err != nil {
					b.Fatal(err)
				}
				write(b, writers, func() error { return way(db, putOne) })
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// write calls f as often as the benchmark wants, from so many goroutines at once.
func write(b *testing.B, writers int, f func() error) {
	b.Helper()
	work := make(chan struct{})
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range work {
				if err := f(); err != nil {
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
}

// intended is the first record of a kick.
func intended() moderation.Record {
	return moderation.Record{
		Kind: moderation.RecordIntended, At: time.Now(), Actor: "U0MOD", Action: moderation.ActionKick,
		Provider: "live", Room: "standup", RoomID: "RM_1",
		Words: moderation.Words{Participant: "chaos", ParticipantName: "Chaos", Reason: "noise"},
	}
}

func intend(tx store.Tx) error {
	r, c, err := tx.AppendRecord(intended())
	if err != nil {
		return err
	}
	return tx.QueuePost("C0AUDIT00", c.Number, r.Seq, time.Now())
}

func putOne(tx *bbolt.Tx) error {
	records, err := tx.CreateBucketIfNotExists([]byte("records"))
	if err != nil {
		return err
	}
	n, err := records.NextSequence()
	if err != nil {
		return err
	}
	text, err := json.Marshal(intended())
	if err != nil {
		return err
	}
	return records.Put([]byte(fmt.Sprintf("%012d", n)), text)
}
