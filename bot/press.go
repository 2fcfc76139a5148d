package bot

import (
	"cmp"
	"encoding/json"
	"maps"
	"strings"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// delivery is what we read of an interactive payload. Slack adds to its blocks
// and elements at any time; nothing here depends on those that we do not draw.
type delivery struct {
	User        deliveryID    `json:"user"`
	Channel     deliveryID    `json:"channel"`
	Container   container     `json:"container"`
	ResponseURL string        `json:"response_url"`
	TriggerID   string        `json:"trigger_id"`
	Actions     []blockAction `json:"actions"`
	View        *viewState    `json:"view"`
	State       stateValues   `json:"state"`
	// Of block_suggestion.
	ActionID string `json:"action_id"`
	BlockID  string `json:"block_id"`
	Value    string `json:"value"`
}

type (
	deliveryID struct{ ID string }
	container  struct {
		MessageTS string `json:"message_ts"`
		ChannelID string `json:"channel_id"`
		ViewID    string `json:"view_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	}
	viewState struct {
		ID              string      `json:"id"`
		Hash            string      `json:"hash"`
		Type            string      `json:"type"`
		PrivateMetadata string      `json:"private_metadata"`
		State           stateValues `json:"state"`
	}
	stateValues struct {
		Values map[string]map[string]blockAction `json:"values"`
	}
	chosenOption struct {
		Value string     `json:"value"`
		Text  optionText `json:"text"`
	}
	optionText struct {
		Text string `json:"text"`
	}
	blockAction struct {
		Type                 string         `json:"type"`
		ActionID             string         `json:"action_id"`
		BlockID              string         `json:"block_id"`
		ActionTS             string         `json:"action_ts"`
		Value                string         `json:"value"`
		SelectedOption       *chosenOption  `json:"selected_option"`
		SelectedOptions      []chosenOption `json:"selected_options"`
		SelectedUser         string         `json:"selected_user"`
		SelectedChannel      string         `json:"selected_channel"`
		SelectedConversation string         `json:"selected_conversation"`
	}
)

// UnmarshalJSON reads an action or a value and takes a field of a kind that we
// do not know for an empty one.
func (a *blockAction) UnmarshalJSON(text []byte) error {
	type known blockAction
	if json.Unmarshal(text, (*known)(a)) == nil {
		return nil
	}
	*a = blockAction{}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(text, &fields) // what is no object has no fields
	for name, into := range map[string]any{
		"type": &a.Type, "action_id": &a.ActionID, "block_id": &a.BlockID, "action_ts": &a.ActionTS,
		"value": &a.Value, "selected_option": &a.SelectedOption, "selected_options": &a.SelectedOptions,
	} {
		_ = json.Unmarshal(fields[name], into) // what does not fit stays empty
	}
	return nil
}

// text returns what was chosen or typed, several one a line.
func (a blockAction) text() string {
	switch {
	case a.SelectedOption != nil:
		return a.SelectedOption.Value
	case len(a.SelectedOptions) > 0:
		all := make([]string, len(a.SelectedOptions))
		for i, o := range a.SelectedOptions {
			all[i] = o.Value
		}
		return strings.Join(all, "\n")
	case a.SelectedUser != "":
		return a.SelectedUser
	case a.SelectedChannel != "":
		return a.SelectedChannel
	case a.SelectedConversation != "":
		return a.SelectedConversation
	default:
		return a.Value
	}
}

// shown returns how what was chosen was shown.
func (a blockAction) shown() string {
	if a.SelectedOption == nil {
		return ""
	}
	return a.SelectedOption.Text.Text
}

func readDelivery(payload []byte) (delivery, error) {
	var d delivery
	if err := json.Unmarshal(payload, &d); err != nil {
		return delivery{}, moderation.Errorf(moderation.CodeInvalid, "read an interactive payload: %w", err)
	}
	return d, nil
}

func (d delivery) caller() commands.Caller {
	return commands.Caller{
		Actor:   moderation.Actor{Kind: moderation.SlackUser, ID: d.User.ID},
		Channel: cmp.Or(d.Channel.ID, d.Container.ChannelID),
	}
}

// base is what every press of this delivery has.
func (d delivery) base(source commands.Source) press {
	p := press{
		Invocation:  commands.Invocation{Caller: d.caller(), Source: source},
		ResponseURL: d.ResponseURL, TriggerID: d.TriggerID,
		ChannelID: cmp.Or(d.Channel.ID, d.Container.ChannelID),
		Ephemeral: d.Container.Ephemeral,
	}
	if d.View != nil {
		p.ViewID, p.ViewType = d.View.ID, d.View.Type
	}
	return p
}

// readPress reads a block_actions payload. A value that this version cannot
// read is an error whose sentence may be shown; who pressed is in the press all
// the same.
func (r *renderer) readPress(payload []byte) (press, error) {
	d, err := readDelivery(payload)
	if err != nil {
		return press{}, err
	}
	p := d.base(commands.FromButton)
	if len(d.Actions) == 0 {
		p.Link = true
		return p, nil
	}
	a := d.Actions[0]
	switch a.ActionID {
	case homeRefresh:
		p.Home = true
		return p, nil
	case boardRefresh:
		p.Board = a.text()
		return p, nil
	}
	p.Invocation.Key = strings.Join([]string{"press", d.Container.MessageTS + d.Container.ViewID, a.BlockID, a.ActionID, cmp.Or(a.ActionTS, d.TriggerID), d.User.ID}, "/")
	if d.View != nil && d.View.Type == "modal" && strings.HasPrefix(a.BlockID, fieldPrefix) {
		return r.readField(p, d, a)
	}
	if !strings.Contains(a.ActionID, ":") && a.ActionID != "more" {
		p.Link = true
		return p, nil
	}
	w, err := decodeWish(a.text())
	if err != nil {
		return p, err
	}
	p.take(w)
	p.Ephemeral = p.Ephemeral || strings.HasPrefix(p.ChannelID, "D") || drawnForOne(a.ActionID, w)
	if strings.HasPrefix(a.ActionID, "each:") {
		return p.spread(chosen(d.State))
	}
	return p, nil
}

// drawnForOne reports whether a button stands in answers to one person alone,
// whatever is said of its message: in lists, with their pages, and in questions.
func drawnForOne(action string, w wish) bool {
	return w.List != nil || w.Confirmed || strings.HasPrefix(action, "page:")
}

// chosen returns the connection ids that are selected in a list of people.
func chosen(s stateValues) []string {
	var ids []string
	for _, block := range sortedKeys(s.Values) {
		for _, o := range s.Values[block][pickAction].SelectedOptions {
			ids = append(ids, o.Value)
		}
	}
	return ids
}

// spread makes one invocation for each person chosen.
func (p press) spread(people []string) (press, error) {
	if len(people) == 0 {
		return p, moderation.Fault(moderation.CodeInvalid, "bot.press.nobody")
	}
	for _, id := range people {
		one := p.Invocation
		one.Args = maps.Clone(one.Args)
		one.Args[commands.ArgPerson] = id
		one.Key += "/" + id
		p.Each = append(p.Each, one)
	}
	return p, nil
}

// take fills in what a button carries.
func (p *press) take(w wish) {
	p.Invocation.Command, p.Invocation.Args, p.Invocation.Confirmed = w.Command, w.Args, w.Confirmed
	p.Dialog, p.Shown = w.Dialog, w.Shown
	if w.List != nil {
		p.List = &commands.Invocation{
			Caller: p.Invocation.Caller, Source: commands.FromButton, Command: "list", Args: w.List,
		}
	}
}
