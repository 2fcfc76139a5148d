package realtimekit_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// stage is a bridge without a browser.
type stage struct {
	did    []string
	pinned []string // peers
	err    error
}

func (s *stage) Do(_ context.Context, _ string, c bridge.Control, targets ...bridge.Target) ([]string, error) {
	s.did = append(s.did, fmt.Sprintf("%s%d", c, len(targets)))
	if c == bridge.Pinned {
		return s.pinned, s.err
	}
	return nil, s.err
}

func (s *stage) Check(context.Context) error { return s.err }

func (s *stage) Close() error { return nil }

// With a bridge video stops without a kick, and the list shows who is pinned.
func TestWorksThroughTheBridge(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	fake := &stage{}
	realtimekit.WithStage(a.Driver, fake)
	a.AddMeeting("standup", "mia", "ada", "kim")
	room := a.MustRoom(t, "standup")
	for _, c := range []moderation.Capability{moderation.CanPin, moderation.CanMuteVideo, moderation.CanMuteAllVideo} {
		if level := a.Capabilities(room)[c].Level; level != moderation.ClientSide {
			t.Errorf("%s is %q", c, level)
		}
	}
	order := func(action moderation.Action, who string) provider.Order {
		o := provider.Order{Action: action, Room: room, Media: moderation.Video}
		if who != "" {
			o.Participant = a.MustPerson(t, room, who)
		}
		return o
	}
	a.Requests()
	a.MustAct(t, order(moderation.ActionPin, "mia"))
	a.MustAct(t, order(moderation.ActionPin, "ada"))
	if got := a.pinned(t, room); !slices.Equal(got, []string{"ada"}) {
		t.Errorf("pinned: %v", got)
	}
	a.MustAct(t, order(moderation.ActionUnpin, "ada"))
	if got := a.pinned(t, room); len(got) != 0 {
		t.Errorf("pinned: %v", got)
	}
	a.MustAct(t, order(moderation.ActionMute, "mia"))
	all := order(moderation.ActionMuteAll, "")
	all.Except = []string{"kim"}
	a.MustAct(t, all)
	all.Except = nil
	a.MustAct(t, all)
	if want := []string{"pin1", "pin1", "unpin1", "video1", "video2", "video_all0"}; !slices.Equal(fake.did, want) {
		t.Errorf("did %v, want %v", fake.did, want)
	}
	if sent := a.sent(); len(sent) != 0 {
		t.Errorf("sent %+v", sent)
	}
	fake.err = moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.forbidden")
	_, err := a.Act(t, order(moderation.ActionPin, "kim"))
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.forbidden")
}

