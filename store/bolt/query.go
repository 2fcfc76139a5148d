package bolt

import (
	"bytes"
	"crypto/sha256"
	"maps"

	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// The fields of the index, the first byte of its keys.
const (
	byParticipant = 'p' // identity and name
	byRoom        = 'r' // name and id
	byActor       = 'a'
)

// indexPrefix is what the keys of all cases with a field's value start with.
// The value is a digest: names have any length and leave no trace when redacted.
func indexPrefix(field byte, value string) []byte {
	digest := sha256.Sum256([]byte(value))
	return append([]byte{field}, digest[:16]...)
}

func indexPrefixes(c moderation.Case) map[string]bool {
	all := make(map[string]bool, 5)
	add := func(field byte, value string) {
		if value != "" {
			all[string(indexPrefix(field, value))] = true
		}
	}
	add(byParticipant, c.Participant)
	add(byParticipant, c.ParticipantName)
	add(byRoom, c.Room)
	add(byRoom, c.RoomID)
	add(byActor, c.Actor)
	return all
}

// index keeps the case index in step with a case.
func (t *tx) index(before, after moderation.Case) error {
	key := number(after.Number)
	var had map[string]bool
	if before.Number != 0 {
		had = indexPrefixes(before)
	}
	have := indexPrefixes(after)
	for prefix := range maps.Keys(had) {
		if !have[prefix] {
			if err := t.remove(caseIndexBucket, join([]byte(prefix), key)); err != nil {
				return err
			}
		}
	}
	for prefix := range maps.Keys(have) {
		if !had[prefix] {
			if err := t.put(caseIndexBucket, join([]byte(prefix), key), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

const defaultPage = 100

// Cases implements store.Cases. It walks the most telling index from the newest
// case down, else the cases themselves, and reads only what the page needs.
func (t *tx) Cases(q store.CaseQuery) ([]moderation.Case, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	since, until := instant(q.Since), instant(q.Until)
	var all []moderation.Case
	walk := t.walk(q)
	for seen := 0; len(all) < limit; seen++ {
		n := walk()
		if n == 0 {
			break
		}
		if seen%256 == 0 {
			if err := t.gone(); err != nil {
				return nil, err
			}
		}
		value := t.get(casesBucket, number(n))
		at, latest := value[:timeSize], value[timeSize:2*timeSize]
		if !q.Since.IsZero() && bytes.Compare(latest, since) < 0 {
			break
		}
		if !q.Until.IsZero() && bytes.Compare(at, until) >= 0 {
			continue
		}
		c, err := decodeCase(value)
		if err != nil {
			return nil, err
		}
		if q.Matches(c) {
			all = append(all, c)
		}
	}
	return all, nil
}

// walk returns a function that yields the numbers of the cases that may match,
// from the newest down, and zero at the end.
func (t *tx) walk(q store.CaseQuery) func() uint64 {
	bucket, prefix := casesBucket, []byte(nil)
	switch {
	case q.Participant != "":
		bucket, prefix = caseIndexBucket, indexPrefix(byParticipant, q.Participant)
	case q.Room != "":
		bucket, prefix = caseIndexBucket, indexPrefix(byRoom, q.Room)
	case q.Actor != "":
		bucket, prefix = caseIndexBucket, indexPrefix(byActor, q.Actor)
	}
	end := q.Before
	if end == 0 {
		end = t.counter(caseKey) + 1
	}
	cursor := t.bolt.Bucket(bucket).Cursor()
	step := func() []byte { return seekBefore(cursor, join(prefix, number(end))) }
	return func() uint64 {
		key := step()
		step = func() []byte { key, _ := cursor.Prev(); return key }
		if !bytes.HasPrefix(key, prefix) || len(key) != len(prefix)+8 {
			return 0
		}
		return readNumber(key[len(prefix):])
	}
}

// seekBefore puts the cursor on the last key under end.
func seekBefore(c *bbolt.Cursor, end []byte) []byte {
	key, _ := c.Seek(end)
	if key == nil {
		key, _ = c.Last()
	} else {
		key, _ = c.Prev()
	}
	return key
}
