package commands

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

const (
	recallFor  = 24 * time.Hour
	recallMost = 500
)

// recall tells drivers what earlier runs did that their provider does not show:
// who is pinned.
func (s *Service) recall(ctx context.Context) {
	for _, client := range s.Providers.All() {
		driver := client.Recaller()
		if driver == nil {
			continue
		}
		done, err := s.pinsOf(ctx, client.Name())
		if err != nil {
			s.Log.Warn("earlier pins could not be read", "provider", client.Name(), "error", err)
			continue
		}
		driver.Recall(done)
	}
}

// pinsOf returns a provider's pins and unpins that succeeded, the oldest first.
func (s *Service) pinsOf(ctx context.Context, name string) ([]provider.Order, error) {
	var cases []moderation.Case
	err := s.view(ctx, func(tx store.Tx) error {
		for _, action := range []moderation.Action{moderation.ActionPin, moderation.ActionUnpin} {
			some, err := tx.Cases(store.CaseQuery{
				Provider: name, Action: action, Outcome: moderation.Succeeded, Since: time.Now().Add(-recallFor), Limit: recallMost,
			})
			if err != nil {
				return err
			}
			cases = append(cases, some...)
		}
		return nil
	})
	slices.SortFunc(cases, func(a, b moderation.Case) int { return cmp.Compare(a.Number, b.Number) })
	done := make([]provider.Order, len(cases))
	for i, c := range cases {
		done[i] = provider.Order{
			Action: c.Action, Room: caseRoom(c),
			Participant: moderation.Participant{ID: c.ParticipantID, Identity: c.Participant, Name: c.ParticipantName},
		}
	}
	return done, err
}
