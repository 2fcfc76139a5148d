package commands

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var muteCommand = &Command{
	Name:     "mute",
	Args:     []Arg{roomArg, personArg, mediaArg, forArg, optionsArg, tellArg, reasonArg},
	Summary:  moderation.Say("help.mute"),
	Examples: []string{"/room-mute live:standup chaos", "/room-mute standup chaos video 10m off topic", "/room-mute live:standup chaos track_sid=TR_AMx3"},
	Notes: []moderation.Sentence{
		moderation.Say("help.mute_for"), moderation.Say("help.mute_lasting"), moderation.Say("help.mute_track"), moderation.Say("help.tell"),
	},
	Needs:  moderation.AudioControl,
	Action: moderation.ActionMute,
	run:    runMute,
}

var unmuteCommand = &Command{
	Name:     "unmute",
	Args:     []Arg{roomArg, personArg, mediaArg, optionsArg, reasonArg},
	Summary:  moderation.Say("help.unmute"),
	Examples: []string{"/room-unmute live:standup chaos", "/room-unmute standup chaos video", "/room-unmute live:standup chaos track_sid=TR_AMx3"},
	Notes:    []moderation.Sentence{moderation.Say("help.mute_track")},
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
	options, err := in.Args.options()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	a := &attempt{in: in, action: moderation.ActionMute, media: in.Args.media(), reason: in.Args[ArgReason], options: options}
	if answer := s.aimAt(ctx, a, true); answer != nil {
		return answer
	}
	if answer := s.onTrack(ctx, a); answer != nil {
		return answer
	}
	a.details.Permanent = span.Permanent
	if span.For > 0 {
		a.details.Until = time.Now().Add(span.For).UTC()
		if answer := s.canEnd(ctx, a); answer != nil {
			return answer
		}
	}
	a.shows = provider.TrackSilenced(*a.person, a.media, a.details.Track)
	return s.carryOut(ctx, a)
}

// canEnd refuses a mute with a time that could not be taken back then.
func (s *Service) canEnd(ctx context.Context, a *attempt) Answer {
	if a.details.Track != "" {
		return fault(a.in, ArgFor, moderation.Fault(moderation.CodeInvalid, "mute.track_for", s.facts(a)...))
	}
	unmute := moderation.CapabilityFor(moderation.ActionUnmute, a.media, false)
	support := a.place.client.Capabilities(a.place.room)[unmute]
	if support.Available() {
		return nil
	}
	says := []moderation.Sentence{moderation.Say("mute.cannot_end", s.facts(a)...)}
	if !support.Says.IsZero() {
		says = append(says, support.Says)
	}
	return s.refuse(ctx, a, moderation.CodeUnsupported, "", says)
}

func runUnmute(ctx context.Context, s *Service, in Invocation) Answer {
	options, err := in.Args.options()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	if len(options) == 0 {
		a, answer := s.aimLift(ctx, in, moderation.ActionUnmute, in.Args.media())
		if answer != nil {
			return answer
		}
		a.shows = !provider.Silenced(*a.person, a.media)
		return s.carryOut(ctx, a)
	}
	a := &attempt{in: in, action: moderation.ActionUnmute, media: in.Args.media(), reason: in.Args[ArgReason], options: options}
	if answer := s.aimAt(ctx, a, true); answer != nil {
		return answer
	}
	if answer := s.onTrack(ctx, a); answer != nil {
		return answer
	}
	a.shows = !provider.TrackSilenced(*a.person, a.media, a.details.Track)
	return s.carryOut(ctx, a)
}
