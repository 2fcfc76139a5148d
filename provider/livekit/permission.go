package livekit

import (
	"bytes"
	"encoding/json"
	"slices"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// publishable are the sources that a permission can name. An empty list in a
// permission means all of them.
var publishable = []lk.TrackSource{
	lk.TrackSource_CAMERA, lk.TrackSource_MICROPHONE,
	lk.TrackSource_SCREEN_SHARE, lk.TrackSource_SCREEN_SHARE_AUDIO,
}

// sources returns the sources of a medium.
func sources(m moderation.Media) []lk.TrackSource {
	switch m {
	case moderation.Video:
		return []lk.TrackSource{lk.TrackSource_CAMERA}
	case moderation.Screen:
		return []lk.TrackSource{lk.TrackSource_SCREEN_SHARE, lk.TrackSource_SCREEN_SHARE_AUDIO}
	default:
		return []lk.TrackSource{lk.TrackSource_MICROPHONE}
	}
}

// granted returns the sources that a permission lets one publish.
func granted(p *lk.ParticipantPermission) []lk.TrackSource {
	switch {
	case !p.GetCanPublish():
		return nil
	case len(p.GetCanPublishSources()) == 0:
		return publishable
	default:
		return p.GetCanPublishSources()
	}
}

// mayPublish reports whether anything of a medium may be published, or may be
// again after a hold.
func mayPublish(p *lk.ParticipantPermission, m moderation.Media) bool {
	list := granted(p)
	if onHold(p) {
		list = p.GetCanPublishSources()
	}
	return slices.ContainsFunc(sources(m), func(s lk.TrackSource) bool { return slices.Contains(list, s) })
}

// everySource reports whether a list names all that can be published.
func everySource(list []lk.TrackSource) bool {
	return !slices.ContainsFunc(publishable, func(s lk.TrackSource) bool { return !slices.Contains(list, s) })
}

// taken is what a mute took, for the unmute that gives it back.
type taken struct {
	Sources []string `json:"sources,omitempty"`
}

func (t taken) raw() json.RawMessage {
	if len(t.Sources) == 0 {
		return provider.Nothing
	}
	return packed(t)
}

func packed(took any) json.RawMessage {
	text, err := json.Marshal(took)
	if err != nil {
		return nil
	}
	return text
}

// without returns a copy of p that does not let one publish a medium, and what
// that took; nothing was taken where it was not allowed before.
func without(p *lk.ParticipantPermission, m moderation.Media) (*lk.ParticipantPermission, taken) {
	var took taken
	changed := clone(p)
	before := granted(p)
	if onHold(p) { // the list waits for the end of the hold
		before = p.GetCanPublishSources()
	}
	rest := []lk.TrackSource{}
	for _, s := range before {
		if slices.Contains(sources(m), s) {
			took.Sources = append(took.Sources, s.String())
			continue
		}
		rest = append(rest, s)
	}
	changed.CanPublishSources = rest
	if len(rest) == 0 { // an empty list would allow all
		changed.CanPublish = false
	}
	return changed, took
}

// with returns a copy of p that lets one publish what a mute took, or the whole
// medium where that is not known, and whether that changes anything.
func with(p *lk.ParticipantPermission, m moderation.Media, restore ...json.RawMessage) (*lk.ParticipantPermission, bool) {
	give, known := []lk.TrackSource{}, false
	for _, raw := range restore {
		var took taken
		switch {
		case bytes.Equal(raw, provider.Nothing):
		case len(raw) == 0 || json.Unmarshal(raw, &took) != nil:
			continue
		}
		known = true
		for _, name := range took.Sources {
			if v, ok := lk.TrackSource_value[name]; ok {
				give = append(give, lk.TrackSource(v))
			}
		}
	}
	if !known {
		give = sources(m)
	}
	changed := clone(p)
	have := slices.Clone(granted(p))
	if onHold(p) {
		have = slices.Clone(p.GetCanPublishSources())
	} else {
		changed.CanPublish = true
	}
	grew := false
	for _, s := range give {
		if !slices.Contains(have, s) {
			have = append(have, s)
			grew = true
		}
	}
	changed.CanPublishSources = have
	if everySource(have) && !onHold(p) {
		changed.CanPublishSources = nil
	}
	return changed, grew
}

// clone copies a permission whole: the server replaces it, and what is not sent
// is taken away.
func clone(p *lk.ParticipantPermission) *lk.ParticipantPermission {
	c, ok := proto.Clone(p).(*lk.ParticipantPermission)
	if !ok || c == nil {
		return &lk.ParticipantPermission{}
	}
	return c
}

// rights keeps a permission as it was seen.
func rights(p *lk.ParticipantPermission) []byte {
	if p == nil {
		return nil
	}
	text, err := proto.Marshal(p)
	if err != nil {
		return nil
	}
	return text
}

// Remember says what a mute or a hold will take from the rights that the
// participant was seen to have.
func (d *Driver) Remember(o provider.Order) json.RawMessage {
	var p lk.ParticipantPermission
	if len(o.Participant.Rights) == 0 || o.Track != "" || proto.Unmarshal(o.Participant.Rights, &p) != nil {
		return nil
	}
	switch o.Action {
	case moderation.ActionMuteAll:
		if o.AllowUnmute {
			return provider.Nothing
		}
		fallthrough
	case moderation.ActionMute:
		_, took := without(&p, medium(o))
		return took.raw()
	case moderation.ActionHold:
		if !onHold(&p) {
			_, took := apart(&p)
			return took.raw()
		}
	}
	return nil
}
