package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/internal/eventually"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

// touchy is a provider that panics when it is asked what a room can do, once it
// is armed, or always for the room "trap".
type touchy struct {
	*simulated.Driver
	armed *atomic.Bool
}

func (d touchy) Capabilities(room moderation.Room) moderation.CapabilitySet {
	if d.armed.Load() || room.Name == "trap" {
		panic("a fault of the program")
	}
	return d.Driver.Capabilities(room)
}

// onTouchy gives a stage a provider that panics.
func onTouchy(armed *atomic.Bool) func(st *stage) {
	return func(st *stage) {
		config := st.service.Config
		config.Providers = provider.NewSet(provider.NewClient("sim", "simulated", touchy{st.sim, armed}))
		st.service = commands.New(config)
		st.bot.Service = st.service
	}
}

// A panic on the way to the answer of a dialog is told in the dialog, which would
// otherwise say for ever that work goes on.
func TestAPanicIsToldInItsDialog(t *testing.T) {
	var armed atomic.Bool
	st := newStage(t, stageOptions{before: onTouchy(&armed)})
	reply, err := st.types(slack.Olive, "kick sim:standup")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(st.ctx, soon)
	defer cancel()
	dialog, err := reply.AwaitView(ctx, func(v slack.View) bool { return strings.Contains(screen(t, v), "sim:standup") })
	if err != nil {
		t.Fatal(err)
	}
	armed.Store(true) // the dialog that asks again cannot be drawn any more
	if _, err := st.slack.As(slack.Olive).SubmitState(ctx, dialog, map[string]any{
		"f:room":   map[string]any{"room": map[string]any{"type": "external_select", "selected_option": map[string]any{"value": "sim:standup", "text": map[string]any{"type": "plain_text", "text": "sim:standup"}}}},
		"f:person": map[string]any{"person": map[string]any{"type": "external_select", "selected_option": map[string]any{"value": "who-is-not-there", "text": map[string]any{"type": "plain_text", "text": "x"}}}},
	}); err != nil {
		t.Fatal(err)
	}
	st.await("the dialog says that it failed", func() bool {
		for _, v := range st.slack.As(slack.Olive).Modals() {
			if strings.Contains(screen(t, v), "went wrong") {
				return true
			}
		}
		return false
	})
	if !strings.Contains(st.log.String(), "a handler panicked") {
		t.Error("nothing panicked: the test says nothing")
	}
}

// panickyGuide is a service whose suggestions panic.
type panickyGuide struct{ fakeGuide }

func (*panickyGuide) SuggestRooms(context.Context, commands.Caller, string, int) []commands.Candidate {
	panic("a fault of the program")
}

// A panic in typeahead is an empty list: there is nobody to tell.
func TestAPanicInTypeaheadIsAnEmptyList(t *testing.T) {
	got := asJSON(t, newRenderer().WithGuide(&panickyGuide{}).Suggest(context.Background(), suggestion(t, "", "f:room", nil)))
	if strings.Join(strings.Fields(string(got)), "") != `{"options":[]}` {
		t.Errorf("answered with %s", got)
	}
}

// A case that cannot be drawn keeps no other from being told.
func TestACaseThatCannotBeDrawnHoldsNoneUp(t *testing.T) {
	st := newStage(t, stageOptions{idle: true, before: onTouchy(new(atomic.Bool))})
	err := st.store.Update(st.ctx, func(tx store.Tx) error {
		r, c, err := tx.AppendRecord(moderation.Record{
			Kind: moderation.RecordSucceeded, At: time.Now(), Actor: slack.Olive, Action: moderation.ActionMute,
			Provider: "sim", Room: "trap", RoomID: "trap", Words: moderation.Words{Participant: "chaos"},
		})
		if err != nil {
			return err
		}
		return tx.QueuePost(slack.Audit, c.Number, r.Seq, r.At)
	})
	if err != nil {
		t.Fatal(err)
	}
	st.start()
	if err := st.slack.AwaitConnections(st.ctx, 2); err != nil {
		t.Fatal(err)
	}
	st.kick("Chaos")
	st.awaitTold(slack.Audit, 2, "succeeded")
	if told := st.told(slack.Audit)[1]; len(told) != 0 || !strings.Contains(st.log.String(), "telling a case panicked") {
		t.Errorf("the trap is told %v", told)
	}
}

// An App Home that cannot be read keeps nobody from anything else.
func TestAPanicInAnAppHome(t *testing.T) {
	var armed atomic.Bool
	st := newStage(t, stageOptions{before: onTouchy(&armed)})
	armed.Store(true)
	if err := st.slack.As(slack.Olive).OpenHome(st.ctx); err != nil {
		t.Fatal(err)
	}
	eventually.Until(st.ctx, t, "a panic", func() bool { return strings.Contains(st.log.String(), "an App Home panicked") })
	armed.Store(false)
	st.kick("Chaos")
}

// A board that cannot be drawn is tried again.
func TestAPanicInABoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(time.Second)
		k.room.breaks(true)
		later(time.Minute)
		k.room.breaks(false)
		k.room.set("Grace", commands.BoardLive)
		later(time.Minute)
		if all := k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Errorf("the board shows %.80q", all[len(all)-1].text)
		}
	})
}
