package livekit

import (
	"context"
	"encoding/json"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// held is what a hold took, for the end of the hold. While it lasts the sources
// are always named, so that an empty list means none: what is muted meanwhile
// is taken from them.
type held struct {
	Subscribe bool `json:"subscribe"`
	Publish   bool `json:"publish"`
	// All is set where the permission named no sources, which means all of them.
	All bool `json:"all,omitempty"`
	// Named is set where the hold named the sources.
	Named bool `json:"named,omitempty"`
	// Idle counts the sources that were named though nothing could be published.
	Idle int `json:"idle,omitempty"`
}

func (h held) raw() json.RawMessage { return packed(h) }

// Hold takes the rights to hear and to be heard; data messages still pass, so
// that an app can tell the participant.
func (d *Driver) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	info, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	if onHold(info.GetPermission()) {
		return provider.Effect{}, nil
	}
	permission, took := apart(info.GetPermission())
	if err := d.permit(ctx, o.Room, info.GetIdentity(), permission); err != nil {
		return provider.Effect{}, err
	}
	says := []moderation.Sentence{moderation.Say("livekit.hold_emulated")}
	if o.URL != "" {
		says = append(says, moderation.Say("livekit.no_music"))
	}
	return provider.Effect{Restore: took.raw(), Says: says}, nil
}

// Unhold gives back what Hold took; both rights where that is not known.
func (d *Driver) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	info, err := d.present(ctx, o.Room, o.Participant)
	if err != nil {
		return provider.Effect{}, err
	}
	if !onHold(info.GetPermission()) {
		return provider.Effect{}, nil
	}
	permission := together(info.GetPermission(), o.Restore)
	if err := d.permit(ctx, o.Room, info.GetIdentity(), permission); err != nil {
		return provider.Effect{}, err
	}
	if !permission.GetCanPublish() {
		return provider.Effect{}, nil
	}
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.must_publish_all")}}, nil
}

// onHold reports whether a permission is what Hold makes: neither hears nor
// is heard.
func onHold(p *lk.ParticipantPermission) bool {
	return p != nil && !p.GetCanSubscribe() && !p.GetCanPublish()
}

// apart returns a copy of p that neither hears nor is heard, and what that took.
func apart(p *lk.ParticipantPermission) (*lk.ParticipantPermission, held) {
	took := held{Subscribe: p.GetCanSubscribe(), Publish: p.GetCanPublish()}
	changed := clone(p)
	if took.Publish {
		took.Named, took.All = true, len(p.GetCanPublishSources()) == 0
		changed.CanPublishSources = granted(p)
	} else {
		took.Idle = len(p.GetCanPublishSources())
	}
	changed.CanSubscribe, changed.CanPublish = false, false
	return changed, took
}

// together returns a copy of p, which is on hold, as it was before but for what
// was muted and unmuted meanwhile.
func together(p *lk.ParticipantPermission, restore json.RawMessage) *lk.ParticipantPermission {
	was := held{Subscribe: true, Publish: true}
	if len(restore) > 0 && json.Unmarshal(restore, &was) != nil {
		was = held{Subscribe: true, Publish: true}
	}
	changed := clone(p)
	changed.CanSubscribe, changed.CanPublish = was.Subscribe, was.Publish
	switch left := p.GetCanPublishSources(); {
	case was.Named && len(left) == 0:
		changed.CanPublish = false
	case !was.Publish && len(left) > was.Idle: // unmuted meanwhile
		changed.CanPublish = true
	case was.All && everySource(left):
		changed.CanPublishSources = nil
	}
	return changed
}
