package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
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
func (s *Service) restoring(ctx context.Context, a *attempt) Answer {
	if a.person == nil {
		return nil
	}
	a.order.Undoes = a.in.undoes != 0
	m, there, err := s.standingBefore(ctx, a)
	if err == nil && !there && a.action == moderation.ActionUnmute {
		m, there, err = s.muteAllBefore(ctx, a)
	}
	if err != nil {
		return s.unreadable(err)
	}
	if there {
		a.order.Restore = m.Restore
	}
	return nil
}
