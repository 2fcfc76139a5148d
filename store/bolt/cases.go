package bolt

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// AppendRecord implements store.Cases.
func (t *tx) AppendRecord(r moderation.Record) (moderation.Record, moderation.Case, error) {
	var before moderation.Case
	if r.Case != 0 {
		var err error
		if before, err = t.Case(r.Case); err != nil {
			return moderation.Record{}, moderation.Case{}, err
		}
	} else {
		if known, err := t.keyed(r.Details.Key); err != nil || known.Number != 0 {
			return moderation.Record{}, known, err
		}
		var err error
		if r.Case, err = t.next(caseKey); err != nil {
			return moderation.Record{}, moderation.Case{}, err
		}
		if r.Details.Key != "" {
			if err := t.put(caseKeysBucket, []byte(r.Details.Key), number(r.Case)); err != nil {
				return moderation.Record{}, moderation.Case{}, err
			}
		}
	}
	if err := t.seal(&r); err != nil {
		return moderation.Record{}, moderation.Case{}, err
	}
	after := before.Apply(r)
	return r, after, t.writeCase(before, after)
}

// keyed returns the case of a key with ErrKnownKey, or nothing where the key is new.
func (t *tx) keyed(key string) (moderation.Case, error) {
	if key == "" {
		return moderation.Case{}, nil
	}
	n := readNumber(t.get(caseKeysBucket, []byte(key)))
	if n == 0 {
		return moderation.Case{}, nil
	}
	c, err := t.Case(n)
	if err != nil {
		return moderation.Case{}, err
	}
	return c, fmt.Errorf("case %d: %w", n, store.ErrKnownKey)
}

// seal gives r its number, its salt and its place in the chain, and writes it.
func (t *tx) seal(r *moderation.Record) error {
	var err error
	if r.Seq, err = t.next(seqKey); err != nil {
		return err
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return fmt.Errorf("salt of record %d: %w", r.Seq, err)
	}
	r.Words.Salt = hex.EncodeToString(salt)
	head := string(t.get(metaBucket, headKey))
	if head == "" {
		head = moderation.Genesis
	}
	if err := r.Seal(head); err != nil {
		return err
	}
	if err := t.put(metaBucket, headKey, []byte(r.Hash)); err != nil {
		return err
	}
	if err := t.put(caseRecordsBucket, numbers(r.Case, r.Seq), nil); err != nil {
		return err
	}
	return t.putJSON(recordsBucket, number(r.Seq), r)
}

// writeCase writes the state of a case and what finds it.
func (t *tx) writeCase(before, after moderation.Case) error {
	key := number(after.Number)
	latest := t.latest(after)
	text, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("encode case %d: %w", after.Number, err)
	}
	if err := t.put(casesBucket, key, join(instant(after.At), latest, text)); err != nil {
		return err
	}
	if after.Outcome.Open() {
		err = t.put(caseOpenBucket, key, nil)
	} else {
		err = t.remove(caseOpenBucket, key)
	}
	if err != nil {
		return err
	}
	return t.index(before, after)
}

// latest returns the latest time of c and every case before it, which never
// falls from one case to the next, whatever the clock did.
func (t *tx) latest(c moderation.Case) []byte {
	at := instant(c.At)
	if value := t.get(casesBucket, number(c.Number-1)); value != nil {
		if earlier := value[timeSize : 2*timeSize]; string(earlier) > string(at) {
			return append([]byte(nil), earlier...)
		}
	}
	return at
}

// Case implements store.Cases.
func (t *tx) Case(n uint64) (moderation.Case, error) {
	value := t.get(casesBucket, number(n))
	if value == nil {
		return moderation.Case{}, fmt.Errorf("case %d: %w", n, store.ErrNotFound)
	}
	return decodeCase(value)
}

func decodeCase(value []byte) (c moderation.Case, err error) {
	if len(value) < 2*timeSize {
		return c, fmt.Errorf("decode a case: %w", store.ErrUnreadable)
	}
	if err := json.Unmarshal(value[2*timeSize:], &c); err != nil {
		return c, fmt.Errorf("decode a case: %w: %w", store.ErrUnreadable, err)
	}
	return c, nil
}

// CaseByKey implements store.Cases.
func (t *tx) CaseByKey(key string) (moderation.Case, error) {
	n := readNumber(t.get(caseKeysBucket, []byte(key)))
	if n == 0 {
		return moderation.Case{}, fmt.Errorf("case of key %q: %w", key, store.ErrNotFound)
	}
	return t.Case(n)
}

// OpenCases implements store.Cases.
func (t *tx) OpenCases(limit int) ([]moderation.Case, error) {
	var all []moderation.Case
	cursor := t.bolt.Bucket(caseOpenBucket).Cursor()
	for key, _ := cursor.First(); key != nil && len(all) < limit; key, _ = cursor.Next() {
		c, err := t.Case(readNumber(key))
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Records implements store.Cases.
func (t *tx) Records(n uint64) ([]moderation.Record, error) {
	var all []moderation.Record
	cursor := t.bolt.Bucket(caseRecordsBucket).Cursor()
	for key, _ := cursor.Seek(number(n)); key != nil && readNumber(key) == n; key, _ = cursor.Next() {
		r, err := decodeRecord(t.get(recordsBucket, key[8:]))
		if err != nil {
			return nil, fmt.Errorf("case %d: %w", n, err)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("records of case %d: %w", n, store.ErrNotFound)
	}
	return all, nil
}

// RecordsFrom implements store.Cases.
func (t *tx) RecordsFrom(seq uint64, limit int) ([]moderation.Record, error) {
	var all []moderation.Record
	cursor := t.bolt.Bucket(recordsBucket).Cursor()
	for key, text := cursor.Seek(number(seq)); key != nil && len(all) < limit; key, text = cursor.Next() {
		r, err := decodeRecord(text)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", readNumber(key), err)
		}
		all = append(all, r)
	}
	return all, nil
}

func decodeRecord(text []byte) (r moderation.Record, err error) {
	if text == nil {
		return r, fmt.Errorf("a record: %w", store.ErrNotFound)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("decode a record: %w: %w", store.ErrUnreadable, err)
	}
	return r, nil
}

// RedactCase implements store.Cases. The case is added up anew from its
// records, so that none of the words survives in it.
func (t *tx) RedactCase(r moderation.Record) (moderation.Record, moderation.Case, error) {
	before, err := t.Case(r.Case)
	if err != nil {
		return moderation.Record{}, moderation.Case{}, err
	}
	records, err := t.Records(r.Case)
	if err != nil {
		return moderation.Record{}, moderation.Case{}, err
	}
	var after moderation.Case
	for _, old := range records {
		old.Words = moderation.Words{}
		if err := t.putJSON(recordsBucket, number(old.Seq), old); err != nil {
			return moderation.Record{}, moderation.Case{}, err
		}
		after = after.Apply(old)
	}
	if err := t.seal(&r); err != nil {
		return moderation.Record{}, moderation.Case{}, err
	}
	after = after.Apply(r)
	return r, after, t.writeCase(before, after)
}
