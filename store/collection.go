package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/roomwarden/roomwarden/moderation"
)

// Collection is a typed view of the documents of one name, kept as JSON.
type Collection[T any] string

// The collections that more than one package reads. A package that alone reads
// a collection declares it beside its type.
const (
	Grants  Collection[moderation.Grant]  = "grants"  // by Grant.Key
	Presets Collection[moderation.Preset] = "presets" // own presets, by name
)

// Put writes a value.
func (c Collection[T]) Put(tx Documents, key string, value T) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s %q: %w", string(c), key, err)
	}
	return tx.PutDocument(string(c), key, text)
}

// Get returns a value, and whether it is there.
func (c Collection[T]) Get(tx Documents, key string) (value T, ok bool, err error) {
	text, err := tx.Document(string(c), key)
	if errors.Is(err, ErrNotFound) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, false, fmt.Errorf("decode %s %q: %w", string(c), key, err)
	}
	return value, true, nil
}

// Delete removes a value and reports whether it was there.
func (c Collection[T]) Delete(tx Documents, key string) (bool, error) {
	return tx.DeleteDocument(string(c), key)
}

// All returns every value whose key has the prefix, in the order of keys.
func (c Collection[T]) All(tx Documents, prefix string) ([]T, error) {
	var all []T
	err := tx.ScanDocuments(string(c), prefix, "", func(key string, text []byte) (bool, error) {
		var value T
		if err := json.Unmarshal(text, &value); err != nil {
			return false, fmt.Errorf("decode %s %q: %w", string(c), key, err)
		}
		all = append(all, value)
		return true, nil
	})
	return all, err
}

// Revision returns a number that grows with every write to the collection.
func (c Collection[T]) Revision(tx Documents) (uint64, error) { return tx.Revision(string(c)) }
