package commands_test

import (
	"context"
	"sync"

	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// recorder counts what reaches the provider besides reading.
type recorder struct {
	*simulated.Driver
	lock  sync.Mutex
	calls []string
}

func (r *recorder) note(o provider.Order) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.calls = append(r.calls, string(o.Action))
}

func (r *recorder) take() []string {
	r.lock.Lock()
	defer r.lock.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *recorder) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Kick(ctx, o)
}

func (r *recorder) End(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.End(ctx, o)
}

func (r *recorder) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Mute(ctx, o)
}

func (r *recorder) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Unmute(ctx, o)
}

func (r *recorder) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.MuteAll(ctx, o)
}

func (r *recorder) Lock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Lock(ctx, o)
}

func (r *recorder) Unlock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Unlock(ctx, o)
}

func (r *recorder) Pin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Pin(ctx, o)
}

func (r *recorder) Unpin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Unpin(ctx, o)
}

func (r *recorder) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Hold(ctx, o)
}

func (r *recorder) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Unhold(ctx, o)
}

func (r *recorder) Announce(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Announce(ctx, o)
}

func (r *recorder) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Coach(ctx, o)
}

func (r *recorder) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Uncoach(ctx, o)
}

func (r *recorder) Dial(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Dial(ctx, o)
}

func (r *recorder) Configure(ctx context.Context, o provider.Order) (provider.Effect, error) {
	r.note(o)
	return r.Driver.Configure(ctx, o)
}
