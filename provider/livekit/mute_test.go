package livekit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

func TestMuteTakesTheRightAndNothingElse(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	g := livekittest.Join(t, server, name, "alice", livekittest.Microphone(), livekittest.Camera(),
		livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanUpdateOwnMetadata(true) }))
	d := sit(t, server, name)
	before := g.Permissions()

	effect := d.act(t, moderation.ActionMute, "alice", nil)
	g.Await(t, "its microphone muted", func(e livekittest.Event) bool {
		return e.Kind == livekittest.Muted && e.Of == "alice" && e.Source == lk.TrackSource_MICROPHONE
	})
	g.Await(t, "its microphone taken", func(e livekittest.Event) bool {
		return e.Kind == livekittest.Unpublished && e.Source == lk.TrackSource_MICROPHONE
	})
	livekittest.Until(t, "alice is told", func() bool { return len(g.Permissions().GetCanPublishSources()) == 3 })
	after := g.Permissions()
	if after.GetCanSubscribe() != before.GetCanSubscribe() || after.GetCanPublishData() != before.GetCanPublishData() ||
		!after.GetCanPublish() || !after.GetCanUpdateMetadata() || slices.Contains(after.GetCanPublishSources(), lk.TrackSource_MICROPHONE) {
		t.Errorf("before %v, after %v", before, after)
	}
	p := d.await(t, "alice", "is blocked from audio alone", blocked(moderation.Audio))
	if sends, muted := p.Sends(moderation.Video); !sends || muted {
		t.Errorf("the camera: sends %v, muted %v", sends, muted)
	}

	back := d.act(t, moderation.ActionUnmute, "alice", func(o *provider.Order) { o.Restore = effect.Restore })
	if says(back) != "livekit.must_publish" {
		t.Errorf("unmute says %q", says(back))
	}
	livekittest.Until(t, "alice may do what she could", func() bool {
		return cmp.Equal(before.GetCanPublishSources(), g.Permissions().GetCanPublishSources())
	})
	if err := g.Publish(lk.TrackSource_MICROPHONE); err != nil {
		t.Error(err)
	}
}

func TestMutesOfAllMediaAreIndependent(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	livekittest.Join(t, server, name, "alice", livekittest.Microphone())
	d := sit(t, server, name)
	all := []moderation.Media{moderation.Audio, moderation.Video, moderation.Screen}
	for i, m := range all {
		d.act(t, moderation.ActionMute, "alice", media(m))
		d.await(t, "alice", "is blocked from one more", blocked(all[:i+1]...))
	}
	if effect := d.act(t, moderation.ActionMute, "alice", media(moderation.Audio)); says(effect) != "livekit.could_not_send" {
		t.Errorf("a second mute says %q", says(effect))
	}
	for i, m := range all {
		d.act(t, moderation.ActionUnmute, "alice", media(m))
		d.await(t, "alice", "is blocked from one less", blocked(all[i+1:]...))
	}
}

func TestAListenerStaysOne(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	livekittest.Join(t, server, name, "listener", livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublish(false) }))
	livekittest.Join(t, server, name, "talker", livekittest.Granted(func(v *auth.VideoGrant) {
		v.SetCanPublishSources([]lk.TrackSource{lk.TrackSource_MICROPHONE})
	}))
	d := sit(t, server, name)
	effect := d.act(t, moderation.ActionMute, "listener", nil)
	if says(effect) != "livekit.could_not_send" || !bytes.Equal(effect.Restore, provider.Nothing) {
		t.Errorf("says %q, restore %s", says(effect), effect.Restore)
	}
	freed := d.act(t, moderation.ActionUnmute, "listener", func(o *provider.Order) { o.Restore = effect.Restore })
	if p := d.who(t, "listener"); len(p.Blocked) != 3 || freed.Done.Key != "livekit.never_could" || says(freed) != "" {
		t.Errorf("an unmute that gives nothing says %+v, and leaves blocked %v", freed, p.Blocked)
	}
	held := d.act(t, moderation.ActionHold, "listener", nil)
	d.act(t, moderation.ActionUnhold, "listener", func(o *provider.Order) { o.Restore = held.Restore })
	d.await(t, "listener", "is no longer on hold", func(p moderation.Participant) bool { return len(p.Blocked) == 3 && !p.OnHold })
	muted := d.act(t, moderation.ActionMute, "talker", nil)
	d.await(t, "talker", "is blocked from all", func(p moderation.Participant) bool { return len(p.Blocked) == 3 })
	d.act(t, moderation.ActionUnmute, "talker", func(o *provider.Order) { o.Restore = muted.Restore })
	d.await(t, "talker", "may only talk", blocked(moderation.Video, moderation.Screen))
}

