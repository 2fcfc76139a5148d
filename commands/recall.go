package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// recall tells drivers who is pinned, where their provider does not show it.
func (s *Service) recall(ctx context.Context) {
	for _, client := range s.Providers.All() {
		driver := client.Recaller()
		if driver == nil {
			continue
		}
		pins, err := s.pinsOf(ctx, client.Name())
		if err != nil {
			s.Log.Warn("earlier pins could not be read", "provider", client.Name(), "error", err)
			continue
		}
		driver.Recall(pins)
	}
}

// pinsOf returns the pins that stand in a provider's rooms.
func (s *Service) pinsOf(ctx context.Context, name string) (pins []provider.Order, err error) {
	err = s.view(ctx, func(tx store.Tx) error {
		pins = nil
		all, err := Measures.All(tx, providerPrefix(name))
		for _, m := range all {
			if m.Kind != moderation.ActionPin {
				continue
			}
			room := moderation.Room{Provider: name, ID: m.RoomID, Name: m.Room}
			if pin, ok := m.order(room, moderation.Participant{}); ok {
				pins = append(pins, pin)
			}
		}
		return err
	})
	return pins, err
}
