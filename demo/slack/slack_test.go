package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// The library's own Socket Mode client works against the stand-in.
func TestOrdinaryClient(t *testing.T) {
	s := start(t, slack.Options{})
	c := client(t, s)
	ctx, cancel := context.WithCancel(within(t))
	socket := socketmode.New(c)
	ran := make(chan error, 1)
	go func() { ran <- socket.RunContext(ctx) }()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-socket.Events:
				if command, ok := e.Data.(api.SlashCommand); ok {
					_ = socket.AckCtx(ctx, e.Request.EnvelopeID, map[string]any{"text": "you said " + command.Text})
				}
			}
		}
	}()
	if err := s.AwaitConnections(ctx, 1); err != nil {
		t.Fatal(err)
	}
	reply, err := s.As(slack.Mo).Command(ctx, "/room-kick", `sim:standup "a <b>" @vera http://x.example/y`, "#moderation")
	if err != nil {
		t.Fatal(err)
	}
	m, err := reply.Await(ctx, slack.Contains("you said"))
	if err != nil {
		t.Fatal(err)
	}
	want := `you said sim:standup "a &lt;b&gt;" <@U0VIEWER0|vera> <http://x.example/y>`
	if m.Text != want || m.To != slack.Mo {
		t.Errorf("got %q for %q, want %q", m.Text, m.To, want)
	}
	if faults := s.Ledger().Faults(); len(faults) > 0 {
		t.Error(faults)
	}
	cancel()
	<-answered
	if err := <-ran; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTokensAndScopes(t *testing.T) {
	s := start(t, slack.Options{})
	app, bot := s.Tokens()
	call := func(token string) *api.Client {
		transport := &http.Transport{DisableKeepAlives: true}
		return api.New(token, api.OptionAppLevelToken(token), api.OptionAPIURL(s.APIURL()),
			api.OptionHTTPClient(&http.Client{Transport: transport}))
	}
	ctx := within(t)
	if _, err := call(bot).AuthTestContext(ctx); err != nil {
		t.Error(err)
	}
	_, err := call("xoxb-wrong").AuthTestContext(ctx)
	wantError(t, err, "invalid_auth")
	_, err = call("").AuthTestContext(ctx)
	wantError(t, err, "not_authed")
	_, _, err = call(bot).StartSocketModeContext(ctx)
	wantError(t, err, "not_allowed_token_type")
	_, _, err = call(app).PostMessageContext(ctx, slack.Audit, api.MsgOptionText("x", false))
	wantError(t, err, "not_allowed_token_type")
	s.SetScopes("commands", "channels:read")
	_, err = call(bot).GetUserInfoContext(ctx, slack.Mo)
	wantError(t, err, "missing_scope")
	_, err = call(bot).GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: slack.Audit})
	wantError(t, err, "missing_scope") // a private channel needs groups:read
	if _, err = call(bot).GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: slack.General}); err != nil {
		t.Error(err)
	}
}

func TestMessages(t *testing.T) {
	s := start(t, slack.Options{PostRate: -1})
	c, ctx := client(t, s), within(t)
	for channel, want := range map[string]string{
		"C0NOWHERE": "channel_not_found", slack.Elsewhere: "not_in_channel", slack.Archived: "is_archived",
	} {
		_, _, err := c.PostMessageContext(ctx, channel, api.MsgOptionText("x", false))
		wantError(t, err, want)
	}
	meta := api.SlackMetadata{EventType: "roomwarden_case", EventPayload: map[string]any{"case": 7, "actor": slack.Mo}}
	channel, ts, err := c.PostMessageContext(ctx, slack.Audit, api.MsgOptionText("one", false), api.MsgOptionMetadata(meta))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err = c.UpdateMessageContext(ctx, channel, ts, api.MsgOptionText("two", false)); err != nil {
		t.Fatal(err)
	}
	_, _, _, err = c.UpdateMessageContext(ctx, channel, ts, api.MsgOptionText(strings.Repeat("x", 4001), false))
	wantError(t, err, "msg_too_long")
	_, _, _, err = c.UpdateMessageContext(ctx, channel, "1.000000", api.MsgOptionText("two", false))
	wantError(t, err, "message_not_found")
	for _, all := range []bool{true, false} {
		h, err := c.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{ChannelID: channel, IncludeAllMetadata: all})
		if err != nil || len(h.Messages) != 1 {
			t.Fatal(h, err)
		}
		if got := h.Messages[0]; got.Text != "two" || (got.Metadata.EventType == "roomwarden_case") != all {
			t.Errorf("with all metadata %v: %+v", all, got)
		}
	}
	if _, err = c.PostEphemeralContext(ctx, slack.Moderation, slack.Vera, api.MsgOptionText("psst", false)); err != nil {
		t.Fatal(err)
	}
	if got := len(s.As(slack.Vera).Sees("moderation")); got != 1 {
		t.Errorf("Vera sees %d messages", got)
	}
	if got := len(s.As(slack.Mo).Sees("moderation")); got != 0 {
		t.Errorf("Mo sees %d messages", got)
	}
	if _, err := c.GetPermalinkContext(ctx, &api.PermalinkParameters{Channel: channel, Ts: ts}); err != nil {
		t.Error(err)
	}
	if _, _, err := c.DeleteMessageContext(ctx, channel, ts); err != nil || len(s.Messages("audit")) != 0 {
		t.Error("not deleted", err)
	}
}

