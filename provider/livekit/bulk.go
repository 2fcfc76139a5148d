package livekit

import (
	"context"
	"sync"

	lk "github.com/livekit/protocol/livekit"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// parallel is how many requests of one order are on their way at once.
const parallel = 8

// MuteAll mutes everyone but Except, agents and recorders not: for good, or so
// that people may unmute themselves.
func (d *Driver) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	people, err := d.inRoom(ctx, o.Room.ID)
	if err != nil {
		return provider.Effect{}, err
	}
	m := medium(o)
	var mu sync.Mutex
	var took []provider.Took
	effect, err := d.each(ctx, o, d.meant(o, people), func(ctx context.Context, info *lk.ParticipantInfo) error {
		one := provider.Took{Identity: info.GetIdentity(), ID: info.GetSid(), Restore: provider.Nothing}
		if o.AllowUnmute {
			if err := d.quiet(ctx, o.Room, info, m); err != nil {
				return err
			}
		} else {
			effect, err := d.silence(ctx, o.Room, info, m)
			if err != nil {
				return err
			}
			one.Restore = effect.Restore
		}
		mu.Lock()
		defer mu.Unlock()
		took = append(took, one)
		return nil
	})
	effect.Took = took
	return effect, err
}

// quiet mutes what the participant sends of a medium; they may unmute it. A track
// that is gone sends nothing any more.
func (d *Driver) quiet(ctx context.Context, room moderation.Room, info *lk.ParticipantInfo, m moderation.Media) error {
	for _, sid := range tracks(info, m, false) {
		if err := d.muteTrack(ctx, room, info, sid, true); err != nil && !is(err, moderation.CodeNotFound) {
			return err
		}
	}
	return nil
}

// meant are those whom a bulk order is for.
func (d *Driver) meant(o provider.Order, people []*lk.ParticipantInfo) []*lk.ParticipantInfo {
	var meant []*lk.ParticipantInfo
	for _, info := range people {
		if p := participant(info); p.Kind.Human() && !o.Spares(p) {
			meant = append(meant, info)
		}
	}
	return meant
}

// each does something to each of these people, some at a time, and lists whom it
// did not reach. Who left meanwhile is not missed. Its error is the first one
// where nobody was reached.
func (d *Driver) each(ctx context.Context, o provider.Order, people []*lk.ParticipantInfo, f func(context.Context, *lk.ParticipantInfo) error) (provider.Effect, error) {
	var (
		mu     sync.Mutex
		effect provider.Effect
		first  error
		done   int
		group  errgroup.Group
	)
	group.SetLimit(parallel)
	for _, info := range people {
		group.Go(func() error {
			err := f(ctx, info)
			mu.Lock()
			defer mu.Unlock()
			done++
			switch {
			case err == nil:
				effect.Reached++
			case !is(err, moderation.CodeNotFound):
				effect.Unreached = append(effect.Unreached, moderation.Unreached{
					Identity: info.GetIdentity(), Name: info.GetName(), Why: provider.Why(err),
				})
				if first == nil {
					first = err
				}
			}
			if o.Progress != nil {
				o.Progress(done, len(people))
			}
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	if effect.Reached > 0 {
		first = nil
	}
	return effect, first
}
