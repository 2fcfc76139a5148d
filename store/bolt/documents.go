package bolt

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/roomwarden/roomwarden/store"
)

// PutDocument implements store.Documents.
func (t *tx) PutDocument(collection, key string, value []byte) error {
	name, err := documentKey(collection, key)
	if err != nil {
		return err
	}
	if err := t.put(documentsBucket, name, bytes.Clone(value)); err != nil {
		return err
	}
	return t.touch(collection)
}

// Document implements store.Documents.
func (t *tx) Document(collection, key string) ([]byte, error) {
	name, err := documentKey(collection, key)
	if err != nil {
		return nil, err
	}
	value := t.get(documentsBucket, name)
	if value == nil {
		return nil, fmt.Errorf("%s %q: %w", collection, key, store.ErrNotFound)
	}
	return bytes.Clone(value), nil
}

// DeleteDocument implements store.Documents.
func (t *tx) DeleteDocument(collection, key string) (bool, error) {
	name, err := documentKey(collection, key)
	if err != nil {
		return false, err
	}
	if t.get(documentsBucket, name) == nil {
		return false, nil
	}
	if err := t.remove(documentsBucket, name); err != nil {
		return false, err
	}
	return true, t.touch(collection)
}

// ScanDocuments implements store.Documents. It goes by keys, not by a standing
// cursor, so that f may write.
func (t *tx) ScanDocuments(collection, prefix, after string, f func(key string, value []byte) (bool, error)) error {
	start, err := documentKey(collection, prefix)
	if err != nil {
		return err
	}
	skip := len(collection) + 1
	from := start
	if after != "" {
		if past := append([]byte(collection+"\x00"+after), 0); bytes.Compare(past, from) > 0 {
			from = past
		}
	}
	for {
		name, value := t.bolt.Bucket(documentsBucket).Cursor().Seek(from)
		if name == nil || !bytes.HasPrefix(name, start) {
			return nil
		}
		from = append(bytes.Clone(name), 0)
		more, err := f(string(name[skip:]), bytes.Clone(value))
		if err != nil || !more {
			return err
		}
	}
}

// Revision implements store.Documents.
func (t *tx) Revision(collection string) (uint64, error) {
	return readNumber(t.get(revisionsBucket, []byte(collection))), nil
}

func (t *tx) touch(collection string) error {
	n, err := t.Revision(collection)
	if err != nil {
		return err
	}
	return t.put(revisionsBucket, []byte(collection), number(n+1))
}

func documentKey(collection, key string) ([]byte, error) {
	if collection == "" || strings.Contains(collection, "\x00") {
		return nil, fmt.Errorf("%q is no name of a collection", collection)
	}
	return []byte(collection + "\x00" + key), nil
}
