package livekit

import (
	"context"
	"encoding/json"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Greet brings standing measures to someone who came in: a token joins with its
// own rights, whatever was taken from the connection before. A coach is met
// again when they begin to send something.
func (d *Driver) Greet(ctx context.Context, o provider.Order, standing []provider.Order) ([]json.RawMessage, error) {
	took := make([]json.RawMessage, len(standing))
	for i, s := range standing {
		if s.Action == moderation.ActionCoach {
			if err := d.keepWhisper(ctx, o, s); err != nil {
				return took, err
			}
			continue
		}
		order, applies := s.ForNewcomer(o)
		if !applies {
			continue
		}
		do := d.Mute
		if order.Action == moderation.ActionHold {
			do = d.Hold
		}
		effect, err := do(ctx, order)
		if err != nil {
			return took, err
		}
		took[i] = effect.Restore
	}
	return took, nil
}
