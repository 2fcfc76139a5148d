package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/roomwarden/roomwarden/store"
)

// Twice returns a store that runs the function of every update twice, the
// first time in vain, as any store may. Tests of what uses a store find with it
// functions that add to a variable outside or act on the world.
func Twice(s store.Store) store.Store { return twice{s} }

type twice struct{ store.Store }

var errInVain = errors.New("run in vain")

// Update implements store.Store.
func (s twice) Update(ctx context.Context, f func(tx store.Tx) error) error {
	var first error
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		if first = f(tx); first != nil {
			return first
		}
		return errInVain
	})
	if !errors.Is(err, errInVain) {
		return err
	}
	if err := s.Store.Update(ctx, f); err != nil {
		return fmt.Errorf("run again: %w", err)
	}
	return nil
}