// pinned lists whom the list shows as pinned.
func (a *app) pinned(t *testing.T, room moderation.Room) (all []string) {
	t.Helper()
	page, err := a.Participants(t.Context(), room, provider.ParticipantQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range page.Participants {
		if p.Pinned {
			all = append(all, p.Identity)
		}
	}
	return all
}

// A pin whose answer was lost is told from the meeting; one of an earlier run is
// shown as long as the person stays.
func TestKnowsWhoIsPinned(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	fake := &stage{}
	realtimekit.WithStage(a.Driver, fake)
	id := a.AddMeeting("standup", "mia", "ada")
	room := a.MustRoom(t, "standup")
	mia, ada := a.MustPerson(t, room, "mia"), a.MustPerson(t, room, "ada")
	recaller, ok := a.Driver.(provider.Recaller)
	if !ok {
		t.Fatal("cannot be told")
	}
	recaller.Recall([]provider.Order{{Action: moderation.ActionPin, Room: room, Participant: ada}})
	if got := a.pinned(t, room); !slices.Equal(got, []string{"ada"}) {
		t.Errorf("pinned: %v", got)
	}
	look := func(action moderation.Action, who moderation.Participant, want moderation.Outcome) {
		t.Helper()
		got, err := provider.NewClient("meet", "realtimekit", a.Driver).Look(t.Context(), provider.Order{Action: action, Room: room, Participant: who})
		if err != nil || got != want {
			t.Errorf("%s of %s: %s, %v", action, who.Identity, got, err)
		}
	}
	fake.pinned = []string{mia.ID}
	look(moderation.ActionPin, mia, moderation.Succeeded)
	look(moderation.ActionPin, ada, moderation.Failed)
	look(moderation.ActionUnpin, ada, moderation.Succeeded)
	look(moderation.ActionUnpin, mia, moderation.Failed)
	if got := a.pinned(t, room); !slices.Equal(got, []string{"mia"}) {
		t.Errorf("pinned: %v", got)
	}
	fake.err = moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_join")
	look(moderation.ActionPin, mia, moderation.Unknown)
	a.Leave(mia.ID)
	look(moderation.ActionPin, mia, moderation.Failed)
	a.Join(id, "mia")
	if got := a.pinned(t, room); len(got) != 0 {
		t.Errorf("pinned: %v", got)
	}
}

// The doctor tells whether the bridge's browser starts.
func TestDoctorStartsTheBrowser(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	fake := &stage{}
	realtimekit.WithStage(a.Driver, fake)
	for key, err := range map[string]error{
		"realtimekit.doctor.chromium": nil, "realtimekit.doctor.no_chromium": moderation.Fault(moderation.CodeUnavailable, "realtimekit.bridge.no_browser"),
	} {
		fake.err = err
		findings, wrong := provider.NewClient("meet", "realtimekit", a.Driver).Diagnose(t.Context())
		if wrong != nil || !slices.ContainsFunc(findings, func(f provider.Finding) bool { return f.Says.Key == key && f.OK == (err == nil) }) {
			t.Errorf("%v, %v", findings, wrong)
		}
	}
}

// The doctor names all that the bridge's preset lacks.
func TestDoctorChecksTheBridgesPreset(t *testing.T) {
	good := realtimekittest.Preset{Name: "roomwarden-bridge", Hidden: true, DisableVideo: true, Pin: true, NoVideo: true, NoAudio: true}
	webinar := good
	webinar.ViewType = "WEBINAR"
	for name, c := range map[string]struct {
		preset realtimekittest.Preset
		key    string
		lacks  string
	}{
		"good":    {good, "realtimekit.doctor.preset", ""},
		"webinar": {webinar, "realtimekit.bridge.preset_lacks", "view_type GROUP_CALL"},
		"missing": {realtimekittest.Preset{Name: "another"}, "realtimekit.preset.missing", ""},
		"bare": {
			realtimekittest.Preset{Name: "roomwarden-bridge"},
			"realtimekit.bridge.preset_lacks",
			"disable_participant_video, hidden_participant, pin_participant",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newApp(t, realtimekittest.Config{})
			realtimekit.WithStage(a.Driver, &stage{})
			a.AddPreset(c.preset)
			doctor, ok := a.Driver.(provider.Doctor)
			if !ok {
				t.Fatal("no doctor")
			}
			found := doctor.Diagnose(t.Context())
			i := slices.IndexFunc(found, func(f provider.Finding) bool { return f.Says.Key == c.key && f.OK == (name == "good") })
			if i < 0 {
				t.Fatalf("found %+v", found)
			}
			if lacks, _ := found[i].Says.Args["Lacks"].(string); lacks != c.lacks || !found[i].OK && found[i].Remedy.IsZero() {
				t.Errorf("found %+v", found[i])
			}
			if sent := a.sent(); len(sent) != 0 {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

// Without a preset and a bridge the doctor says what is not offered.
func TestDoctorTellsWhatIsNotOffered(t *testing.T) {
	a := newApp(t, realtimekittest.Config{}, func(s *provider.Settings) { s.Values["no_video_preset"] = "" })
	tells := func(key string) {
		t.Helper()
		found, err := provider.NewClient("meet", "realtimekit", a.Driver).Diagnose(t.Context())
		if err != nil || !slices.ContainsFunc(found, func(f provider.Finding) bool { return f.OK && f.Says.Key == key }) {
			t.Errorf("%v, %v; want %s", found, err, key)
		}
	}
	tells("realtimekit.doctor.neither")
	realtimekit.WithStage(a.Driver, &stage{})
	tells("realtimekit.doctor.no_video")
}
