package audit_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/words"
)

func TestMain(m *testing.M) { leaks.Main(m) }

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// shift is a record with a kick that succeeds, a refusal, a redacted case, and
// a name that a spreadsheet would calculate.
func shift(t *testing.T, path string) {
	t.Helper()
	s, err := bolt.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	kick := moderation.Record{
		Kind: moderation.RecordIntended, At: began, Actor: "U0MOD", Action: moderation.ActionKick,
		Provider: "live", Room: "standup", RoomID: "RM_1",
		Details: moderation.Details{Key: "k1", Source: "slash"},
		Words:   moderation.Words{Participant: "chaos", ParticipantName: "=Chaos <&>", Reason: "noise\nand \"more\" \u2028"},
	}
	refused := kick
	refused.Kind, refused.Details, refused.Room = moderation.RecordRefused,
		moderation.Details{Permission: moderation.KickPermission, Code: moderation.CodeForbidden, Options: map[string]string{"b": "1", "a": "2"}}, "town"
	done := moderation.Record{
		Case: 1, Kind: moderation.RecordPartial, At: began.Add(1500 * time.Millisecond), Actor: "U0MOD",
		Action: moderation.ActionKick, Provider: "live", Room: "standup", RoomID: "RM_1",
		Words: moderation.Words{Text: "gone", Unreached: []moderation.Unreached{{Identity: "-bob", Name: "Bob", Why: "left"}}},
	}
	note := moderation.Record{
		Case: 3, Kind: moderation.RecordNoted, At: began.Add(time.Minute), Actor: "U0MOD",
		Action: moderation.ActionKick, Provider: "live", Room: "standup", Words: moderation.Words{Text: "he said so"},
	}
	redaction := note
	redaction.Kind, redaction.Words = moderation.RecordRedacted, moderation.Words{Reason: "asked for"}
	third := kick
	third.Details.Key = "k3"
	err = s.Update(t.Context(), func(tx store.Tx) error {
		var all error
		for _, r := range []moderation.Record{kick, refused, done, third, note} {
			_, _, err := tx.AppendRecord(r)
			all = errors.Join(all, err)
		}
		_, _, err := tx.RedactCase(redaction)
		return errors.Join(all, err)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func closed(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestVerify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rw.db")
	shift(t, path)
	s, err := bolt.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	got, err := audit.Verify(t.Context(), s)
	if err != nil || got.Fault != nil || got.Records != 6 || got.Cases != 3 {
		t.Errorf("%+v %v, want 6 records of 3 cases and no fault", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := audit.Verify(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestVerifyOfManyPages(t *testing.T) {
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "rw.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	err = s.Update(t.Context(), func(tx store.Tx) error {
		for i := range 600 {
			r := moderation.Record{Kind: moderation.RecordIntended, At: began, Action: moderation.ActionKick}
			if i >= 300 { // the second half settles the first
				r.Case, r.Kind = uint64(i-299), moderation.RecordSucceeded
			}
			if _, _, err := tx.AppendRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := audit.Verify(t.Context(), s)
	if err != nil || got.Fault != nil || got.Records != 600 || got.Cases != 300 {
		t.Errorf("%+v %v, want 600 records of 300 cases and no fault", got, err)
	}
	var out bytes.Buffer
	if err := audit.Export(t.Context(), s, &out, audit.Selection{Records: true}); err != nil || bytes.Count(out.Bytes(), []byte("\n")) != 600 {
		t.Errorf("%d lines, %v; want 600", bytes.Count(out.Bytes(), []byte("\n")), err)
	}
}

// Each of these is a hand in the file; Verify must name where it was.
func TestVerifyNamesTheFirstFault(t *testing.T) {
	faults := map[string]struct {
		tamper func(tx *bbolt.Tx) error
		seq    uint64
		key    string
	}{
		"a field":          {edit("records", 3, `"kind":"partial"`, `"kind":"succeeded"`), 3, "audit.fault.changed"},
		"a name":           {edit("records", 2, `"participant":"chaos"`, `"participant":"order"`), 2, "audit.fault.words"},
		"an option":        {edit("records", 2, `"b":"1"`, `"b":"2"`), 2, "audit.fault.changed"},
		"a hash":           {edit("records", 1, `"hash":"`, `"hash":"0`), 1, "audit.fault.changed"},
		"a gap":            {remove("records", 3), 3, "audit.fault.number"},
		"the end":          {remove("records", 6), 6, "audit.fault.end_missing"},
		"a salt":           {change("records", 2, func(r map[string]any) { delete(r["words"].(map[string]any), "salt") }), 2, "audit.fault.unsalted"},
		"the words":        {change("records", 3, func(r map[string]any) { delete(r, "words") }), 3, "audit.fault.words_gone"},
		"scribble":         {edit("records", 5, `{"seq":`, `so what`), 5, "audit.fault.unreadable"},
		"a scribbled case": {editCase(1, `"case":1`, `so what`), 1, "audit.fault.case_unreadable"},
		"a case":           {removeCase(1), 1, "audit.fault.case_missing"},
		"its outcome":      {editCase(1, `"outcome":"partial"`, `"outcome":"succeeded"`), 3, "audit.fault.case_differs"},
		"its place":        {editCase(1, `"seq":3`, `"seq":1`), 1, "audit.fault.case_differs"},
		"its future":       {editCase(2, `"seq":2`, `"seq":9`), 7, "audit.fault.end_missing"},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rw.db")
			shift(t, path)
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(fault.tamper), fixHead(db), db.Close()); err != nil {
				t.Fatal(err)
			}
			s, err := bolt.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, s)
			got, err := audit.Verify(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if got.Fault == nil || got.Fault.Seq != fault.seq || got.Fault.Says.Key != fault.key {
				t.Fatalf("fault %+v, want %s at %d", got.Fault, fault.key, fault.seq)
			}
			if p := words.MustLoad("en"); !p.Has(fault.key) {
				t.Errorf("no words for %s", fault.key)
			}
		})
	}
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// fixHead makes the file open in spite of what was done to its last record.
func fixHead(db *bbolt.DB) error {
	return db.Update(func(tx *bbolt.Tx) error {
		last, text := tx.Bucket([]byte("records")).Cursor().Last()
		var r moderation.Record
		if err := json.Unmarshal(text, &r); err != nil {
			return err
		}
		meta := tx.Bucket([]byte("meta"))
		return errors.Join(meta.Put([]byte("seq"), last), meta.Put([]byte("head"), []byte(r.Hash)))
	})
}

func edit(bucket string, n uint64, from, to string) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		text := string(b.Get(key(n)))
		if !strings.Contains(text, from) {
			return fmt.Errorf("%s is not in %s", from, text)
		}
		return b.Put(key(n), []byte(strings.Replace(text, from, to, 1)))
	}
}

func editCase(n uint64, from, to string) func(*bbolt.Tx) error { return edit("cases", n, from, to) }

func change(bucket string, n uint64, f func(map[string]any)) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		var fields map[string]any
		if err := json.Unmarshal(b.Get(key(n)), &fields); err != nil {
			return err
		}
		f(fields)
		text, err := json.Marshal(fields)
		return errors.Join(err, b.Put(key(n), text))
	}
}

func remove(bucket string, n uint64) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(key(n)) }
}

