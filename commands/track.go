package commands

import (
	"context"
	"maps"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// narrow makes a mute that names one track of the person a mute of that track's
// medium: that is what the caller must be allowed to stop.
func (a *attempt) narrow() {
	if len(a.options) == 0 {
		return
	}
	for _, o := range a.place.client.Options(a.action) {
		if o.Track {
			a.details.Track = a.options[o.Name]
		}
	}
	if t, sends := a.person.Track(a.details.Track); sends && a.in.Args[ArgMedia] == "" {
		a.media = t.Source.Media()
	}
	a.order.Track, a.same = a.details.Track, a.details.Track
}

// onTrack checks the options of a mute before anything is sent: what the
// provider takes, and that the track is the person's. A server may answer that
// it muted a track that it does not know.
func (s *Service) onTrack(ctx context.Context, a *attempt) Answer {
	known := a.place.client.Options(a.action)
	if len(a.options) > 0 && len(known) == 0 {
		return s.refuse(ctx, a, moderation.CodeUnsupported, "", []moderation.Sentence{
			moderation.Say("mute.no_tracks", append(s.facts(a), "Provider", moderation.Literal(a.place.client.Name()))...),
		})
	}
	for _, name := range slices.Sorted(maps.Keys(a.options)) {
		err := provider.CheckOption(known, name, a.options[name])
		if err == nil && a.options[name] == "" {
			err = moderation.Fault(moderation.CodeInvalid, "provider.empty_option", "Option", moderation.Literal(name))
		}
		if err != nil {
			return fault(a.in, ArgOptions, err)
		}
	}
	if a.details.Track == "" {
		return nil
	}
	t, sends := a.person.Track(a.details.Track)
	switch {
	case !sends:
		return fault(a.in, ArgOptions, moderation.Fault(moderation.CodeNotFound, "mute.no_such_track",
			append(s.facts(a), "Tracks", tracksOf(*a.person))...))
	case t.Source.Media() != a.media:
		return fault(a.in, ArgMedia, moderation.Fault(moderation.CodeInvalid, "mute.track_media",
			append(s.facts(a), "Sends", string(t.Source.Media()))...))
	}
	return nil
}

// tracksOf names what someone sends: TR_AMx3 (microphone).
func tracksOf(one moderation.Participant) []string {
	var all []string
	for _, t := range one.Tracks {
		all = append(all, t.ID+" ("+string(t.Source)+")")
	}
	return all
}

// trackWords are the words with which a command of the provider names the one
// track of a case.
func (s *Service) trackWords(c moderation.Case, action moderation.Action) string {
	client, ok := s.Providers.Get(c.Provider)
	if !ok || c.Track == "" {
		return ""
	}
	for _, o := range client.Options(action) {
		if o.Track {
			return o.Name + "=" + c.Track
		}
	}
	return ""
}
