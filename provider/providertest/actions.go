package providertest

import (
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

func (h Harness) testKick(t *testing.T) {
	s := h.open(t, 3)
	s.needs(t, moderation.CanKick)
	g := s.Guests()[0]
	kick := s.order(t, moderation.ActionKick, g.Identity())
	s.shows(t, kick, moderation.Failed)
	s.act(t, kick)
	g.AwaitOut(t)
	s.shows(t, kick, moderation.Succeeded)
	if effect := s.act(t, kick); len(effect.Says) == 0 {
		t.Error("a second kick of the same connection does not say that they had left")
	}
	g.Return(t)
	s.until(t, "who came back is there", func() bool {
		_, err := s.client.Participant(t.Context(), s.room, g.Identity())
		return err == nil
	})
	s.act(t, kick) // of the connection that ended
	if p := s.who(t, g.Identity()); p.ID == kick.Participant.ID {
		t.Errorf("%s came back under the old connection %s", p.Identity, p.ID)
	}
	for _, other := range s.Guests()[1:] {
		s.who(t, other.Identity())
	}
}

func (h Harness) testMute(t *testing.T) {
	for _, m := range []struct {
		media        moderation.Media
		mute, unmute moderation.Capability
	}{
		{moderation.Audio, moderation.CanMuteAudio, moderation.CanUnmuteAudio},
		{moderation.Video, moderation.CanMuteVideo, moderation.CanUnmuteVideo},
		{moderation.Screen, moderation.CanMuteScreen, moderation.CanUnmuteScreen},
	} {
		t.Run(string(m.media), func(t *testing.T) {
			s := h.open(t, 2)
			s.needs(t, m.mute)
			g := s.Guests()[0]
			mute := s.order(t, moderation.ActionMute, g.Identity())
			mute.Media = m.media
			effect := s.act(t, mute)
			g.AwaitSilent(t, m.media)
			s.shows(t, mute, moderation.Succeeded)
			s.act(t, mute) // it is so already

			if s.client.Capabilities(s.room)[m.unmute].Available() {
				unmute := s.order(t, moderation.ActionUnmute, g.Identity())
				unmute.Media, unmute.Restore = m.media, effect.Restore
				s.act(t, unmute)
				g.AwaitFree(t, m.media)
				s.shows(t, unmute, moderation.Succeeded)
			}
			g.Leave(t)
			s.until(t, "who left is gone", func() bool {
				_, err := s.client.Participant(t.Context(), s.room, g.Identity())
				return moderation.CodeOf(err) == moderation.CodeNotFound
			})
			_, err := s.client.Act(t.Context(), mute)
			wantCode(t, "a mute of someone who left", err, moderation.CodeNotFound)
		})
	}
}

func (h Harness) testMuteAll(t *testing.T) {
	s := h.open(t, 4)
	s.needs(t, moderation.CanMuteAllAudio)
	spared := s.Guests()[3]
	all := s.order(t, moderation.ActionMuteAll, "")
	all.Media, all.Except = moderation.Audio, []string{spared.Identity()}
	effect := s.act(t, all)
	if effect.Reached != 3 || len(effect.Unreached) != 0 {
		t.Errorf("reached %d of 3, not %v", effect.Reached, effect.Unreached)
	}
	for _, g := range s.Guests()[:3] {
		g.AwaitSilent(t, moderation.Audio)
	}
	spared.AwaitFree(t, moderation.Audio)
	s.shows(t, all, moderation.Succeeded)
}

func (h Harness) testEnd(t *testing.T) {
	s := h.open(t, 2)
	s.needs(t, moderation.CanEnd)
	end := s.order(t, moderation.ActionEnd, "")
	s.shows(t, end, moderation.Failed)
	s.act(t, end)
	for _, g := range s.Guests() {
		g.AwaitOut(t)
	}
	s.until(t, "the room is gone", func() bool {
		_, err := s.client.Room(t.Context(), s.room.ID)
		return moderation.CodeOf(err) == moderation.CodeNotFound
	})
	s.shows(t, end, moderation.Succeeded)
	if effect := s.act(t, end); len(effect.Says) == 0 {
		t.Error("a second end does not say that it had ended")
	}
}

// testCrowd mutes a full room but for one, and ends it. Each person's own state counts.
func (h Harness) testCrowd(t *testing.T) {
	if h.NewCrowd == nil {
		t.Skip("the harness has no crowd")
	}
	s := h.enter(t, h.NewCrowd(t))
	spared, rest := s.Guests()[0], s.Guests()[1:]
	all := s.order(t, moderation.ActionMuteAll, "")
	all.Media, all.Except = moderation.Audio, []string{spared.Identity()}
	began := time.Now()
	effect := s.act(t, all)
	t.Logf("mute all of %d: %s", len(rest), time.Since(began).Round(time.Millisecond))
	if effect.Reached != len(rest) || len(effect.Unreached) != 0 {
		t.Errorf("reached %d of %d, not %v", effect.Reached, len(rest), effect.Unreached)
	}
	for _, g := range rest {
		g.AwaitSilent(t, moderation.Audio)
	}
	spared.AwaitFree(t, moderation.Audio)
	s.shows(t, all, moderation.Succeeded)

	end := s.order(t, moderation.ActionEnd, "")
	began = time.Now()
	s.act(t, end)
	t.Logf("end: %s", time.Since(began).Round(time.Millisecond))
	for _, g := range s.Guests() {
		g.AwaitOut(t)
	}
	s.shows(t, end, moderation.Succeeded)
}

func (h Harness) testLock(t *testing.T) {
	s := h.open(t, 2)
	s.needs(t, moderation.CanLock)
	lock, unlock := s.order(t, moderation.ActionLock, ""), s.order(t, moderation.ActionUnlock, "")
	s.act(t, lock)
	s.shows(t, lock, moderation.Succeeded)
	if len(s.Guests()) != 2 {
		t.Error("a lock put someone out")
	}
	s.act(t, lock) // it is so already
	s.act(t, unlock)
	s.shows(t, unlock, moderation.Succeeded)
}

func (h Harness) testPin(t *testing.T) {
	s := h.open(t, 3)
	s.needs(t, moderation.CanPin)
	one, two, watcher := s.Guests()[0], s.Guests()[1], s.Guests()[2]
	first, second := s.order(t, moderation.ActionPin, one.Identity()), s.order(t, moderation.ActionPin, two.Identity())
	s.act(t, first)
	watcher.AwaitPinned(t, one.Identity())
	s.shows(t, first, moderation.Succeeded)
	s.act(t, second) // in place of the first
	watcher.AwaitPinned(t, two.Identity())
	s.shows(t, first, moderation.Failed)
	s.shows(t, second, moderation.Succeeded)
	unpin := s.order(t, moderation.ActionUnpin, two.Identity())
	s.act(t, unpin)
	watcher.AwaitPinned(t, "")
	s.shows(t, unpin, moderation.Succeeded)
}

func (h Harness) testHold(t *testing.T) {
	s := h.open(t, 2)
	s.needs(t, moderation.CanHold)
	g := s.Guests()[0]
	hold := s.order(t, moderation.ActionHold, g.Identity())
	effect := s.act(t, hold)
	g.AwaitApart(t)
	s.shows(t, hold, moderation.Succeeded)
	s.act(t, hold) // it is so already
	unhold := s.order(t, moderation.ActionUnhold, g.Identity())
	unhold.Restore = effect.Restore
	s.act(t, unhold)
	g.AwaitTogether(t)
	s.shows(t, unhold, moderation.Succeeded)
}

func (h Harness) testCoach(t *testing.T) {
	s := h.open(t, 3)
	s.needs(t, moderation.CanCoach)
	coach, learner, other := s.Guests()[0], s.Guests()[1], s.Guests()[2]
	o := s.order(t, moderation.ActionCoach, coach.Identity())
	o.Listener = s.who(t, learner.Identity())
	effect := s.act(t, o)
	learner.AwaitHears(t, coach.Identity())
	other.AwaitHearsNot(t, coach.Identity())
	s.shows(t, o, moderation.Succeeded)
	end := s.order(t, moderation.ActionUncoach, coach.Identity())
	end.Restore = effect.Restore
	s.act(t, end)
	other.AwaitHears(t, coach.Identity())
	s.shows(t, end, moderation.Succeeded)
}

func (h Harness) testAnnounce(t *testing.T) {
	s := h.open(t, 2)
	for _, c := range []struct {
		capability moderation.Capability
		to         string
		text       string
	}{
		{moderation.CanAnnounce, "", "We start in two minutes."},
		{moderation.CanAnnounceOne, s.Guests()[0].Identity(), "Your turn is next."},
	} {
		t.Run(string(c.capability), func(t *testing.T) {
			s.needs(t, c.capability)
			o := s.order(t, moderation.ActionAnnounce, c.to)
			o.Text = c.text
			s.act(t, o)
			s.Guests()[0].AwaitAnnouncement(t, c.text)
		})
	}
}

func (h Harness) testDial(t *testing.T) {
	s := h.open(t, 1)
	if s.client.Capabilities(s.room)[moderation.CanDial].Level == moderation.Impossible {
		_, err := s.client.Act(t.Context(), provider.Order{Action: moderation.ActionDial, Room: s.room, Number: "+16175551212"})
		wantCode(t, "a call where that cannot be", err, moderation.CodeUnsupported)
		return
	}
	o := s.order(t, moderation.ActionDial, "")
	o.Number, o.Label = h.Number, "reporter"
	effect := s.act(t, o)
	if effect.Participant.Identity == "" {
		t.Errorf("a call to %+v", effect.Participant)
	}
	s.shows(t, o, moderation.Succeeded)
}

// testWords holds that words which make no sense are refused before anything is sent.
func (h Harness) testWords(t *testing.T) {
	s := h.open(t, 1)
	orders := []provider.Order{}
	if s.client.Capabilities(s.room)[moderation.CanDial].Available() {
		for _, bad := range []string{"", "12", "+1 617 555 1212", "mail@example.org", "+0123456789"} {
			orders = append(orders, provider.Order{Action: moderation.ActionDial, Room: s.room, Number: bad})
		}
		orders = append(orders, provider.Order{
			Action: moderation.ActionDial, Room: s.room, Number: h.Number, Options: map[string]string{"no_such_option": "1"},
		})
	}
	if s.client.Capabilities(s.room)[moderation.CanConfigure].Available() {
		set := s.order(t, moderation.ActionSet, s.Guests()[0].Identity())
		for _, bad := range []map[string]string{nil, {"no_such_option": "1"}} {
			set.Options = bad
			orders = append(orders, set)
		}
	}
	for _, a := range []moderation.Action{moderation.ActionDial, moderation.ActionSet} {
		for _, option := range s.client.Options(a) {
			if option.Name == "" || option.Usage == "" {
				t.Errorf("%s: an option without a name or a usage: %+v", a, option)
			}
			if len(option.Values) > 0 {
				o := s.order(t, a, s.Guests()[0].Identity())
				o.Number, o.Options = h.Number, map[string]string{option.Name: "neither one nor the other"}
				orders = append(orders, o)
			}
		}
	}
	for _, o := range orders {
		err := s.client.CheckOrder(o)
		wantCode(t, string(o.Action)+" with senseless words", err, moderation.CodeInvalid)
		checkErrorWords(t, err)
	}
}
