package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// model is what a store must hold, kept in the simplest way. Records and cases
// are taken from the store's answers, whose numbers it foretells.
type model struct {
	s         store.Store
	envelopes map[string]*modelEnvelope
	records   []moderation.Record
	cases     map[uint64]moderation.Case
	keys      map[string]uint64
	posts     []*store.Post // those that wait in their order, among all
	documents map[string]string
}

type modelEnvelope struct {
	store.Envelope
	done bool
}

// testModel does random things to a store and to a model of it, and compares.
func testModel(t *testing.T, b Backend) {
	rapid.Check(t, func(rt *rapid.T) {
		place := b.Place(t)
		s, err := b.Open(context.Background(), place)
		if err != nil {
			rt.Fatal(err)
		}
		m := &model{
			s: s, envelopes: map[string]*modelEnvelope{}, cases: map[uint64]moderation.Case{},
			keys: map[string]uint64{}, documents: map[string]string{},
		}
		defer func() { _ = m.s.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"accept": m.accept,
			"finish": m.finish,
			"begin":  m.begin,
			"append": m.append,
			"redact": m.redact,
			"queue":  m.queue,
			"save":   m.save,
			"put":    m.put,
			"delete": m.delete,
			"fail":   m.fail,
			"reopen": func(rt *rapid.T) {
				if err := m.s.Close(); err != nil {
					rt.Fatal(err)
				}
				if m.s, err = b.Open(context.Background(), place); err != nil {
					rt.Fatal(err)
				}
			},
			"": m.check,
		})
	})
}