// What an order will take is known before it, for an answer that is lost.
func TestWhatIsTakenIsKnownBefore(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	livekittest.Join(t, server, name, "anyone", livekittest.Microphone())
	livekittest.Join(t, server, name, "listener", livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublish(false) }))
	livekittest.Join(t, server, name, "talker", livekittest.Granted(func(v *auth.VideoGrant) {
		v.SetCanPublishSources([]lk.TrackSource{lk.TrackSource_MICROPHONE})
		v.SetCanSubscribe(false)
	}))
	d := sit(t, server, name)
	for _, identity := range []string{"anyone", "listener", "talker"} {
		var restore json.RawMessage
		for _, a := range []moderation.Action{moderation.ActionHold, moderation.ActionUnhold, moderation.ActionMute} {
			var before json.RawMessage
			effect := d.act(t, a, identity, func(o *provider.Order) {
				before = d.Remember(*o)
				o.Restore = restore
			})
			if !bytes.Equal(before, effect.Restore) {
				t.Errorf("%s %s: known before %s, taken %s", a, identity, before, effect.Restore)
			}
			restore = effect.Restore
		}
	}
}

func TestUnmuteWhereTheServerLetsOthersDoIt(t *testing.T) {
	t.Parallel()
	for _, remote := range []bool{false, true} {
		t.Run(fmt.Sprint(remote), func(t *testing.T) {
			t.Parallel()
			server := livekittest.Start(t)
			if remote {
				server = livekittest.StartWith(t, livekittest.Options{RemoteUnmute: true})
			}
			name := roomName(t)
			g := livekittest.Join(t, server, name, "alice", livekittest.Microphone())
			d := sit(t, server, name)
			effect := d.act(t, moderation.ActionMuteAll, "", func(o *provider.Order) { o.AllowUnmute = true })
			if effect.Reached != 1 {
				t.Errorf("%+v", effect)
			}
			g.Await(t, "its microphone muted", func(e livekittest.Event) bool { return e.Kind == livekittest.Muted })
			if p := d.who(t, "alice"); len(p.Blocked) != 0 {
				t.Errorf("who may unmute themselves is blocked from %v", p.Blocked)
			}
			back := d.act(t, moderation.ActionUnmute, "alice", nil)
			if !remote {
				if says(back) != "livekit.must_unmute" {
					t.Errorf("says %q", says(back))
				}
				return
			}
			g.Await(t, "its microphone unmuted", func(e livekittest.Event) bool { return e.Kind == livekittest.Unmuted })
			if says(back) != "" {
				t.Errorf("says %q", says(back))
			}
		})
	}
}

// One track alone is muted, which its owner can undo; one that is not theirs is
// not asked for, since the server would answer OK.
func TestOneTrackAlone(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	g := livekittest.Join(t, server, name, "alice", livekittest.Microphone(), livekittest.Camera())
	other := livekittest.Join(t, server, name, "ben", livekittest.Microphone())
	d := sit(t, server, name)
	sid := g.TrackSID(lk.TrackSource_CAMERA)
	for _, wrong := range []string{"TR_nothing", other.TrackSID(lk.TrackSource_MICROPHONE)} {
		for _, a := range []moderation.Action{moderation.ActionMute, moderation.ActionUnmute} {
			_, err := d.Act(t.Context(), provider.Order{Action: a, Room: d.room, Participant: d.who(t, "alice"), Track: wrong})
			if moderation.CodeOf(err) != moderation.CodeNotFound {
				t.Errorf("%s of %s: %v", a, wrong, err)
			}
		}
	}
	track := func(o *provider.Order) { o.Track, o.Media = sid, moderation.Video }
	if says := says(d.act(t, moderation.ActionMute, "alice", track)); says != "livekit.track_is_theirs" {
		t.Errorf("says %q", says)
	}
	g.Await(t, "its camera muted", func(e livekittest.Event) bool {
		return e.Kind == livekittest.Muted && e.Source == lk.TrackSource_CAMERA
	})
	look := provider.Order{Action: moderation.ActionMute, Room: d.room, Participant: d.who(t, "alice"), Track: sid}
	if outcome, err := d.Look(t.Context(), look); outcome != moderation.Succeeded || err != nil {
		t.Errorf("a look says %s, %v", outcome, err)
	}
	if p := d.who(t, "alice"); len(p.Blocked) != 0 {
		t.Errorf("blocked from %v", p.Blocked)
	}
	_, err := d.Act(t.Context(), provider.Order{Action: moderation.ActionUnmute, Room: d.room, Participant: d.who(t, "alice"), Track: sid})
	var refused *moderation.Error
	if !errors.As(err, &refused) || refused.Code != moderation.CodeRejected || refused.Says.Key != "livekit.no_remote_unmute" {
		t.Errorf("an unmute that the server does not allow: %v", err)
	}
}