func TestPostRate(t *testing.T) {
	s := start(t, slack.Options{PostRate: 0.01, PostBurst: 2})
	c, ctx := client(t, s), within(t)
	for i := range 3 {
		_, _, err := c.PostMessageContext(ctx, slack.Audit, api.MsgOptionText(fmt.Sprint(i), false))
		var limited *api.RateLimitedError
		if got := errors.As(err, &limited); got != (i == 2) {
			t.Fatalf("post %d: %v", i, err)
		}
		if limited != nil && limited.RetryAfter < 50*time.Second {
			t.Errorf("wait of %s", limited.RetryAfter)
		}
	}
}

func button(label, action, value string) *api.ButtonBlockElement {
	return api.NewButtonBlockElement(action, value, api.NewTextBlockObject("plain_text", label, false, false))
}

func TestBlocksAreChecked(t *testing.T) {
	s := start(t, slack.Options{})
	c, ctx := client(t, s), within(t)
	_, _, err := c.PostMessageContext(ctx, slack.Audit, api.MsgOptionText("x", false), api.MsgOptionBlocks(
		api.NewActionBlock("", button("Kick", "kick", "1"), button(strings.Repeat("K", 76), "kick", "2"))))
	wantError(t, err, "invalid_blocks")
	seen := s.Violations()
	if len(seen) != 2 || seen[0].Where != "chat.postMessage" || seen[0].Pointer != "/blocks/0/elements/1/action_id" {
		t.Errorf("%v", seen)
	}
}

// A press names where it happened; the message is replaced by the response
// URL, which takes five posts.
func TestPressAndResponseURL(t *testing.T) {
	s := start(t, slack.Options{})
	c, ctx := client(t, s), within(t)
	l := dial(t, s, func(frame) any { return nil })
	ask := api.NewConfirmationBlockObject(api.NewTextBlockObject("plain_text", "Kick", false, false),
		api.NewTextBlockObject("plain_text", "Kick Chaos?", false, false),
		api.NewTextBlockObject("plain_text", "Kick", false, false), api.NewTextBlockObject("plain_text", "Cancel", false, false))
	row := func(name string) []api.Block {
		return []api.Block{
			api.NewSectionBlock(api.NewTextBlockObject("mrkdwn", name, false, false), nil, nil),
			api.NewActionBlock("", button("Kick", "kick", name).WithConfirm(ask)),
		}
	}
	_, ts, err := c.PostMessageContext(ctx, slack.Moderation, api.MsgOptionText("room", false),
		api.MsgOptionBlocks(append(row("Ann"), row("Chaos")...)...))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message("moderation", ts)
	reply, err := s.As(slack.Mo).Press(ctx, m, "Kick", "Chaos")
	if err != nil {
		t.Fatal(err)
	}
	if reply.Asked.Text.String() != "Kick Chaos?" {
		t.Errorf("asked %v", reply.Asked)
	}
	f := l.next(t)
	var press api.InteractionCallback
	if err := json.Unmarshal(f.Payload, &press); err != nil {
		t.Fatal(err)
	}
	if a := press.ActionCallback.BlockActions[0]; a.Value != "Chaos" || press.User.ID != slack.Mo || press.Container.MessageTs != ts {
		t.Errorf("%+v", press)
	}
	for i := range 6 {
		_, _, _, err = c.SendMessageContext(ctx, slack.Moderation, api.MsgOptionReplaceOriginal(press.ResponseURL),
			api.MsgOptionText(fmt.Sprintf("gone %d", i), false))
		if (err != nil) != (i == 5) {
			t.Fatalf("post %d: %v", i, err)
		}
	}
	if m, err = reply.Await(ctx, slack.Contains("gone 4")); err != nil || m.TS != ts {
		t.Error(m, err)
	}
	if _, err = s.As(slack.Mo).Press(ctx, m, "Kick"); !errors.Is(err, slack.ErrNoSuchElement) {
		t.Error(err)
	}
}

