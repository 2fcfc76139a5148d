package app

import (
	"context"
	"errors"
	"io/fs"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store/bolt"
)

// Verify checks the audit record of a configuration's store, by the running bot
// where there is one. A record that does not fit is in the result, also where
// the store would not be opened for work because of it; a store that is damaged
// beyond reading is an error that Damaged knows.
func Verify(ctx context.Context, c *config.Config) (audit.Result, error) {
	result, err := verifyByBot(ctx, c.Store.Path)
	if !errors.Is(err, control.ErrNobody) {
		return result, err
	}
	result, err = verifyFile(ctx, c.Store.Path)
	if moderation.CodeOf(err) == moderation.CodeConflict {
		// A bot that is just starting holds the file before it serves the socket.
		if result, err := verifyByBot(ctx, c.Store.Path); !errors.Is(err, control.ErrNobody) {
			return result, err
		}
	}
	return result, err
}

// Damaged reports whether an error says that what is where the store should be
// cannot be one.
func Damaged(err error) bool {
	var e *moderation.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Says.Key {
	case "store.damaged", "store.empty", "store.not_ours":
		return true
	default:
		return false
	}
}

func verifyByBot(ctx context.Context, path string) (result audit.Result, err error) {
	client, err := control.Dial(ctx, control.Path(path))
	if err != nil {
		return audit.Result{}, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	return client.Verify(ctx)
}

func verifyFile(ctx context.Context, path string) (audit.Result, error) {
	s, err := bolt.Inspect(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		s, err = bolt.Open(ctx, path)
	}
	if err != nil {
		return audit.Result{}, err
	}
	result, err := audit.Verify(ctx, s)
	if err = errors.Join(err, s.Close()); err != nil || result.Fault != nil {
		return result, err
	}
	// The records fit; what stands beside them must, too.
	if s, err = bolt.Open(ctx, path); err != nil {
		return audit.Result{}, err
	}
	return result, s.Close()
}
