package moderation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// RecordKind says how a record changes its case.
type RecordKind string

// The kinds of records; the first six are also the outcomes.
const (
	RecordIntended  RecordKind = "intended"
	RecordSucceeded RecordKind = "succeeded"
	RecordPartial   RecordKind = "partial"
	RecordFailed    RecordKind = "failed"
	RecordUnknown   RecordKind = "unknown"
	RecordRefused   RecordKind = "refused"
	RecordUndone    RecordKind = "undone"
	RecordExpired   RecordKind = "expired"
	RecordNoted     RecordKind = "noted"
	RecordReviewed  RecordKind = "reviewed"
	RecordRedacted  RecordKind = "redacted"
)

// Record is one change of a case. Records are appended, never changed, and
// each carries the hash of the one before it: see Seal for the encoding.
type Record struct {
	Seq      uint64     `json:"seq"`  // 1 for the first of all records; no gaps
	Case     uint64     `json:"case"` // 1 for the first case; never used again
	Kind     RecordKind `json:"kind"`
	At       time.Time  `json:"at"` // UTC
	Actor    string     `json:"actor"`
	Action   Action     `json:"action"`
	Provider string     `json:"provider"`
	Room     string     `json:"room"`
	RoomID   string     `json:"room_id,omitempty"`
	Details  Details    `json:"details,omitzero"`
	// Words holds what names or quotes people. A redaction takes it away and
	// leaves WordsDigest, so that the chain still closes.
	Words       Words  `json:"words,omitzero"`
	WordsDigest string `json:"words_digest"`
	Prev        string `json:"prev"`
	Hash        string `json:"hash"`
}

// Words are the parts of a record that can be redacted.
type Words struct {
	Salt            string      `json:"salt,omitempty"` // hex; keeps a digest from being guessed
	Participant     string      `json:"participant,omitempty"`
	ParticipantID   string      `json:"participant_id,omitempty"`
	ParticipantName string      `json:"participant_name,omitempty"`
	Reason          string      `json:"reason,omitempty"`
	Text            string      `json:"text,omitempty"`
	Unreached       []Unreached `json:"unreached,omitempty"`
}

// Genesis is the Prev of the first record.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// recordDomain separates these hashes from any others; its number is the
// version of the encoding.
const recordDomain = "roomwarden record 1"

// Seal brings r into the form in which it is read again (times in UTC, text in
// valid UTF-8) and sets its Prev, WordsDigest and Hash. The hash is SHA-256, in lower-case
// hex, over netstrings (length in decimal, colon, bytes, comma) of: the domain
// "roomwarden record 1", seq, case, kind, at (RFC 3339 in UTC with nanoseconds
// as far as they are not zero), actor, action, provider, room, room id, the
// details as JSON, the words digest, prev. The words digest is the same over
// "roomwarden words 1" and the words as JSON. docs/audit-format.md says it at length.
func (r *Record) Seal(prev string) error {
	if err := r.settle(); err != nil {
		return err
	}
	r.Prev = prev
	digest, err := r.Words.digest()
	if err != nil {
		return err
	}
	r.WordsDigest = digest
	r.Hash, err = r.sum()
	return err
}

// settle makes r what a reader of its JSON finds: a byte that is no UTF-8 would
// otherwise be sealed as one thing and read as another.
func (r *Record) settle() error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode a record: %w", err)
	}
	var settled Record
	if err := json.Unmarshal(text, &settled); err != nil {
		return fmt.Errorf("decode a record: %w", err)
	}
	settled.At = settled.At.UTC()
	settled.Details.Until = settled.Details.Until.UTC()
	settled.Details.AwaitsUntil = settled.Details.AwaitsUntil.UTC()
	*r = settled
	return nil
}

// ErrChain is what every error of Verify is.
var ErrChain = errors.New("the record does not fit the chain")

// Verify checks that r follows a record with number seq-1 and hash prev, and
// that neither r nor its words were changed since it was sealed. Words that are
// not there pass: their digest still binds them. An error that wraps ErrChain
// says in words what does not fit.
func (r *Record) Verify(seq uint64, prev string) error {
	digest, err := r.Words.digest()
	if err != nil {
		return err
	}
	sum, err := r.sum()
	if err != nil {
		return err
	}
	switch {
	case r.Seq != seq:
		return unfit("audit.fault.number", "Number", r.Seq, "Expected", seq)
	case r.Prev != prev:
		return unfit("audit.fault.prev", "Prev", r.Prev, "Expected", prev)
	case r.Words.Salt == "" && !r.Words.IsZero():
		return unfit("audit.fault.unsalted")
	case r.Words.Salt != "" && digest != r.WordsDigest:
		return unfit("audit.fault.words")
	case sum != r.Hash:
		return unfit("audit.fault.changed")
	}
	return nil
}

func unfit(key string, pairs ...any) error {
	return Fault(CodeInvalid, key, pairs...).Because(ErrChain)
}

// IsZero reports whether there are no words: they were redacted.
func (w Words) IsZero() bool {
	return w.Salt == "" && w.Participant == "" && w.ParticipantID == "" && w.ParticipantName == "" &&
		w.Reason == "" && w.Text == "" && len(w.Unreached) == 0
}

func (w Words) digest() (string, error) {
	text, err := json.Marshal(w)
	if err != nil {
		return "", fmt.Errorf("encode the words of a record: %w", err)
	}
	return hash("roomwarden words 1", string(text)), nil
}

func (r *Record) sum() (string, error) {
	details, err := json.Marshal(r.Details)
	if err != nil {
		return "", fmt.Errorf("encode the details of a record: %w", err)
	}
	return hash(recordDomain, strconv.FormatUint(r.Seq, 10), strconv.FormatUint(r.Case, 10),
		string(r.Kind), r.At.UTC().Format(time.RFC3339Nano), r.Actor, string(r.Action), r.Provider,
		r.Room, r.RoomID, string(details), r.WordsDigest, r.Prev), nil
}

func hash(fields ...string) string {
	h := sha256.New()
	for _, f := range fields {
		fmt.Fprintf(h, "%d:%s,", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil))
}
