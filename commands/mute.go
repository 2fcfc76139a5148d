package commands

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var muteCommand = &Command{
	Name:     "mute",
	Args:     []Arg{roomArg, personArg, mediaArg, forArg, tellArg, reasonArg},
	Summary:  moderation.Say("help.mute"),
	Examples: []string{"/room-mute live:standup chaos", "/room-mute standup chaos video 10m off topic"},
	Notes:    []moderation.Sentence{moderation.Say("help.mute_for"), moderation.Say("help.mute_lasting"), moderation.Say("help.tell")},
	Needs:    moderation.AudioControl,
	Action:   moderation.ActionMute,
	run:      runMute,
}

var unmuteCommand = &Command{
	Name:     "unmute",
	Args:     []Arg{roomArg, personArg, mediaArg, reasonArg},
	Summary:  moderation.Say("help.unmute"),
	Examples: []string{"/room-unmute live:standup chaos", "/room-unmute standup chaos video"},
	Needs:    moderation.AudioControl,
	Action:   moderation.ActionUnmute,
	run:      runUnmute,
}

// media reads the medium, audio where none is named.
func (a Args) media() moderation.Media {
	if m := a[ArgMedia]; m != "" {
		return moderation.Media(m)
	}
	return moderation.Audio
}

func runMute(ctx context.Context, s *Service, in Invocation) Answer {
	span, err := in.Args.span()
	if err != nil {
		return fault(in, ArgFor, err)
	}
	a, answer := s.aim(ctx, in, moderation.ActionMute, in.Args.media())
	if answer != nil {
		return answer
	}
	a.details.Permanent = span.Permanent
	if span.For > 0 {
		a.details.Until = time.Now().Add(span.For).UTC()
		unmute := moderation.CapabilityFor(moderation.ActionUnmute, a.media, false)
		if support := a.place.client.Capabilities(a.place.room)[unmute]; !support.Available() {
			says := []moderation.Sentence{moderation.Say("mute.cannot_end", s.facts(a)...)}
			if !support.Says.IsZero() {
				says = append(says, support.Says)
			}
			return s.refuse(ctx, a, moderation.CodeUnsupported, "", says)
		}
	}
	a.shows = provider.Silenced(*a.person, a.media)
	return s.carryOut(ctx, a)
}

func runUnmute(ctx context.Context, s *Service, in Invocation) Answer {
	a, answer := s.aimLift(ctx, in, moderation.ActionUnmute, in.Args.media())
	if answer != nil {
		return answer
	}
	a.shows = !provider.Silenced(*a.person, a.media)
	return s.carryOut(ctx, a)
}
