package bolt_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
)

var writeFixture = flag.String("fixture", "", "write a store with something of everything to this `file` and its content beside it")

// content is all that a store of an earlier schema holds.
type content struct {
	Records   []moderation.Record
	Cases     []moderation.Case
	Found     []moderation.Case // by name
	Open      []moderation.Case
	Keyed     moderation.Case
	Envelopes []store.Envelope
	Posts     []store.Post
	Post      store.Post
	Notes     []string
	Revision  uint64
}

func read(t *testing.T, s store.Store) (c content) {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error {
		var errs [9]error
		c.Records, errs[0] = tx.RecordsFrom(1, 100)
		c.Cases, errs[1] = tx.Cases(store.CaseQuery{})
		c.Found, errs[2] = tx.Cases(store.CaseQuery{Participant: "Chaos", Room: "RM_1", Actor: "U0MOD", Until: began.Add(time.Hour)})
		c.Open, errs[3] = tx.OpenCases(100)
		c.Keyed, errs[4] = tx.CaseByKey("key-1")
		c.Envelopes, errs[5] = tx.PendingEnvelopes(100)
		c.Posts, errs[6] = tx.PendingPosts("", 100)
		c.Post, errs[7] = tx.Post("C0AUDIT00", 1)
		c.Notes, errs[8] = notes.All(tx, "")
		var err error
		c.Revision, err = notes.Revision(tx)
		return errors.Join(append(errs[:], err)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// The file of a schema never changes; every later version opens it, finds
// everything in it and goes on with it.
func TestEverySchemaOpens(t *testing.T) {
	for _, name := range []string{"schema-1", "schema-2"} {
		t.Run(name, func(t *testing.T) { opensSchema(t, filepath.Join("testdata", name)) })
	}
}

func opensSchema(t *testing.T, name string) {
	path := backend.Place(t)
	unpack(t, name+".db.gz", path)
	s := open(t, path)
	var want content
	text, err := os.ReadFile(name + ".json")
	if err := errors.Join(err, json.Unmarshal(text, &want)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read(t, s)); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	prev := moderation.Genesis
	for i, r := range want.Records {
		if err := r.Verify(uint64(i+1), prev); err != nil {
			t.Error(err)
		}
		prev = r.Hash
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		inChannel, err := tx.PendingPosts("C0AUDIT00", 100)
		if diff := cmp.Diff(want.Posts, inChannel); diff != "" || err != nil {
			t.Errorf("of the channel (-want +got): %v\n%s", err, diff)
		}
		if fresh, err := tx.AcceptEnvelope(store.Envelope{Key: "envelope-1"}); fresh || err != nil {
			t.Errorf("a finished envelope is fresh: %v, %v", fresh, err)
		}
		r, c, err := tx.AppendRecord(moderation.Record{Kind: moderation.RecordIntended, At: began, Action: moderation.ActionKick})
		if r.Prev != prev || c.Number != uint64(len(want.Cases)+1) {
			t.Errorf("case %d after hash %s", c.Number, r.Prev)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, unzipped)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestWriteFixture makes the fixture of a new schema: go test -run
// TestWriteFixture -fixture testdata/schema-3. Written once, it is left alone.
func TestWriteFixture(t *testing.T) {
	if *writeFixture == "" {
		t.Skip("-fixture names no file")
	}
	path := filepath.Join(t.TempDir(), "rw.db")
	s, err := bolt.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), fillStore); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(read(t, s), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(*writeFixture + ".db.gz")
	if err != nil {
		t.Fatal(err)
	}
	zipped := gzip.NewWriter(out)
	err = errors.Join(s.Backup(t.Context(), zipped), zipped.Close(), out.Close(), s.Close(),
		os.WriteFile(*writeFixture+".json", append(text, '\n'), 0o644))
	if err != nil {
		t.Fatal(err)
	}
}

// fillStore writes something of everything.
func fillStore(tx store.Tx) error {
	var all []error
	add := func(r moderation.Record) {
		_, _, err := tx.AppendRecord(r)
		all = append(all, err)
	}
	kick := moderation.Record{
		Kind: moderation.RecordIntended, At: began, Actor: "U0MOD", Action: moderation.ActionKick,
		Provider: "live", Room: "standup", RoomID: "RM_1",
		Details: moderation.Details{Key: "key-1", Source: "slash"},
		Words:   moderation.Words{Participant: "chaos", ParticipantID: "PA_1", ParticipantName: "Chaos", Reason: "noise & <more>"},
	}
	add(kick)
	mute := kick
	mute.Action, mute.At, mute.Details = moderation.ActionMute, began.Add(time.Minute), moderation.Details{
		Key: "key-2", Media: moderation.Audio, Until: began.Add(time.Hour), Options: map[string]string{"b": "2", "a": "1"},
	}
	add(mute)
	refused := kick
	refused.Kind, refused.At, refused.Room, refused.Details = moderation.RecordRefused, began.Add(2*time.Minute+5), "town",
		moderation.Details{Key: "key-3", Permission: moderation.KickPermission, Code: moderation.CodeForbidden}
	add(refused)
	follow := func(n uint64, kind moderation.RecordKind, d moderation.Details, w moderation.Words) moderation.Record {
		return moderation.Record{
			Case: n, Kind: kind, At: began.Add(3 * time.Minute), Actor: "U0MOD",
			Action: moderation.ActionKick, Provider: "live", Room: "standup", RoomID: "RM_1", Details: d, Words: w,
		}
	}
	add(follow(1, moderation.RecordPartial, moderation.Details{Reached: 2}, moderation.Words{
		Text:      "two are gone",
		Unreached: []moderation.Unreached{{Identity: "bob", Name: "Bob", Why: "left"}},
	}))
	add(follow(1, moderation.RecordNoted, moderation.Details{}, moderation.Words{Text: "a note"}))
	add(follow(1, moderation.RecordReviewed, moderation.Details{Verdict: "right"}, moderation.Words{Text: "a review"}))
	add(follow(3, moderation.RecordNoted, moderation.Details{}, moderation.Words{Text: "to be redacted"}))
	_, _, err := tx.RedactCase(follow(3, moderation.RecordRedacted, moderation.Details{}, moderation.Words{Reason: "asked for"}))
	all = append(all, err)
	for _, key := range []string{"envelope-1", "envelope-2"} {
		_, err := tx.AcceptEnvelope(store.Envelope{Key: key, Type: "slash_commands", Payload: []byte(`{"text":"é"}`), AcceptedAt: began})
		all = append(all, err)
	}
	all = append(all,
		tx.FinishEnvelope("envelope-1"),
		tx.QueuePost("C0AUDIT00", 1, 1, began), tx.QueuePost("C0AUDIT00", 2, 2, began.Add(time.Second)),
		tx.SavePost(store.Post{Channel: "C0AUDIT00", Case: 1, Want: 1, Shown: 1, QueuedAt: began, PostedIn: "C0AUDIT00", PostedAs: "1772355600.000100"}),
		notes.Put(tx, "a", "one"), notes.Put(tx, "b", "two"), notes.Put(tx, "a", "three"))
	return errors.Join(all...)
}
