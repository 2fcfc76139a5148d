package commands

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// aimLift is aim for what takes a standing measure back. Someone who is not
// there any more may be named all the same: the measure knows them, and it goes
// on for them at their return.
func (s *Service) aimLift(ctx context.Context, in Invocation, action moderation.Action, media moderation.Media) (*attempt, Answer) {
	a := &attempt{in: in, action: action, media: media, reason: in.Args[ArgReason]}
	if answer := s.aimAt(ctx, a, false); answer != nil {
		return nil, answer
	}
	if a.who != "" && a.person == nil {
		if answer := s.aimAbsent(ctx, a); answer != nil {
			return nil, answer
		}
	}
	return a, s.restoring(ctx, a)
}

// aimAbsent takes whom a measure is about for the person of the attempt.
func (s *Service) aimAbsent(ctx context.Context, a *attempt) Answer {
	kind, _ := lifts(a.action)
	named, err := s.measuresNamed(ctx, a.place.room.Ref().String(), a.who, kind, a.media)
	switch {
	case err != nil:
		return s.unreadable(err)
	case len(named) == 0:
		return s.noPerson(ctx, a.in, ArgPerson, a.place)
	case len(named) > 1:
		return s.whichMeasure(a.in, a.place.room, named)
	}
	m := named[0]
	a.person = &moderation.Participant{Identity: m.Identity, Name: m.Name, ID: m.Connection}
	a.send = func(ctx context.Context) (provider.Effect, error) {
		effect, err := a.place.client.Act(ctx, a.order)
		if moderation.CodeOf(err) == moderation.CodeNotFound {
			return provider.Effect{}, nil // the measure alone held them
		}
		return effect, err
	}
	return s.permit(ctx, a)
}

// restoring gives the order what the action that it takes back left to give back.
// An unmute is one of a mute of all too, unless it only undoes a mute.
func (s *Service) restoring(ctx context.Context, a *attempt) Answer {
	if a.person == nil {
		return nil
	}
	a.order.Undoes = a.in.undoes != 0
	m, _, takes := standing(a)
	if !takes {
		return nil
	}
	ofAll := a.action == moderation.ActionUnmute && !a.order.Undoes
	err := s.view(ctx, func(tx store.Tx) error {
		own, there, err := Measures.Get(tx, m.Key())
		if err != nil {
			return err
		}
		var left []json.RawMessage
		if there {
			left = append(left, own.restoreOf(m.Identity))
		}
		if ofAll {
			all, held, err := muteOfAll(tx, m)
			if err != nil {
				return err
			}
			if held {
				left = append(left, all.Took[m.Identity].Restore, all.Restore)
			}
		}
		left = slices.DeleteFunc(left, func(r json.RawMessage) bool { return len(r) == 0 })
		if len(left) > 0 {
			a.order.Restore, a.order.OfAll = left[0], left[1:]
		}
		return nil
	})
	if err != nil {
		return s.unreadable(err)
	}
	if a.action == moderation.ActionUnmute && a.order.Undoes && a.send == nil {
		a.send = func(ctx context.Context) (provider.Effect, error) { return s.undoMute(ctx, a, m) }
	}
	return nil
}

// undoMute takes a mute of one back, and leaves them in the mute of all that
// holds them.
func (s *Service) undoMute(ctx context.Context, a *attempt, m Measure) (provider.Effect, error) {
	effect, err := a.place.client.Act(ctx, a.order)
	if err != nil {
		return effect, err
	}
	held, err := s.muteWithAll(ctx, a.place, m)
	if held {
		effect = provider.Effect{Done: moderation.Say("unmute.with_all")}
	}
	return effect, err
}
