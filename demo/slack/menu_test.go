package slack_test

import (
	"encoding/json"
	"testing"

	api "github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/demo/slack"
)

func option(text, value string) *api.OptionBlockObject {
	return api.NewOptionBlockObject(value, api.NewTextBlockObject("plain_text", text, false, false), nil)
}

// A menu sends what was chosen; a choice of several stays in the state that the
// next press brings along.
func TestMenus(t *testing.T) {
	s := start(t, slack.Options{})
	c, ctx := client(t, s), within(t)
	l := dial(t, s, func(frame) any { return nil })
	several := api.NewOptionsMultiSelectBlockElement(api.MultiOptTypeStatic,
		api.NewTextBlockObject("plain_text", "Choose", false, false), "pick", option("Ann", "a"), option("Ben", "b"))
	_, ts, err := c.PostMessageContext(ctx, slack.Moderation, api.MsgOptionText("room", false), api.MsgOptionBlocks(
		api.NewSectionBlock(api.NewTextBlockObject("mrkdwn", "*Ann*", false, false), nil, nil),
		api.NewActionBlock("row", button("Kick", "kick", "a"), api.NewOverflowBlockElement("more", option("Hold", "hold"), option("Pin", "pin"))),
		api.NewActionBlock("all", several)))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message("moderation", ts)
	mo := s.As(slack.Mo)
	if _, err := mo.Press(ctx, m, "Pin", "Ann"); err != nil {
		t.Fatal(err)
	}
	if a := pressed(t, l); a.ActionCallback.BlockActions[0].SelectedOption.Value != "pin" {
		t.Errorf("%+v", a.ActionCallback.BlockActions[0])
	}
	if _, err := mo.Choose(ctx, m, "pick", "Ann", "b"); err != nil {
		t.Fatal(err)
	}
	a := pressed(t, l)
	if got := a.ActionCallback.BlockActions[0].SelectedOptions; len(got) != 2 || got[1].Value != "b" {
		t.Errorf("%+v", got)
	}
	if got := a.BlockActionState.Values["all"]["pick"].SelectedOptions; len(got) != 2 {
		t.Errorf("%+v", got)
	}
	if _, err := mo.Choose(ctx, m, "pick", "Nobody"); err == nil {
		t.Error("chose what is not offered")
	}
}

func pressed(t *testing.T, l *link) api.InteractionCallback {
	t.Helper()
	var p api.InteractionCallback
	if err := json.Unmarshal(l.next(t).Payload, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// What a stand-in kept is there in the next one.
func TestSaved(t *testing.T) {
	path := t.TempDir() + "/workspace.json"
	s, err := slack.Start(slack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, ctx := client(t, s), within(t)
	_, ts, err := c.PostMessageContext(ctx, slack.Audit, api.MsgOptionText("one", false),
		api.MsgOptionBlocks(api.NewActionBlock("row", button("Undo", "undo", "7"))))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.PostMessageContext(ctx, slack.Mo, api.MsgOptionText("to you", false)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := s.SaveFile(path); err != nil {
		t.Fatal(err)
	}
	saved, err := slack.LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next := start(t, slack.Options{Saved: saved})
	if m, ok := next.Message("audit", ts); !ok || m.Plain() != "[Undo]" {
		t.Errorf("%v %q", ok, m.Plain())
	}
	if all := next.As(slack.Mo).Sees(""); len(all) != 1 || all[0].Text != "to you" {
		t.Errorf("%+v", all)
	}
	if _, _, _, err := client(t, next).UpdateMessageContext(ctx, slack.Audit, ts, api.MsgOptionText("two", false)); err != nil {
		t.Error(err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]}`))
	f.Add([]byte(`{"blocks":[{"type":"actions","elements":[{"type":"overflow","options":null}]},{"type":"table","rows":[[1]]}]}`))
	f.Add([]byte(`{"text":1,"blocks":{"type":"header"}}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		slack.CheckMessage(data)
		slack.CheckView(json.RawMessage(data))
		slack.CheckBlocks(slack.OnHome, data)
		slack.CheckOptions(data)
		var m slack.Message
		if json.Unmarshal(data, &m) == nil {
			_ = m.Plain()
		}
	})
}
