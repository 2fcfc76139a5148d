package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// found is an interactive element and where it stands.
type found struct {
	block   Block
	element Element
	option  *Option // of a menu: what was chosen
}

// find looks for what a person would press: a button by its text or action id,
// or a choice of an overflow menu or select by its text. Where near is given,
// only elements of a block that shows that text count, or of the blocks that
// follow it up to the next one that shows text of its own.
func find(on []Block, what, near string) (found, error) {
	within := near == ""
	for _, b := range on {
		if near != "" && (b.Type == "section" || b.Type == "header") {
			within = strings.Contains(b.words(), near)
		}
		if !within {
			continue
		}
		for _, e := range b.interactive() {
			if e.ActionID == what || (e.Type == "button" && e.Text.String() == what) {
				return found{block: b, element: e}, nil
			}
			for _, o := range e.AllOptions() {
				if o.Text.String() == what || (o.Value == what && what != "") {
					return found{block: b, element: e, option: &o}, nil
				}
			}
		}
	}
	return found{}, fmt.Errorf("%w: %q near %q", ErrNoSuchElement, what, near)
}

// Find returns the element that Press would press.
func Find(on Screen, what string, near ...string) (Element, error) {
	f, err := find(on.surface(), what, strings.Join(near, ""))
	return f.element, err
}

// Press presses a button, or chooses an entry of a menu, in a message or view as
// the person last saw it, and answers the question that it may ask with yes.
// what is a label or an action id; near, where given, is text of the row.
func (p *Person) Press(ctx context.Context, on Screen, what string, near ...string) (*Reply, error) {
	f, err := find(on.surface(), what, strings.Join(near, ""))
	if err != nil {
		return &Reply{in: &interaction{s: p.s}}, err
	}
	return p.act(ctx, on, f, map[string]any{})
}

// Choose picks options of a select in a message or view by their text or value.
// For a select that asks the app, the app is asked for each.
func (p *Person) Choose(ctx context.Context, on Screen, actionID string, choices ...string) (*Reply, error) {
	reply := &Reply{in: &interaction{s: p.s}}
	for _, b := range on.surface() {
		for _, e := range b.interactive() {
			if e.ActionID != actionID {
				continue
			}
			picked, err := p.pick(ctx, on, b, e, choices, initialValues(on.surface()))
			if err != nil {
				return reply, err
			}
			state := map[string]any{}
			if strings.HasPrefix(e.Type, "multi_") || e.Type == "checkboxes" {
				state["selected_options"] = picked
			} else if len(picked) > 0 {
				state["selected_option"] = picked[0]
			}
			return p.act(ctx, on, found{block: b, element: e}, state)
		}
	}
	return reply, fmt.Errorf("%w: %q", ErrNoSuchElement, actionID)
}

// Act sends an action exactly as it is given: what a page that draws the blocks
// itself knows already. state is the action's own fields, such as
// selected_option; values is the state of the view or message, by block id and
// action id.
func (p *Person) Act(ctx context.Context, on Screen, blockID, actionID string, state, values map[string]any) (*Reply, error) {
	for _, b := range on.surface() {
		for _, e := range b.interactive() {
			if b.BlockID == blockID && e.ActionID == actionID {
				return p.send(ctx, on, found{block: b, element: e}, state, values)
			}
		}
	}
	return &Reply{in: &interaction{s: p.s}}, fmt.Errorf("%w: %q in %q", ErrNoSuchElement, actionID, blockID)
}

func (p *Person) act(ctx context.Context, on Screen, f found, state map[string]any) (*Reply, error) {
	if f.option != nil {
		state["selected_option"] = *f.option
	}
	return p.send(ctx, on, f, state, initialValues(on.surface()))
}

// send makes the block_actions payload and delivers it.
func (p *Person) send(ctx context.Context, on Screen, f found, state, values map[string]any) (*Reply, error) {
	s := p.s
	reply := &Reply{in: &interaction{s: s}, Asked: f.element.Confirm}
	s.mu.Lock()
	u := s.user(p.id)
	if u == nil {
		s.mu.Unlock()
		return reply, fmt.Errorf("no user %q", p.id)
	}
	action := map[string]any{
		"type": f.element.Type, "action_id": f.element.ActionID, "block_id": f.block.BlockID,
		"action_ts": timestamp(s.Now().UnixMicro()),
	}
	if f.element.Type == "button" {
		action["text"] = f.element.Text
		if f.element.Value != "" {
			action["value"] = f.element.Value
		}
	}
	for name, value := range state {
		action[name] = value
	}
	if len(state) > 0 {
		values = withValue(values, f.block.BlockID, f.element.ActionID, merged(map[string]any{"type": f.element.Type}, state))
	}
	payload := s.interactive("block_actions", u, reply.in)
	payload["actions"] = []any{action}
	payload["state"] = map[string]any{"values": values}
	s.place(payload, on, u, reply.in, values)
	s.mu.Unlock()
	_, err := s.deliver(ctx, envelope{Type: "interactive", Kind: "block_actions", Accepts: true, Payload: payload})
	return reply, err
}

