// Package audit reads the audit record: Verify checks the chain of all records
// and the cases that they add up to, Export writes them for other programs. Both
// read a page at a time and may run while the store is written.
package audit

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// page is how many records or cases are read in one transaction.
const page = 256

// Result is what Verify found.
type Result struct {
	Records uint64 `json:"records"` // those that fit
	Cases   uint64 `json:"cases"`
	Head    string `json:"head"`            // the hash of the last record that fits
	Fault   *Fault `json:"fault,omitempty"` // the first; nil where all fits
}

// Fault is a record that does not fit, or a case that is not what its records
// add up to.
type Fault struct {
	Seq  uint64              `json:"seq"` // the number in the chain where the fault is
	Case uint64              `json:"case"`
	Says moderation.Sentence `json:"says"`
}

// Verify reads the whole record and returns the first fault. Its error is that
// of the store.
func Verify(ctx context.Context, s store.Store) (Result, error) {
	v := verifier{Result: Result{Head: moderation.Genesis}, ahead: map[uint64]uint64{}}
	for more := true; more && v.Fault == nil; {
		err := s.View(ctx, func(tx store.Tx) (err error) {
			more, err = v.page(tx)
			return err
		})
		if err != nil {
			return v.Result, err
		}
	}
	return v.Result, nil
}

type verifier struct {
	Result
	// ahead holds the cases whose last record, as they say, is still to come.
	ahead map[uint64]uint64
}

// page checks the next records; it reports whether there may be more.
func (v *verifier) page(tx store.Tx) (more bool, err error) {
	records, err := tx.RecordsFrom(v.Records+1, page)
	if errors.Is(err, store.ErrUnreadable) {
		// One by one up to the one that cannot be read.
		records, err = tx.RecordsFrom(v.Records+1, 1)
	}
	if errors.Is(err, store.ErrUnreadable) {
		v.Fault = &Fault{Seq: v.Records + 1, Says: moderation.Say("audit.fault.unreadable")}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, r := range records {
		if v.Fault, err = v.record(tx, r); v.Fault != nil || err != nil {
			return false, err
		}
		v.Records, v.Head = r.Seq, r.Hash
	}
	if len(records) > 0 {
		return true, nil
	}
	v.Fault, err = v.end(tx)
	return false, err
}

// record checks one record, and its case where this is the case's last one.
func (v *verifier) record(tx store.Tx, r moderation.Record) (*Fault, error) {
	seq := v.Records + 1
	fault := func(key string, pairs ...any) *Fault {
		return &Fault{Seq: seq, Case: r.Case, Says: moderation.Say(key, pairs...)}
	}
	if err := r.Verify(seq, v.Head); err != nil {
		var e *moderation.Error
		if errors.Is(err, moderation.ErrChain) && errors.As(err, &e) {
			return &Fault{Seq: seq, Case: r.Case, Says: e.Says}, nil
		}
		return nil, err
	}
	if r.Case == 0 || r.Case > v.Cases+1 {
		return fault("audit.fault.case_number", "Expected", v.Cases+1), nil
	}
	v.Cases = max(v.Cases, r.Case)
	c, err := tx.Case(r.Case)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fault("audit.fault.case_missing"), nil
	case errors.Is(err, store.ErrUnreadable):
		return fault("audit.fault.case_unreadable"), nil
	case err != nil:
		return nil, err
	case c.Seq < r.Seq:
		return fault("audit.fault.case_behind", "Says", c.Seq), nil
	case c.Seq > r.Seq:
		v.ahead[r.Case] = c.Seq
		return nil, nil
	}
	delete(v.ahead, r.Case)
	key, err := checkCase(tx, c)
	if key != "" {
		return fault(key), err
	}
	return nil, err
}

// checkCase compares a case with what its records add up to; the key says what
// is wrong.
func checkCase(tx store.Tx, c moderation.Case) (key string, err error) {
	records, err := tx.Records(c.Number)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	var sum moderation.Case
	wordless := false
	for _, r := range records {
		sum = sum.Apply(r)
		wordless = wordless && r.Kind != moderation.RecordRedacted || r.Words.IsZero()
	}
	switch {
	case wordless:
		return "audit.fault.words_gone", nil
	case !reflect.DeepEqual(sum, c):
		return "audit.fault.case_differs", nil
	}
	return "", nil
}

// end looks for cases that say more than the records do.
func (v *verifier) end(tx store.Tx) (*Fault, error) {
	if len(v.ahead) > 0 {
		first := slices.Min(slices.Collect(maps.Values(v.ahead)))
		for n, seq := range v.ahead {
			if seq == first {
				return &Fault{Seq: v.Records + 1, Case: n, Says: moderation.Say("audit.fault.end_missing", "Says", seq)}, nil
			}
		}
	}
	newest, err := tx.Cases(store.CaseQuery{Limit: 1})
	if err != nil || len(newest) == 0 || newest[0].Number <= v.Cases {
		return nil, err
	}
	return &Fault{
		Seq: v.Records + 1, Case: newest[0].Number,
		Says: moderation.Say("audit.fault.end_missing", "Says", newest[0].Seq),
	}, nil
}
