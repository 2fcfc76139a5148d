package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

func testCases(t *testing.T, b Backend) {
	t.Run("numbers, seals and adds up", func(t *testing.T) {
		place := b.Place(t)
		s := b.reopen(t, place)
		first, c := add(t, s, kick("k1", "ann", 1))
		equal(t, "seq, case", []uint64{first.Seq, first.Case}, []uint64{1, 1})
		equal(t, "prev", first.Prev, moderation.Genesis)
		if len(first.Words.Salt) != 32 {
			t.Errorf("salt %q, want 32 digits", first.Words.Salt)
		}
		equal(t, "outcome", c.Outcome, moderation.Intended)
		equal(t, "case", moderation.Case{}.Apply(first), c)

		other, _ := add(t, s, kick("k2", "bob", 2))
		last, c := add(t, s, came(1, moderation.RecordSucceeded, 3))
		equal(t, "seq, case", []uint64{last.Seq, last.Case}, []uint64{3, 1})
		equal(t, "prev", last.Prev, other.Hash)
		equal(t, "outcome", c.Outcome, moderation.Succeeded)
		equal(t, "at", []time.Time{c.At, c.ChangedAt}, []time.Time{later(1), later(3)})
		if first.Words.Salt == other.Words.Salt {
			t.Error("two records have the same salt")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		s = b.reopen(t, place)
		equal(t, "records", checkChain(t, s), 3)
		view(t, s, func(tx store.Tx) error {
			got, err := tx.Case(1)
			equal(t, "case", got, c)
			records, recordsErr := tx.Records(1)
			equal(t, "records", records, []moderation.Record{first, last})
			from, fromErr := tx.RecordsFrom(2, 1)
			equal(t, "a page of records", from, []moderation.Record{other})
			beyond, beyondErr := tx.RecordsFrom(4, 10)
			equal(t, "records beyond", len(beyond), 0)
			return errors.Join(err, recordsErr, fromErr, beyondErr)
		})
		if _, c := add(t, s, kick("k3", "cy", 4)); c.Number != 3 || c.Seq != 4 {
			t.Errorf("after the reopen case %d record %d, want 3 and 4", c.Number, c.Seq)
		}
	})
	t.Run("knows a key", func(t *testing.T) {
		s := b.open(t)
		_, want := add(t, s, kick("same", "ann", 1))
		update(t, s, func(tx store.Tx) error {
			_, got, err := tx.AppendRecord(kick("same", "bob", 2))
			if !errors.Is(err, store.ErrKnownKey) {
				t.Errorf("error %v, want ErrKnownKey", err)
			}
			equal(t, "case", got, want)
			return nil
		})
		view(t, s, func(tx store.Tx) error {
			got, err := tx.CaseByKey("same")
			equal(t, "case by key", got, want)
			_, missing := tx.CaseByKey("other")
			isNotFound(t, "case by another key", missing)
			return err
		})
		for range 2 {
			add(t, s, kick("", "cy", 3))
		}
		equal(t, "records", checkChain(t, s), 3)
	})
	t.Run("says what is not there", func(t *testing.T) {
		update(t, b.open(t), func(tx store.Tx) error {
			isNotFound(t, "a later record", last(tx.AppendRecord(came(7, moderation.RecordFailed, 1))))
			isNotFound(t, "case", second(tx.Case(7)))
			isNotFound(t, "records", second(tx.Records(7)))
			isNotFound(t, "redaction", last(tx.RedactCase(came(7, moderation.RecordRedacted, 1))))
			return nil
		})
	})
	t.Run("lists what waits for an outcome, oldest first", func(t *testing.T) {
		s := b.open(t)
		for i := range 5 {
			add(t, s, kick(fmt.Sprint(i), "ann", i))
		}
		add(t, s, came(2, moderation.RecordSucceeded, 6))
		add(t, s, came(3, moderation.RecordUnknown, 7))
		add(t, s, came(4, moderation.RecordFailed, 8))
		refused := kick("r", "ann", 9)
		refused.Kind = moderation.RecordRefused
		add(t, s, refused)
		open := func(limit int, want ...uint64) {
			t.Helper()
			view(t, s, func(tx store.Tx) error {
				cases, err := tx.OpenCases(limit)
				equal(t, "open", numbersOf(cases), want)
				return err
			})
		}
		open(10, 1, 3, 5)
		open(2, 1, 3)
		add(t, s, came(3, moderation.RecordSucceeded, 10))
		open(10, 1, 5)
	})
	t.Run("seals names that are no UTF-8, and times of any zone", func(t *testing.T) {
		s := b.open(t)
		r := kick("bad\xffkey", "a\xffb<!channel>\u2028&\x00", 1)
		r.Room, r.Actor = "r\xc3(", "U\xff"
		r.At = later(1).In(time.FixedZone("", 2*60*60))
		r.Details.Until = time.Now().In(time.FixedZone("", -60*60))
		r.Details.Options = map[string]string{"z\xff": "\xff", "a": ""}
		r.Words.Unreached = []moderation.Unreached{{Identity: "\xf0\x9f", Name: "n", Why: "w"}}
		sealed, c := add(t, s, r)
		equal(t, "records", checkChain(t, s), 1)
		view(t, s, func(tx store.Tx) error {
			records, err := tx.Records(1)
			equal(t, "record", records, []moderation.Record{sealed})
			got, caseErr := tx.Case(1)
			equal(t, "case", got, c)
			return errors.Join(err, caseErr)
		})
	})
}

func testQuery(t *testing.T, b Backend) {
	s := b.open(t)
	rooms := []struct{ provider, name, id string }{{"live", "standup", "RM_1"}, {"live", "town", "RM_2"}, {"calls", "standup", "CF_1"}}
	update(t, s, func(tx store.Tx) error {
		var all error
		for i := range 30 {
			r := kick("", []string{"ann", "bob"}[i%2], i)
			at := rooms[i%3]
			r.Provider, r.Room, r.RoomID = at.provider, at.name, at.id
			r.Actor = []string{"U1", "U2", "U3", "U4", "U5"}[i%5]
			if i == 20 {
				r.At = later(2) // the clock was put back
			}
			if i%10 == 9 {
				r.Action = moderation.ActionMute
			}
			all = errors.Join(all, last(tx.AppendRecord(r)))
		}
		failed, reviewed := came(4, moderation.RecordFailed, 40), came(30, moderation.RecordReviewed, 41)
		return errors.Join(all, last(tx.AppendRecord(failed)), last(tx.AppendRecord(reviewed)))
	})
	var all []moderation.Case
	view(t, s, func(tx store.Tx) (err error) {
		all, err = tx.Cases(store.CaseQuery{})
		return err
	})
	equal(t, "all", len(all), 30)
	for i, c := range all {
		equal(t, "newest first", c.Number, uint64(30-i))
	}
	queries := map[string]store.CaseQuery{
		"provider":           {Provider: "calls"},
		"room by name":       {Room: "standup"},
		"room by id":         {Room: "RM_2"},
		"room of a provider": {Room: "standup", Provider: "live"},
		"actor":              {Actor: "U3"},
		"identity":           {Participant: "bob"},
		"name":               {Participant: "Mx ann"},
		"part of a name":     {Participant: "Mx"},
		"action":             {Action: moderation.ActionMute},
		"outcome":            {Outcome: moderation.Failed},
		"since":              {Since: later(12)},
		"until":              {Until: later(12)},
		"between":            {Since: later(2), Until: later(20)},
		"since the future":   {Since: later(100)},
		"unreviewed":         {Unreviewed: true, Since: later(25)},
		"everything":         {Participant: "ann", Actor: "U1", Room: "standup", Provider: "live", Until: later(25)},
	}
	for name, q := range queries {
		t.Run(name, func(t *testing.T) {
			want := []uint64{}
			for _, c := range all {
				if q.Matches(c) {
					want = append(want, c.Number)
				}
			}
			for _, limit := range []int{0, 1, 4} {
				got := []uint64{}
				q.Limit, q.Before = limit, 0
				for {
					var page []moderation.Case
					view(t, s, func(tx store.Tx) (err error) {
						page, err = tx.Cases(q)
						return err
					})
					if limit > 0 && len(page) > limit {
						t.Fatalf("%d cases on a page of %d", len(page), limit)
					}
					if len(page) == 0 {
						break
					}
					got = append(got, numbersOf(page)...)
					q.Before = page[len(page)-1].Number
				}
				equal(t, fmt.Sprintf("by pages of %d", limit), got, want)
			}
		})
	}
}

func testRedaction(t *testing.T, b Backend) {
	place := b.Place(t)
	s := b.reopen(t, place)
	add(t, s, kick("k", "ann", 1))
	add(t, s, kick("k2", "ann", 1))
	done := came(1, moderation.RecordPartial, 2)
	done.Words.Text = "ann is gone"
	done.Words.Unreached = []moderation.Unreached{{Identity: "ann", Name: "Ann", Why: "why"}}
	add(t, s, done)
	note := came(1, moderation.RecordNoted, 3)
	note.Words.Text = "ann said so"
	add(t, s, note)
	review := came(1, moderation.RecordReviewed, 4)
	review.Details.Verdict, review.Words.Text = "right", "ann again"
	add(t, s, review)

	var sealed moderation.Record
	var c moderation.Case
	redaction := came(1, moderation.RecordRedacted, 5)
	redaction.Words.Reason = "asked for"
	update(t, s, func(tx store.Tx) (err error) {
		sealed, c, err = tx.RedactCase(redaction)
		return err
	})
	equal(t, "redacted", c.Redacted, true)
	equal(t, "seq", sealed.Seq, uint64(6))
	equal(t, "verdict", c.Review.Verdict, "right")
	after := came(1, moderation.RecordNoted, 6)
	after.Words.Text = "a later word"
	_, c = add(t, s, after)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = b.reopen(t, place)
	equal(t, "records", checkChain(t, s), 7)
	view(t, s, func(tx store.Tx) error {
		got, err := tx.Case(1)
		equal(t, "case", got, c)
		for _, text := range []string{got.Participant, got.ParticipantName, got.Reason, got.Text, got.Notes[0].Text, got.Review.Text} {
			equal(t, "what is left", text, "")
		}
		equal(t, "the later word", got.Notes[1].Text, "a later word")
		records, recordsErr := tx.Records(1)
		for _, r := range records {
			if r.Seq < sealed.Seq {
				equal(t, "words", r.Words, moderation.Words{})
			}
		}
		found, findErr := tx.Cases(store.CaseQuery{Participant: "ann"})
		equal(t, "found by the name", numbersOf(found), []uint64{2})
		return errors.Join(err, recordsErr, findErr)
	})
}

func last[T, U any](_ T, _ U, err error) error { return err }
