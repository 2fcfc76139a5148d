package livekit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// mixed brings people into a room who may do different things.
func mixed(t *testing.T, server *livekittest.Server, room string) []string {
	t.Helper()
	var all []string
	for identity, change := range map[string]func(*auth.VideoGrant){
		"anyone":   func(*auth.VideoGrant) {},
		"listener": func(v *auth.VideoGrant) { v.SetCanPublish(false) },
		"talker":   func(v *auth.VideoGrant) { v.SetCanPublishSources([]lk.TrackSource{lk.TrackSource_MICROPHONE}) },
		"camera":   func(v *auth.VideoGrant) { v.SetCanPublishSources([]lk.TrackSource{lk.TrackSource_CAMERA}) },
	} {
		livekittest.Join(t, server, room, identity, livekittest.Granted(change))
		all = append(all, identity)
	}
	slices.Sort(all)
	return all
}

// rights are what each may hear and send, in words.
func (d *desk) rights(t *testing.T, identities []string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, identity := range identities {
		var p lk.ParticipantPermission
		if err := proto.Unmarshal(d.who(t, identity).Rights, &p); err != nil {
			t.Fatal(err)
		}
		able := []string{fmt.Sprint("subscribe ", p.GetCanSubscribe(), ", data ", p.GetCanPublishData())}
		for _, s := range []lk.TrackSource{lk.TrackSource_MICROPHONE, lk.TrackSource_CAMERA, lk.TrackSource_SCREEN_SHARE, lk.TrackSource_SCREEN_SHARE_AUDIO} {
			if may(&p, s) {
				able = append(able, s.String())
			}
		}
		all[identity] = able
	}
	return all
}

// A mute of all says of each what it took, as it was known before; with it an
// unmute gives back what each had, and nothing to those who had nothing.
func TestAMuteOfAllTellsWhatItTookFromEach(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	people := mixed(t, server, name)
	d := sit(t, server, name)
	before := d.rights(t, people)
	for _, allow := range []bool{false, true} {
		order := provider.Order{Action: moderation.ActionMuteAll, Room: d.room, AllowUnmute: allow}
		expected := map[string]json.RawMessage{}
		for _, identity := range people {
			order.Participant = d.who(t, identity)
			expected[identity] = d.Remember(order)
		}
		order.Participant = moderation.Participant{}
		effect, err := d.Act(t.Context(), order)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(effect.Took, func(a, b provider.Took) int { return strings.Compare(a.Identity, b.Identity) })
		var named []string
		for _, one := range effect.Took {
			named = append(named, one.Identity)
			nothing := allow || one.Identity == "listener" || one.Identity == "camera"
			if !bytes.Equal(one.Restore, expected[one.Identity]) || bytes.Equal(one.Restore, provider.Nothing) != nothing || one.ID != d.who(t, one.Identity).ID {
				t.Errorf("allow_unmute=%v: known before %s, taken %+v %s", allow, expected[one.Identity], one, one.Restore)
			}
			d.act(t, moderation.ActionUnmute, one.Identity, func(o *provider.Order) { o.OfAll = []json.RawMessage{one.Restore} })
		}
		if !slices.Equal(named, people) {
			t.Errorf("taken from %v", named)
		}
		if d := cmp.Diff(before, d.rights(t, people)); d != "" {
			t.Errorf("allow_unmute=%v: what they may do now: %s", allow, d)
		}
	}
}

// Someone who is muted twice gets back what either took.
func TestAnUnmuteOfTwoMutes(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	people := mixed(t, server, name)
	d := sit(t, server, name)
	before := d.rights(t, people)
	for _, identity := range people {
		own := d.act(t, moderation.ActionMute, identity, nil)
		held := d.act(t, moderation.ActionHold, identity, nil)
		others := slices.DeleteFunc(slices.Clone(people), func(other string) bool { return other == identity })
		all := d.act(t, moderation.ActionMuteAll, "", func(o *provider.Order) { o.Except = others })
		d.act(t, moderation.ActionUnmute, identity, func(o *provider.Order) {
			o.Restore = own.Restore
			for _, one := range all.Took {
				o.OfAll = append(o.OfAll, one.Restore)
			}
		})
		d.act(t, moderation.ActionUnhold, identity, func(o *provider.Order) { o.Restore = held.Restore })
	}
	if d := cmp.Diff(before, d.rights(t, people)); d != "" {
		t.Errorf("what they may do now: %s", d)
	}
}
