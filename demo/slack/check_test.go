package slack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// Every limit, met and overstepped by one.
func TestLimits(t *testing.T) {
	of := func(n int) string { return strings.Repeat("ä", n) }
	plain := func(n int) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, of(n)) }
	mrkdwn := func(n int) string { return fmt.Sprintf(`{"type":"mrkdwn","text":%q}`, of(n)) }
	list := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	section := func(fields string) string { return `[{"type":"section",` + fields + `}]` }
	accessory := func(element string) string { return section(`"text":` + mrkdwn(1) + `,"accessory":` + element) }
	actions := func(element string) string { return `[{"type":"actions","elements":[` + element + `]}]` }
	input := func(element string) string {
		return `[{"type":"input","label":` + plain(1) + `,"element":` + element + `}]`
	}
	option := func(text, value int) string { return fmt.Sprintf(`{"text":%s,"value":%q}`, plain(text), of(value)) }
	button := func(text, value, id int) string {
		return fmt.Sprintf(`{"type":"button","text":%s,"value":%q,"action_id":%q}`, plain(text), of(value), of(id))
	}
	ask := func(title, text, yes int) string {
		return fmt.Sprintf(`{"type":"button","text":%s,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}}`,
			plain(1), plain(title), plain(text), plain(yes), plain(yes))
	}
	divider := `{"type":"divider"}`
	for name, blocks := range map[string][2]string{
		"blocks":            {list(50, divider), list(51, divider)},
		"block id":          {fmt.Sprintf(`[{"type":"divider","block_id":%q}]`, of(255)), fmt.Sprintf(`[{"type":"divider","block_id":%q}]`, of(256))},
		"block ids differ":  {list(1, `{"type":"divider","block_id":"a"}`), list(2, `{"type":"divider","block_id":"a"}`)},
		"unknown block":     {list(1, divider), `[{"type":"hologram"}]`},
		"section text":      {section(`"text":` + mrkdwn(3000)), section(`"text":` + mrkdwn(3001))},
		"section empty":     {section(`"text":` + mrkdwn(1)), section(`"text":` + mrkdwn(0))},
		"section nothing":   {section(`"text":` + mrkdwn(1)), section(`"block_id":"a"`)},
		"fields":            {section(`"fields":` + list(10, mrkdwn(1))), section(`"fields":` + list(11, mrkdwn(1)))},
		"field text":        {section(`"fields":` + list(1, mrkdwn(2000))), section(`"fields":` + list(1, mrkdwn(2001)))},
		"header":            {`[{"type":"header","text":` + plain(150) + `}]`, `[{"type":"header","text":` + plain(151) + `}]`},
		"header markup":     {`[{"type":"header","text":` + plain(1) + `}]`, `[{"type":"header","text":` + mrkdwn(1) + `}]`},
		"context":           {`[{"type":"context","elements":` + list(10, mrkdwn(1)) + `}]`, `[{"type":"context","elements":` + list(11, mrkdwn(1)) + `}]`},
		"actions":           {`[{"type":"actions","elements":` + list(25, button(1, 1, 0)) + `}]`, `[{"type":"actions","elements":` + list(26, button(1, 1, 0)) + `}]`},
		"action ids differ": {actions(button(1, 1, 1) + "," + button(1, 1, 2)), actions(button(1, 1, 1) + "," + button(1, 1, 1))},
		"button text":       {actions(button(75, 1, 1)), actions(button(76, 1, 1))},
		"button value":      {actions(button(1, 2000, 1)), actions(button(1, 2001, 1))},
		"action id":         {actions(button(1, 1, 255)), actions(button(1, 1, 256))},
		"button style":      {actions(`{"type":"button","style":"danger","text":` + plain(1) + `}`), actions(`{"type":"button","style":"loud","text":` + plain(1) + `}`)},
		"confirm title":     {actions(ask(100, 1, 1)), actions(ask(101, 1, 1))},
		"confirm text":      {actions(ask(1, 300, 1)), actions(ask(1, 301, 1))},
		"confirm button":    {actions(ask(1, 1, 30)), actions(ask(1, 1, 31))},
		"overflow":          {accessory(`{"type":"overflow","options":` + list(5, option(1, 1)) + `}`), accessory(`{"type":"overflow","options":` + list(6, option(1, 1)) + `}`)},
		"options":           {accessory(`{"type":"static_select","options":` + list(100, option(1, 1)) + `}`), accessory(`{"type":"static_select","options":` + list(101, option(1, 1)) + `}`)},
		"option text":       {accessory(`{"type":"static_select","options":` + list(1, option(75, 1)) + `}`), accessory(`{"type":"static_select","options":` + list(1, option(76, 1)) + `}`)},
		"option value":      {accessory(`{"type":"static_select","options":` + list(1, option(1, 150)) + `}`), accessory(`{"type":"static_select","options":` + list(1, option(1, 151)) + `}`)},
		"initial option": {
			accessory(`{"type":"static_select","initial_option":` + option(1, 1) + `,"options":` + list(1, option(1, 1)) + `}`),
			accessory(`{"type":"static_select","initial_option":` + option(1, 2) + `,"options":` + list(1, option(1, 1)) + `}`),
		},
		"placeholder":     {actions(`{"type":"external_select","placeholder":` + plain(150) + `}`), actions(`{"type":"external_select","placeholder":` + plain(151) + `}`)},
		"input place":     {input(`{"type":"plain_text_input"}`), actions(`{"type":"plain_text_input"}`)},
		"unknown element": {input(`{"type":"plain_text_input"}`), input(`{"type":"hologram"}`)},
		"markdown":        {`[{"type":"markdown","text":"` + strings.Repeat("x", 11_998) + `"}]`, `[{"type":"markdown","text":"` + strings.Repeat("x", 12_001) + `"}]`},
		"tables":          {list(1, `{"type":"table","rows":[[{}]]}`), list(2, `{"type":"table","rows":[[{}]]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			if found := slack.CheckBlocks(slack.OnMessage, []byte(blocks[0])); len(found) > 0 {
				t.Errorf("at the limit: %v", found)
			}
			found := slack.CheckBlocks(slack.OnMessage, []byte(blocks[1]))
			if len(found) == 0 {
				t.Error("over the limit: nothing found")
			}
			for _, v := range found {
				if v.Name != "invalid_blocks" || !strings.HasPrefix(v.Pointer, "/blocks") {
					t.Errorf("%+v", v)
				}
			}
		})
	}
}

func TestViewLimits(t *testing.T) {
	view := func(change map[string]any) map[string]any {
		v := map[string]any{
			"type": "modal", "title": map[string]any{"type": "plain_text", "text": "Kick"},
			"submit": map[string]any{"type": "plain_text", "text": "Kick"},
			"blocks": []any{map[string]any{
				"type": "input", "label": map[string]any{"type": "plain_text", "text": "Reason"},
				"element": map[string]any{"type": "plain_text_input", "action_id": "reason"},
			}},
		}
		for name, value := range change {
			v[name] = value
		}
		return v
	}
	long := func(n int) string { return strings.Repeat("x", n) }
	if found := slack.CheckView(view(map[string]any{"private_metadata": long(3000), "callback_id": long(255)})); len(found) > 0 {
		t.Error(found)
	}
	for name, change := range map[string]map[string]any{
		"title":            {"title": map[string]any{"type": "plain_text", "text": long(25)}},
		"no title":         {"title": nil},
		"submit":           {"submit": map[string]any{"type": "plain_text", "text": long(25)}},
		"no submit":        {"submit": nil},
		"close":            {"close": map[string]any{"type": "plain_text", "text": long(25)}},
		"private metadata": {"private_metadata": long(3001)},
		"callback id":      {"callback_id": long(256)},
		"type":             {"type": "poster"},
		"size":             {"external_id": long(260_000)},
	} {
		if found := slack.CheckView(view(change)); len(found) == 0 {
			t.Errorf("%s: nothing found", name)
		}
	}
}

func TestMessageLimits(t *testing.T) {
	for want, message := range map[string]map[string]any{
		"msg_too_long":            {"text": strings.Repeat("x", 4001)},
		"no_text":                 {"text": ""},
		"invalid_metadata_schema": {"text": "x", "metadata": map[string]any{"event_type": "x"}},
		"invalid_blocks_format":   {"text": "x", "blocks": "none"},
	} {
		found := slack.CheckMessage(message)
		if len(found) != 1 || found[0].Name != want {
			t.Errorf("%s: %v", want, found)
		}
	}
}

// A block that this package does not read field by field comes back as it was.
func TestBlockKeepsAll(t *testing.T) {
	const sent = `{"type":"rich_text","block_id":"b","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}`
	var b slack.Block
	if err := json.Unmarshal([]byte(sent), &b); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var x, y any
	if json.Unmarshal([]byte(sent), &x) != nil || json.Unmarshal(out, &y) != nil || fmt.Sprint(x) != fmt.Sprint(y) {
		t.Errorf("%s came back as %s", sent, out)
	}
}
