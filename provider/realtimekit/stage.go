package realtimekit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// stage does what the client SDK alone can.
type stage interface {
	Do(ctx context.Context, meeting string, control bridge.Control, targets ...bridge.Target) (peers []string, err error)
	Check(ctx context.Context) error
	Close() error
}

// patience is how long the bridge may take with the browser's start.
var patience = bridge.Config{}.Defaults().Patience()

func (d *Driver) openStage(values map[string]string) {
	d.presets.bridge = cmp.Or(values["bridge.preset"], bridge.Identity)
	if values["bridge.chromium"] == "" {
		return
	}
	d.chromium = values["bridge.chromium"]
	d.stage = bridge.New(bridge.Config{
		Chromium: values["bridge.chromium"], BaseURI: values["bridge.base_uri"], Certificate: values["bridge.certificate"],
		Token: d.api.enrolBridge(d.presets.bridge), Log: d.log,
	})
}

// Patience is longer for what the bridge does: it may have to start a browser
// and join.
func (d *Driver) Patience(o provider.Order) time.Duration {
	video := medium(o) == moderation.Video && (o.Action == moderation.ActionMute || o.Action == moderation.ActionMuteAll)
	if d.stage != nil && (video || o.Action == moderation.ActionPin || o.Action == moderation.ActionUnpin) {
		return patience
	}
	return 0
}

// Pin puts someone before everyone's eyes, in place of whoever was there.
func (d *Driver) Pin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.setPin(ctx, o, bridge.Pin)
}

// Unpin takes the pin away.
func (d *Driver) Unpin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.setPin(ctx, o, bridge.Unpin)
}

func (d *Driver) setPin(ctx context.Context, o provider.Order, control bridge.Control) (provider.Effect, error) {
	if d.stage == nil {
		return provider.Effect{}, moderation.Fault(moderation.CodeUnsupported, "realtimekit.can.no_pin")
	}
	all, err := d.present(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	who, there := connection(all, o.Participant)
	if !there {
		return provider.Effect{}, errNoPerson
	}
	aim := target(who)
	aim.Peer = who.ID
	peers, err := d.stage.Do(ctx, o.Room.ID, control, aim)
	if err != nil {
		return provider.Effect{}, err
	}
	if control == bridge.Pin {
		d.pinned.only(o.Room.ID, who.ID)
	} else {
		d.pinned.drop(o.Room.ID, append(peers, who.ID)...)
	}
	return provider.Effect{}, nil
}

// Recall is told at start who is pinned, which the API does not show.
func (d *Driver) Recall(pins []provider.Order) {
	for _, o := range pins {
		d.pinned.only(o.Room.ID, o.Participant.ID)
	}
}

// lookAtPin asks the client SDK who is pinned.
func (d *Driver) lookAtPin(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	all, err := d.present(ctx, o.Room)
	if err != nil && !is(err, moderation.CodeNotFound) {
		return moderation.Unknown, err
	}
	pinned := false
	if _, there := connection(all, o.Participant); there {
		peers, err := d.stage.Do(ctx, o.Room.ID, bridge.Pinned)
		if err != nil {
			d.log.Warn("who is pinned cannot be told", "room", o.Room.ID, "error", err)
			return moderation.Unknown, nil
		}
		d.pinned.only(o.Room.ID, peers...)
		pinned = slices.Contains(peers, o.Participant.ID)
	}
	if pinned == (o.Action == moderation.ActionPin) {
		return moderation.Succeeded, nil
	}
	return moderation.Failed, nil
}

// darken stops someone's camera while they stay in.
func (d *Driver) darken(ctx context.Context, o provider.Order, all []moderation.Participant) (provider.Effect, error) {
	who, there := connection(all, o.Participant)
	if !there {
		return provider.Effect{}, errNoPerson
	}
	return d.darkenThese(ctx, o.Room, []moderation.Participant{who})
}

// darkenAll stops the cameras of all, in one go where nobody is spared.
func (d *Driver) darkenAll(ctx context.Context, o provider.Order, people []moderation.Participant, everyone bool) (provider.Effect, error) {
	if !everyone {
		effect, err := d.darkenThese(ctx, o.Room, people)
		effect.Reached = len(people)
		return effect, err
	}
	if _, err := d.stage.Do(ctx, o.Room.ID, bridge.DisableAllVideo); err != nil {
		return provider.Effect{}, err
	}
	d.dark.add(o.Room.ID, people)
	return provider.Effect{Reached: len(people), Says: []moderation.Sentence{moderation.Say("realtimekit.video.may_turn_on")}}, nil
}

func (d *Driver) darkenThese(ctx context.Context, room moderation.Room, people []moderation.Participant) (provider.Effect, error) {
	if len(people) == 0 {
		return provider.Effect{}, nil
	}
	targets := make([]bridge.Target, 0, len(people))
	for _, p := range people {
		if t := target(p); !slices.Contains(targets, t) {
			targets = append(targets, t)
		}
	}
	if _, err := d.stage.Do(ctx, room.ID, bridge.DisableVideo, targets...); err != nil {
		return provider.Effect{}, err
	}
	d.dark.add(room.ID, people)
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("realtimekit.video.may_turn_on")}}, nil
}

func target(p moderation.Participant) bridge.Target {
	t := bridge.Target{User: p.Attributes[userID]}
	if t.User == "" {
		t.Custom = p.Identity
	}
	return t
}