func removeCase(n uint64) func(*bbolt.Tx) error { return remove("cases", n) }

func export(t *testing.T, sel audit.Selection) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rw.db")
	shift(t, path)
	s, err := bolt.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	var out bytes.Buffer
	if err := audit.Export(t.Context(), s, &out, sel); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExportOfCases(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(export(t, audit.Selection{Format: audit.JSONLines})), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want one for each of 3 cases", len(lines))
	}
	var first, third map[string]any
	if err := errors.Join(json.Unmarshal([]byte(lines[0]), &first), json.Unmarshal([]byte(lines[2]), &third)); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"case": 1.0, "seq": 3.0, "action": "kick", "outcome": "partial", "actor": "U0MOD", "provider": "live",
		"room": "standup", "participant": "chaos", "participant_name": "=Chaos <&>",
		"reason": "noise\nand \"more\" \u2028", "at": "2026-03-01T09:00:00Z",
	}
	for name, value := range want {
		if diff := cmp.Diff(value, first[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range []string{"participant", "participant_name", "reason"} {
		if third[name] != "" {
			t.Errorf("redacted %s is %q", name, third[name])
		}
	}
}

func TestExportSelects(t *testing.T) {
	for _, records := range []bool{false, true} {
		sel := audit.Selection{Records: records, Cases: store.CaseQuery{Room: "town"}}
		if lines := strings.Count(export(t, sel), "\n"); lines != 1 {
			t.Errorf("%d lines with records %v, want 1", lines, records)
		}
	}
	err := audit.Export(t.Context(), nil, &bytes.Buffer{}, audit.Selection{Format: "xml"})
	if moderation.CodeOf(err) != moderation.CodeInvalid {
		t.Errorf("error %v for a format that is none", err)
	}
}

func TestExportOfCSV(t *testing.T) {
	for _, sel := range []audit.Selection{{Format: audit.CSV}, {Format: audit.CSV, Records: true}} {
		rows, err := csv.NewReader(strings.NewReader(export(t, sel))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{false: 4, true: 7}[sel.Records]; len(rows) != want {
			t.Errorf("%d rows, want %d", len(rows), want)
		}
		cells := map[string]string{}
		for i, name := range rows[0] {
			cells[name] = rows[1][i]
		}
		if got := cells["participant_name"]; got != "'=Chaos <&>" {
			t.Errorf("a cell that a spreadsheet would calculate: %q", got)
		}
		if got := cells["reason"]; got != "noise\nand \"more\" \u2028" {
			t.Errorf("reason %q", got)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
					t.Errorf("cell %q", cell)
				}
			}
		}
	}
}

// Every field of a case and of a record has its column.
func TestColumnsAreComplete(t *testing.T) {
	header := func(records bool) string {
		text := export(t, audit.Selection{Format: audit.CSV, Records: records})
		first, _, _ := strings.Cut(text, "\n")
		return "," + first + ","
	}
	for records, types := range map[bool][]reflect.Type{
		false: {reflect.TypeFor[moderation.Case](), reflect.TypeFor[moderation.Details]()},
		true:  {reflect.TypeFor[moderation.Record](), reflect.TypeFor[moderation.Words]()},
	} {
		columns := header(records)
		for _, of := range types {
			for i := range of.NumField() {
				name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
				if name != "" && name != "words" && !strings.Contains(columns, ","+name+",") {
					t.Errorf("%s of %s has no column", name, of)
				}
			}
		}
	}
}

// TestLineTellsTheSecond holds that a case's time reads as its message in the
// audit channel says it.
func TestLineTellsTheSecond(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 240_000_000, time.FixedZone("CET", 3600))
	line, err := json.Marshal(audit.LineOf(moderation.Case{Number: 1, At: at}))
	if err != nil {
		t.Fatal(err)
	}
	if want := `"at":"2026-03-01T09:00:00Z"`; strings.Count(string(line), `"at":`) != 1 || !strings.Contains(string(line), want) {
		t.Errorf("%s, want %s once", line, want)
	}
}