// interactive is what all interactive payloads have in common; s.mu is held.
func (s *Server) interactive(kind string, u *User, cause *interaction) map[string]any {
	return map[string]any{
		"type": kind, "api_app_id": AppID, "token": "stand-in", "enterprise": nil, "is_enterprise_install": false,
		"team":       map[string]any{"id": s.state.TeamID, "domain": "standby"},
		"user":       map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": s.teamOf(u)},
		"trigger_id": s.newTrigger(u.ID, cause),
	}
}

// place says where an interaction happened; s.mu is held.
func (s *Server) place(payload map[string]any, on Screen, u *User, cause *interaction, values map[string]any) {
	switch on := on.(type) {
	case Message:
		payload["container"] = map[string]any{
			"type": "message", "message_ts": on.TS, "channel_id": on.Channel, "is_ephemeral": on.To != "",
		}
		name := ""
		if c := s.channel(on.Channel); c != nil {
			name = c.shownName()
		}
		payload["channel"] = map[string]any{"id": on.Channel, "name": name}
		if on.To == "" {
			payload["message"] = wireMessage(&on, true)
		}
		payload["response_url"] = s.newResponse(responseURL{cause: cause, user: u.ID, channel: on.Channel, message: on.TS})
	case View:
		payload["container"] = map[string]any{"type": "view", "view_id": on.ID}
		payload["view"] = wireView(&on, values)
		if v := s.views[on.ID]; v != nil && cause != nil {
			cause.sawView(v)
		}
	}
}

// initialValues is the state of everything that holds a value before anyone
// touches it.
func initialValues(on []Block) map[string]any {
	values := map[string]any{}
	for _, b := range on {
		for _, e := range b.interactive() {
			state := map[string]any{"type": e.Type}
			switch {
			case e.Type == "button" || e.Type == "overflow" || e.ActionID == "":
				continue
			case strings.HasSuffix(e.Type, "_input"):
				state["value"] = nil
				if e.InitialValue != "" {
					state["value"] = e.InitialValue
				}
			case strings.HasPrefix(e.Type, "multi_") || e.Type == "checkboxes":
				state["selected_options"] = append([]Option{}, e.InitialOptions...)
			default:
				state["selected_option"] = e.InitialOption
			}
			values = withValue(values, b.BlockID, e.ActionID, state)
		}
	}
	return values
}

// withValue returns values with one more, the earlier ones untouched.
func withValue(values map[string]any, blockID, actionID string, state map[string]any) map[string]any {
	out := merged(values, nil)
	block, _ := out[blockID].(map[string]any)
	out[blockID] = merged(block, map[string]any{actionID: state})
	return out
}

func merged(a, b map[string]any) map[string]any {
	out := make(map[string]any, len(a)+len(b))
	for key, value := range a {
		out[key] = value
	}
	for key, value := range b {
		out[key] = value
	}
	return out
}

// Suggest types into a select that asks the app and returns what it offers.
func (p *Person) Suggest(ctx context.Context, on Screen, actionID, typed string) ([]Option, error) {
	for _, b := range on.surface() {
		if slices.ContainsFunc(b.interactive(), func(e Element) bool { return e.ActionID == actionID }) {
			return p.SuggestWith(ctx, on, b.BlockID, actionID, typed, initialValues(on.surface()))
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNoSuchElement, actionID)
}

// SuggestWith is Suggest with the other fields filled in as values say.
func (p *Person) SuggestWith(ctx context.Context, on Screen, blockID, actionID, typed string, values map[string]any) ([]Option, error) {
	s := p.s
	s.mu.Lock()
	u := s.user(p.id)
	if u == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("no user %q", p.id)
	}
	payload := s.interactive("block_suggestion", u, nil)
	delete(payload, "trigger_id")
	payload["action_id"], payload["block_id"], payload["value"] = actionID, blockID, typed
	s.place(payload, on, u, nil, values)
	delete(payload, "response_url")
	s.mu.Unlock()
	ack, err := s.deliver(ctx, envelope{Type: "interactive", Kind: "block_suggestion", Accepts: true, Payload: payload})
	if err != nil {
		return nil, err
	}
	if found := CheckOptions([]byte(cmp.Or(string(ack), "{}"))); len(found) > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.saw("block_suggestion", found)
		return nil, fmt.Errorf("the options are refused: %s", found[0])
	}
	var answer Element
	if err := json.Unmarshal(ack, &answer); err != nil {
		return nil, err
	}
	return answer.AllOptions(), nil
}
