// Package control lets the command line work while the bot runs. The bot holds
// the bbolt file, so it serves a Door on a socket beside it (Listen, then Run);
// Dial gives the same Door to another process of the same user. Where no bot
// runs, Local is the door of a store that one has opened oneself.
package control

import (
	"context"
	"io"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// Door is what the command line asks of a store and of the service over it.
// Its errors are those of the store or *moderation.Error, on both sides of the
// socket; store.ErrNotFound is CodeNotFound.
type Door interface {
	// Do carries an invocation out as the system actor.
	Do(ctx context.Context, in commands.Invocation) (commands.Answer, error)
	// Cases returns matching cases, newest first.
	Cases(ctx context.Context, q store.CaseQuery) ([]moderation.Case, error)
	// Case returns one case with its records.
	Case(ctx context.Context, number uint64) (moderation.Case, []moderation.Record, error)
	// Verify checks the whole audit record.
	Verify(ctx context.Context) (audit.Result, error)
	// Export writes the selected part of the audit record to w.
	Export(ctx context.Context, w io.Writer, sel audit.Selection) error
	// Backup writes a copy of the store to w while it is used.
	Backup(ctx context.Context, w io.Writer) error
	// Close frees what the door holds.
	Close() error
}

// Service is the part of commands.Service that a door leads to.
type Service interface {
	Do(ctx context.Context, in commands.Invocation) commands.Answer
}

// Local is the Door of a service and a store in this process. Close closes the store.
type Local struct {
	Service Service
	Store   store.Store
}

var _ Door = Local{}

// Do implements Door.
func (l Local) Do(ctx context.Context, in commands.Invocation) (commands.Answer, error) {
	in.Caller = commands.Caller{Actor: moderation.SystemActor}
	in.Source = commands.FromCLI
	return l.Service.Do(ctx, in), nil
}

// Cases implements Door.
func (l Local) Cases(ctx context.Context, q store.CaseQuery) (all []moderation.Case, err error) {
	err = l.Store.View(ctx, func(tx store.Tx) (err error) {
		all, err = tx.Cases(q)
		return err
	})
	return all, err
}

// Case implements Door.
func (l Local) Case(ctx context.Context, number uint64) (c moderation.Case, records []moderation.Record, err error) {
	err = l.Store.View(ctx, func(tx store.Tx) (err error) {
		if c, err = tx.Case(number); err != nil {
			return err
		}
		records, err = tx.Records(number)
		return err
	})
	return c, records, ours(err)
}

// Verify implements Door.
func (l Local) Verify(ctx context.Context) (audit.Result, error) { return audit.Verify(ctx, l.Store) }

// Export implements Door.
func (l Local) Export(ctx context.Context, w io.Writer, sel audit.Selection) error {
	return audit.Export(ctx, l.Store, w, sel)
}

// Backup implements Door.
func (l Local) Backup(ctx context.Context, w io.Writer) error {
	s, ok := l.Store.(interface {
		Backup(ctx context.Context, w io.Writer) error
	})
	if !ok {
		return moderation.Fault(moderation.CodeUnsupported, "control.no_backup")
	}
	return s.Backup(ctx, w)
}

// Close implements Door.
func (l Local) Close() error { return l.Store.Close() }
