// Package storetest is the suite that every store.Store passes. A store's own
// test calls Main from TestMain and Run from one test.
package storetest

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// Backend is a kind of store under test.
type Backend struct {
	// Place returns where a new, empty store may be: a path, an address.
	Place func(t testing.TB) string
	// Open opens the store at a place; opened again, what was kept is there.
	Open func(ctx context.Context, place string) (store.Store, error)
}

// Main runs the tests of a package, and the child processes that Run starts and kills.
func Main(m *testing.M, b Backend) {
	if place := os.Getenv(childPlace); place != "" {
		writeUntilKilled(b, place)
	}
	leaks.Main(m)
}

// Run runs the suite.
func Run(t *testing.T, b Backend) {
	areas := []struct {
		name string
		test func(t *testing.T, b Backend)
	}{
		{"Transactions", testTransactions},
		{"Inbox", testInbox},
		{"Cases", testCases},
		{"Query", testQuery},
		{"Redaction", testRedaction},
		{"Outbox", testOutbox},
		{"Documents", testDocuments},
		{"Writers", testWriters},
		{"Kill", testKill},
		{"Model", testModel},
	}
	for _, area := range areas {
		t.Run(area.name, func(t *testing.T) { area.test(t, b) })
	}
}

// began is when the suite's time begins.
var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func later(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }

// open opens a new store that is closed with the test.
func (b Backend) open(t testing.TB) store.Store {
	t.Helper()
	return b.reopen(t, b.Place(t))
}

func (b Backend) reopen(t testing.TB, place string) store.Store {
	t.Helper()
	s, err := b.Open(context.Background(), place)
	if err != nil {
		t.Fatalf("open the store at %s: %v", place, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func update(t testing.TB, s store.Store, f func(tx store.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), f); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t testing.TB, s store.Store, f func(tx store.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), f); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// kick is the first record of a case about a person in a room.
func kick(key, person string, seconds int) moderation.Record {
	return moderation.Record{
		Kind: moderation.RecordIntended, At: later(seconds), Actor: "U0MOD",
		Action: moderation.ActionKick, Provider: "live", Room: "standup", RoomID: "RM_1",
		Details: moderation.Details{Key: key, Source: "slash"},
		Words:   moderation.Words{Participant: person, ParticipantName: "Mx " + person, Reason: "noise"},
	}
}

// came is the record of a case's outcome.
func came(n uint64, kind moderation.RecordKind, seconds int) moderation.Record {
	return moderation.Record{
		Case: n, Kind: kind, At: later(seconds), Actor: "U0MOD", Action: moderation.ActionKick,
		Provider: "live", Room: "standup", RoomID: "RM_1",
	}
}

// add appends one record and returns it with its case.
func add(t testing.TB, s store.Store, r moderation.Record) (sealed moderation.Record, c moderation.Case) {
	t.Helper()
	update(t, s, func(tx store.Tx) (err error) {
		sealed, c, err = tx.AppendRecord(r)
		return err
	})
	return sealed, c
}

// checkChain reads all records, checks the chain, and that every case is what
// its records add up to. It returns how many records there are.
func checkChain(t testing.TB, s store.Store) int {
	t.Helper()
	const page = 7
	count, prev := 0, moderation.Genesis
	cases := map[uint64]moderation.Case{}
	for from := uint64(1); ; {
		var records []moderation.Record
		view(t, s, func(tx store.Tx) (err error) {
			records, err = tx.RecordsFrom(from, page)
			return err
		})
		if len(records) == 0 {
			break
		}
		for _, r := range records {
			if err := r.Verify(uint64(count+1), prev); err != nil {
				t.Fatal(err)
			}
			cases[r.Case] = cases[r.Case].Apply(r)
			prev = r.Hash
			count++
		}
		from = records[len(records)-1].Seq + 1
	}
	view(t, s, func(tx store.Tx) error {
		for n, want := range cases {
			got, err := tx.Case(n)
			if err != nil {
				return err
			}
			equal(t, "a case and what its records add up to", got, want)
		}
		return nil
	})
	return count
}

func numbersOf(cases []moderation.Case) []uint64 {
	all := []uint64{}
	for _, c := range cases {
		all = append(all, c.Number)
	}
	return all
}

// rounds scales the long parts: ROOMWARDEN_ROUNDS multiplies them.
func rounds(t testing.TB, n int) int {
	t.Helper()
	text := os.Getenv("ROOMWARDEN_ROUNDS")
	if text == "" {
		return n
	}
	scale, err := strconv.Atoi(text)
	if err != nil || scale < 1 {
		t.Fatalf("ROOMWARDEN_ROUNDS=%q is no count", text)
	}
	return n * scale
}
