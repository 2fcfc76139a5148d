package audit

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// Format is how an export is written.
type Format string

// The formats.
const (
	JSONLines Format = "jsonl" // an object a line
	CSV       Format = "csv"   // RFC 4180 with a line of names; cells that a spreadsheet would calculate start with '
)

// Selection says what an export holds.
type Selection struct {
	Format  Format
	Records bool            // one line a record instead of one a case
	Cases   store.CaseQuery // which cases; paging does not matter
}

// Export writes the selected cases in their last state, or all their records,
// oldest first. docs/audit-format.md names the fields.
func Export(ctx context.Context, s store.Store, w io.Writer, sel Selection) error {
	buffered := bufio.NewWriter(w)
	lines, err := newLineWriter(buffered, sel)
	if err != nil {
		return err
	}
	next := exportCases
	if sel.Records {
		next = exportRecords
	}
	for from := uint64(1); from != 0; {
		err := s.View(ctx, func(tx store.Tx) (err error) {
			from, err = next(tx, from, sel, lines)
			return err
		})
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		if err := errors.Join(lines.flush(), buffered.Flush()); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// Line is a case as programs read it: with At as the case's message in the audit
// channel carries it.
type Line struct {
	moderation.Case
	At string `json:"at"` // RFC 3339 in UTC, to the second
}

// LineOf returns the line of a case.
func LineOf(c moderation.Case) Line { return Line{c, c.At.UTC().Format(time.RFC3339)} }

// exportCases writes a page of cases and returns the number of the next, zero at the end.
func exportCases(tx store.Tx, from uint64, sel Selection, out lineWriter) (uint64, error) {
	for n := from; n < from+page; n++ {
		c, err := tx.Case(n)
		if errors.Is(err, store.ErrNotFound) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if !sel.Cases.Matches(c) {
			continue
		}
		if err := out.write(LineOf(c)); err != nil {
			return 0, err
		}
	}
	return from + page, nil
}

// exportRecords writes a page of records and returns the number of the next, zero at the end.
func exportRecords(tx store.Tx, from uint64, sel Selection, out lineWriter) (uint64, error) {
	records, err := tx.RecordsFrom(from, page)
	if err != nil || len(records) == 0 {
		return 0, err
	}
	for _, r := range records {
		c, err := tx.Case(r.Case)
		if err != nil {
			return 0, err
		}
		if !sel.Cases.Matches(c) {
			continue
		}
		if err := out.write(r); err != nil {
			return 0, err
		}
	}
	return records[len(records)-1].Seq + 1, nil
}

// lineWriter writes one case or record a line.
type lineWriter interface {
	write(value any) error
	flush() error
}

func newLineWriter(w io.Writer, sel Selection) (lineWriter, error) {
	switch sel.Format {
	case JSONLines, "":
		return jsonWriter{w}, nil
	case CSV:
		columns := caseColumns
		if sel.Records {
			columns = recordColumns
		}
		out := csvWriter{csv.NewWriter(w), columns}
		return out, out.Write(columns)
	default:
		return nil, moderation.Fault(moderation.CodeInvalid, "audit.format", "Format", moderation.Literal(sel.Format))
	}
}

type jsonWriter struct{ io.Writer }

func (w jsonWriter) write(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func (w jsonWriter) flush() error { return nil }
