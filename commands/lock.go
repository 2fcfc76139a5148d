package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var lockCommand = &Command{
	Name:     "lock",
	Args:     []Arg{roomArg, reasonArg},
	Summary:  moderation.Say("help.lock"),
	Examples: []string{"/room-lock live:standup"},
	Notes:    []moderation.Sentence{moderation.Say("help.lock_how")},
	Needs:    moderation.LockRoom,
	Action:   moderation.ActionLock,
	run:      runLock,
}

var unlockCommand = &Command{
	Name:     "unlock",
	Args:     []Arg{roomArg, reasonArg},
	Summary:  moderation.Say("help.unlock"),
	Examples: []string{"/room-unlock live:standup"},
	Needs:    moderation.LockRoom,
	Action:   moderation.ActionUnlock,
	run:      runUnlock,
}

func runLock(ctx context.Context, s *Service, in Invocation) Answer {
	a, answer := s.aim(ctx, in, moderation.ActionLock, "")
	if answer != nil {
		return answer
	}
	m, locked, err := s.standingBefore(ctx, a)
	if err != nil {
		return s.unstored(err)
	}
	a.shows = a.place.room.Locked || locked && !m.Native
	reading, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	err = everyone(reading, a.place, "", func(one moderation.Participant) bool {
		a.inside = append(a.inside, one.Identity)
		return true
	})
	if err != nil {
		return s.unread(a.place, err)
	}
	a.native = a.place.client.Capabilities(a.place.room)[moderation.CanLock].Level == moderation.Native
	return s.carryOut(ctx, a)
}

// runUnlock also opens a room that is not live: an ended room may be locked.
func runUnlock(ctx context.Context, s *Service, in Invocation) Answer {
	room, answer := s.oneRoom(ctx, in, moderation.ActionLock)
	if answer != nil {
		return answer
	}
	in.Args = in.Args.with(ArgRoom, room)
	a := &attempt{in: in, action: moderation.ActionUnlock, reason: in.Args[ArgReason]}
	named, err := s.measuresNamed(ctx, room, "", moderation.ActionLock, "")
	if err != nil {
		return s.unreadable(err)
	}
	var m Measure
	if len(named) > 0 {
		m = named[0]
	}
	client, known := s.Providers.Get(m.Provider)
	if !known {
		if answer := s.aimAt(ctx, a, false); answer != nil {
			return answer
		}
		a.shows = !a.place.room.Locked
		return s.carryOut(ctx, a)
	}
	a.place = place{client: client, room: s.roomOf(ctx, client, m)}
	if answer := s.permit(ctx, a); answer != nil {
		return answer
	}
	a.order.Restore = m.Restore
	a.send = func(ctx context.Context) (provider.Effect, error) {
		effect, err := client.Act(ctx, a.order)
		if moderation.CodeOf(err) == moderation.CodeNotFound {
			return provider.Effect{}, nil // not live: the measure alone kept it shut
		}
		return effect, err
	}
	return s.carryOut(ctx, a)
}
