package bolt

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/store"
)

// tx is one function's view of a bbolt transaction. Its writes go through put
// and remove, which note how to take them back.
type tx struct {
	gone func() error // the context's Err
	bolt *bbolt.Tx
	undo []change
}

var _ store.Tx = (*tx)(nil)

// change is what a key held before a write; a nil value means it was not there.
type change struct {
	bucket     *bbolt.Bucket
	key, value []byte
}

func (t *tx) get(bucket, key []byte) []byte { return t.bolt.Bucket(bucket).Get(key) }

func (t *tx) put(bucket, key, value []byte) error {
	if value == nil {
		value = []byte{}
	}
	b := t.bolt.Bucket(bucket)
	before := change{bucket: b, key: key, value: bytes.Clone(b.Get(key))}
	if err := b.Put(key, value); err != nil {
		return fmt.Errorf("write %s: %w", bucket, err)
	}
	t.undo = append(t.undo, before)
	return nil
}

func (t *tx) remove(bucket, key []byte) error {
	b := t.bolt.Bucket(bucket)
	value := b.Get(key)
	if value == nil {
		return nil
	}
	before := change{bucket: b, key: key, value: bytes.Clone(value)}
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("delete from %s: %w", bucket, err)
	}
	t.undo = append(t.undo, before)
	return nil
}

func (t *tx) putJSON(bucket, key []byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode for %s: %w", bucket, err)
	}
	return t.put(bucket, key, text)
}

// takeBack undoes every write of t, the last one first.
func (t *tx) takeBack() error {
	for i := len(t.undo) - 1; i >= 0; i-- {
		c := t.undo[i]
		var err error
		if c.value == nil {
			err = c.bucket.Delete(c.key)
		} else {
			err = c.bucket.Put(c.key, c.value)
		}
		if err != nil {
			return fmt.Errorf("take back a failed update: %w", err)
		}
	}
	t.undo = nil
	return nil
}

// counter reads a number of the meta bucket.
func (t *tx) counter(key []byte) uint64 { return readNumber(t.get(metaBucket, key)) }

func (t *tx) setCounter(key []byte, n uint64) error { return t.put(metaBucket, key, number(n)) }

func (t *tx) next(key []byte) (uint64, error) {
	n := t.counter(key) + 1
	return n, t.setCounter(key, n)
}

// number encodes n so that it sorts as it counts.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// numbers encodes several numbers one after the other.
func numbers(all ...uint64) []byte {
	key := make([]byte, 0, 8*len(all))
	for _, n := range all {
		key = binary.BigEndian.AppendUint64(key, n)
	}
	return key
}

func readNumber(text []byte) uint64 {
	if len(text) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(text)
}

const timeSize = 12

// instant encodes t so that it sorts as time goes.
func instant(t time.Time) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, timeSize), uint64(t.Unix())^(1<<63))
	return binary.BigEndian.AppendUint32(key, uint32(t.Nanosecond()))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
