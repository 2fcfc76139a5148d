package bolt_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/store/storetest"
)

var backend = storetest.Backend{
	Place: func(t testing.TB) string { return filepath.Join(t.TempDir(), "roomwarden.db") },
	Open:  func(ctx context.Context, place string) (store.Store, error) { return bolt.Open(ctx, place) },
}

func TestMain(m *testing.M) { storetest.Main(m, backend) }

func TestStore(t *testing.T) { storetest.Run(t, backend) }