func (m *model) update(t *rapid.T, f func(tx store.Tx) error) {
	if err := m.s.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

var (
	somebody = rapid.SampledFrom([]string{"ann", "bob", "", "<!channel>", "x\xffy"})
	somekey  = rapid.SampledFrom([]string{"", "k1", "k2", "k3", "k4", "k5"})
	seconds  = rapid.IntRange(0, 50)
)

func (m *model) accept(t *rapid.T) {
	e := store.Envelope{Key: "e" + somekey.Draw(t, "key"), Payload: []byte("p"), AcceptedAt: later(seconds.Draw(t, "at"))}
	var fresh bool
	m.update(t, func(tx store.Tx) (err error) { fresh, err = tx.AcceptEnvelope(e); return err })
	if known := m.envelopes[e.Key] != nil; known == fresh {
		t.Fatalf("envelope %s fresh %v, known %v", e.Key, fresh, known)
	}
	if fresh {
		m.envelopes[e.Key] = &modelEnvelope{Envelope: e}
	}
}

func (m *model) finish(t *rapid.T) {
	key := "e" + somekey.Draw(t, "key")
	err := m.s.Update(context.Background(), func(tx store.Tx) error { return tx.FinishEnvelope(key) })
	e := m.envelopes[key]
	if (e == nil) != errors.Is(err, store.ErrNotFound) {
		t.Fatalf("finish %s: %v", key, err)
	}
	if e != nil {
		e.done = true
	}
}

func (m *model) begin(t *rapid.T) {
	r := kick(somekey.Draw(t, "key"), somebody.Draw(t, "person"), seconds.Draw(t, "at"))
	r.Room = rapid.SampledFrom([]string{"standup", "town"}).Draw(t, "room")
	r.Kind = rapid.SampledFrom([]moderation.RecordKind{moderation.RecordIntended, moderation.RecordRefused}).Draw(t, "kind")
	m.write(t, r, store.Tx.AppendRecord)
}

func (m *model) append(t *rapid.T) {
	if len(m.cases) == 0 {
		t.Skip("no case")
	}
	kind := rapid.SampledFrom([]moderation.RecordKind{
		moderation.RecordSucceeded, moderation.RecordFailed, moderation.RecordUnknown, moderation.RecordNoted,
		moderation.RecordReviewed, moderation.RecordUndone, moderation.RecordExpired,
	}).Draw(t, "kind")
	r := came(m.number(t), kind, seconds.Draw(t, "at"))
	r.Words.Text = somebody.Draw(t, "text")
	m.write(t, r, store.Tx.AppendRecord)
}

func (m *model) redact(t *rapid.T) {
	if len(m.cases) == 0 {
		t.Skip("no case")
	}
	n := m.number(t)
	for i := range m.records {
		if m.records[i].Case == n {
			m.records[i].Words = moderation.Words{}
		}
	}
	m.write(t, came(n, moderation.RecordRedacted, seconds.Draw(t, "at")), store.Tx.RedactCase)
}

func (m *model) number(t *rapid.T) uint64 {
	return uint64(rapid.IntRange(1, len(m.cases)).Draw(t, "case"))
}

func (m *model) write(t *rapid.T, r moderation.Record, write func(store.Tx, moderation.Record) (moderation.Record, moderation.Case, error)) {
	var c moderation.Case
	first := r.Case == 0
	key := r.Details.Key
	known := first && m.keys[key] != 0
	err := m.s.Update(context.Background(), func(tx store.Tx) (err error) {
		r, c, err = write(tx, r)
		return err
	})
	switch {
	case known:
		if !errors.Is(err, store.ErrKnownKey) || c.Number != m.keys[key] {
			t.Fatalf("key %q gave case %d and %v, want case %d", key, c.Number, err, m.keys[key])
		}
	case err != nil:
		t.Fatal(err)
	default:
		if r.Seq != uint64(len(m.records)+1) || first && r.Case != uint64(len(m.cases)+1) {
			t.Fatalf("record %d of case %d after %d records of %d cases", r.Seq, r.Case, len(m.records), len(m.cases))
		}
		m.records = append(m.records, r)
		if first && key != "" {
			m.keys[key] = r.Case
		}
		var added moderation.Case
		for _, r := range m.records {
			if r.Case == c.Number {
				added = added.Apply(r)
			}
		}
		m.cases[c.Number] = added
	}
}

func (m *model) queue(t *rapid.T) {
	p := store.Post{
		Channel: rapid.SampledFrom([]string{"C1", "C2"}).Draw(t, "channel"),
		Case:    uint64(rapid.IntRange(1, 4).Draw(t, "case")),
		Want:    uint64(rapid.IntRange(1, 9).Draw(t, "seq")), QueuedAt: later(seconds.Draw(t, "at")),
	}
	m.update(t, func(tx store.Tx) error { return tx.QueuePost(p.Channel, p.Case, p.Want, p.QueuedAt) })
	i := m.find(p)
	if i < 0 {
		m.posts = append(m.posts, &p)
		return
	}
	old := m.posts[i]
	waited := old.Want > old.Shown
	old.Want = max(old.Want, p.Want)
	if !waited {
		old.QueuedAt = p.QueuedAt
		m.posts = append(slices.Delete(m.posts, i, i+1), old)
	}
}

func (m *model) save(t *rapid.T) {
	if len(m.posts) == 0 {
		t.Skip("no post")
	}
	i := rapid.IntRange(0, len(m.posts)-1).Draw(t, "post")
	p := *m.posts[i]
	p.Shown = uint64(rapid.IntRange(int(p.Shown), int(p.Want)).Draw(t, "shown"))
	p.Tries++
	m.update(t, func(tx store.Tx) error { return tx.SavePost(p) })
	m.posts[i] = &p
}

func (m *model) find(p store.Post) int {
	return slices.IndexFunc(m.posts, func(q *store.Post) bool { return q.Channel == p.Channel && q.Case == p.Case })
}

func (m *model) put(t *rapid.T) {
	key, value := somekey.Draw(t, "key"), rapid.String().Draw(t, "value")
	m.update(t, func(tx store.Tx) error { return tx.PutDocument("c", key, []byte(value)) })
	m.documents[key] = value
}

func (m *model) delete(t *rapid.T) {
	key := somekey.Draw(t, "key")
	var was bool
	m.update(t, func(tx store.Tx) (err error) { was, err = tx.DeleteDocument("c", key); return err })
	if _, want := m.documents[key]; was != want {
		t.Fatalf("document %q was there %v, want %v", key, was, want)
	}
	delete(m.documents, key)
}

// fail writes in an update that fails.
func (m *model) fail(t *rapid.T) {
	mine := errors.New("mine")
	err := m.s.Update(context.Background(), func(tx store.Tx) error {
		_, c, err := tx.AppendRecord(kick("", "ghost", 1))
		return errors.Join(err, tx.PutDocument("c", "k1", []byte("ghost")), tx.QueuePost("C1", 1, 99, later(0)),
			tx.QueuePost("C1", c.Number, 99, later(0)), tx.SavePost(store.Post{Channel: "C2", Case: 1, Shown: 99}), mine)
	})
	if !errors.Is(err, mine) {
		t.Fatalf("error %v instead of the function's own", err)
	}
}

// check compares the store with the model.
func (m *model) check(t *rapid.T) {
	err := m.s.View(context.Background(), func(tx store.Tx) error {
		same := func(what string, got, want any) {
			if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); a != b {
				t.Fatalf("%s:\ngot  %s\nwant %s", what, a, b)
			}
		}
		records, err := tx.RecordsFrom(1, len(m.records)+1)
		same("records", records, m.records)
		all, casesErr := tx.Cases(store.CaseQuery{Limit: len(m.cases) + 1})
		newest := slices.SortedFunc(maps.Values(m.cases), func(a, b moderation.Case) int { return cmp.Compare(b.Number, a.Number) })
		same("cases", jsonOf(t, all), jsonOf(t, newest))
		ann, queryErr := tx.Cases(store.CaseQuery{Participant: "ann", Since: later(20)})
		same("cases of a query", numbersOf(ann), m.numbers(newest, func(c moderation.Case) bool { return c.Participant == "ann" && !c.At.Before(later(20)) }))
		open, openErr := tx.OpenCases(len(m.cases) + 1)
		slices.Reverse(newest)
		same("open", numbersOf(open), m.numbers(newest, func(c moderation.Case) bool { return c.Outcome.Open() }))
		return errors.Join(err, casesErr, queryErr, openErr, m.checkRest(tx, same))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *model) checkRest(tx store.Tx, same func(what string, got, want any)) error {
	pending, err := tx.PendingPosts("", len(m.posts)+1)
	var waiting []string
	for _, p := range m.posts {
		if p.Want > p.Shown {
			waiting = append(waiting, fmt.Sprintf("%+v", *p))
		}
	}
	got := make([]string, len(pending))
	for i, p := range pending {
		got[i] = fmt.Sprintf("%+v", p)
	}
	same("posts", got, waiting)
	byChannel := map[string][]string{}
	for _, p := range m.posts {
		list := byChannel[p.Channel]
		if p.Want > p.Shown {
			list = append(list, fmt.Sprintf("%+v", *p))
		}
		byChannel[p.Channel] = list
	}
	for channel, waiting := range byChannel {
		of, channelErr := tx.PendingPosts(channel, len(m.posts)+1)
		err = errors.Join(err, channelErr)
		var got []string
		for _, p := range of {
			got = append(got, fmt.Sprintf("%+v", p))
		}
		same("posts of "+channel, got, waiting)
	}
	count, _, countErr := tx.CountPending()
	same("posts that wait", count, len(waiting))

	var keys []string
	scanErr := tx.ScanDocuments("c", "", "", func(key string, value []byte) (bool, error) {
		keys = append(keys, key+"="+string(value))
		return true, nil
	})
	var want []string
	for _, key := range slices.Sorted(maps.Keys(m.documents)) {
		want = append(want, key+"="+m.documents[key])
	}
	same("documents", keys, want)

	envelopes, inboxErr := tx.PendingEnvelopes(len(m.envelopes) + 1)
	var unfinished []string
	for _, e := range m.envelopes {
		if !e.done {
			unfinished = append(unfinished, e.Key)
		}
	}
	slices.SortFunc(unfinished, func(a, b string) int {
		return cmp.Or(m.envelopes[a].AcceptedAt.Compare(m.envelopes[b].AcceptedAt), strings.Compare(a, b))
	})
	var kept []string
	for _, e := range envelopes {
		kept = append(kept, e.Key)
	}
	same("envelopes", kept, unfinished)
	return errors.Join(err, countErr, scanErr, inboxErr)
}

func (m *model) numbers(cases []moderation.Case, keep func(moderation.Case) bool) []uint64 {
	all := []uint64{}
	for _, c := range cases {
		if keep(c) {
			all = append(all, c.Number)
		}
	}
	return all
}

func jsonOf(t *rapid.T, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