// A trigger opens one dialog; its submission is refused at the field, then
// goes to "working" in the ack and to the result by views.update.
func TestDialog(t *testing.T) {
	s := start(t, slack.Options{})
	c, ctx := client(t, s), within(t)
	tries := 0
	l := dial(t, s, func(f frame) any {
		switch field(t, f, "type") {
		case "block_suggestion":
			return map[string]any{"options": []any{map[string]any{"text": map[string]any{"type": "plain_text", "text": "standup"}, "value": "sim:1"}}}
		case "view_submission":
			if tries++; tries == 1 {
				return map[string]any{"response_action": "errors", "errors": map[string]string{"why": "say why"}}
			}
			return map[string]any{"response_action": "update", "view": dialog("Working", nil)}
		}
		return nil
	})
	mo := s.As(slack.Mo)
	reply, err := mo.Command(ctx, "/room-kick", "", slack.Moderation)
	if err != nil {
		t.Fatal(err)
	}
	trigger := field(t, l.next(t), "trigger_id")
	min0 := 0
	room := api.NewOptionsSelectBlockElement(api.OptTypeExternal, nil, "room")
	room.MinQueryLength = &min0
	inputs := []api.Block{
		api.NewInputBlock("where", api.NewTextBlockObject("plain_text", "Room", false, false), nil, room),
		api.NewInputBlock("why", api.NewTextBlockObject("plain_text", "Reason", false, false), nil, api.NewPlainTextInputBlockElement(nil, "reason")),
	}
	if _, err = c.OpenViewContext(ctx, trigger, dialog("Kick", inputs)); err != nil {
		t.Fatal(err)
	}
	_, err = c.OpenViewContext(ctx, trigger, dialog("Kick", inputs))
	wantError(t, err, "exchanged_trigger_id")
	_, err = c.OpenViewContext(ctx, "nonsense", dialog(strings.Repeat("K", 25), inputs))
	wantError(t, err, "invalid_arguments")
	v, err := reply.AwaitView(ctx, slack.AnyView)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mo.Submit(ctx, v, map[string]any{"Room": "stand"})
	wantError(t, err, `"Reason" is required`)
	sent, err := mo.Submit(ctx, v, map[string]any{"Room": "stand", "Reason": "loud"})
	if err != nil || sent.Errors()["why"] != "say why" {
		t.Fatal(sent.Errors(), err)
	}
	sent, err = mo.Submit(ctx, v, map[string]any{"room": "standup", "why": "loud"})
	if err != nil {
		t.Fatal(err)
	}
	working, err := sent.AwaitView(ctx, slack.Shows("Working"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.UpdateViewContext(ctx, dialog("Done", nil), "", "hash.stale", v.ID)
	wantError(t, err, "hash_conflict")
	if _, err = c.UpdateViewContext(ctx, dialog("Done", nil), "", working.Hash, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err = sent.AwaitView(ctx, slack.Shows("Done")); err != nil {
		t.Error(err)
	}
}

func dialog(title string, blocks []api.Block) api.ModalViewRequest {
	if blocks == nil {
		blocks = []api.Block{api.NewSectionBlock(api.NewTextBlockObject("plain_text", title, false, false), nil, nil)}
	}
	return api.ModalViewRequest{
		Type: "modal", Title: api.NewTextBlockObject("plain_text", title, false, false),
		Submit: api.NewTextBlockObject("plain_text", "Send", false, false), Blocks: api.Blocks{BlockSet: blocks},
	}
}

func TestTriggerExpires(t *testing.T) {
	now := time.Now()
	s := start(t, slack.Options{Now: func() time.Time { return now }})
	c, ctx := client(t, s), within(t)
	l := dial(t, s, func(frame) any { return nil })
	if _, err := s.As(slack.Mo).Command(ctx, "/room-kick", "", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	trigger := field(t, l.next(t), "trigger_id")
	now = now.Add(3*time.Second + time.Millisecond)
	_, err := c.OpenViewContext(ctx, trigger, dialog("Kick", nil))
	wantError(t, err, "expired_trigger_id")
}

func TestHomeAndEvents(t *testing.T) {
	s := start(t, slack.Options{})
	c, ctx := client(t, s), within(t)
	l := dial(t, s, func(frame) any { return nil })
	if err := s.As(slack.Mo).OpenHome(ctx); err != nil {
		t.Fatal(err)
	}
	if f := l.next(t); f.Type != "events_api" {
		t.Errorf("%+v", f)
	}
	rooms := api.NewSectionBlock(api.NewTextBlockObject("plain_text", "Live rooms", false, false), nil, nil)
	home := api.HomeTabViewRequest{Type: "home", Blocks: api.Blocks{BlockSet: []api.Block{rooms}}}
	if _, err := c.PublishViewContext(ctx, api.PublishViewContextRequest{UserID: slack.Mo, View: home}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.As(slack.Mo).AwaitHome(ctx, slack.Shows("Live rooms")); err != nil {
		t.Fatal(err)
	}
	if err := s.SetGroup(ctx, slack.Moderators, slack.Mo); err != nil {
		t.Fatal(err)
	}
	members, err := c.GetUserGroupMembersContext(ctx, slack.Moderators)
	if err != nil || len(members) != 1 {
		t.Error(members, err)
	}
	if err := s.SetUser(ctx, slack.Mo, func(u *slack.User) { u.Deleted = true }); err != nil {
		t.Fatal(err)
	}
	if u, err := c.GetUserInfoContext(ctx, slack.Mo); err != nil || !u.Deleted {
		t.Error(u, err)
	}
	if err := s.Leave(ctx, "audit", slack.Milan); err != nil {
		t.Fatal(err)
	}
	people, _, err := c.GetUsersInConversationContext(ctx, &api.GetUsersInConversationParameters{ChannelID: slack.Audit})
	if err != nil || len(people) != 5 {
		t.Error(people, err)
	}
}
