package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Submit fills in a dialog and sends it off. values are what the person enters,
// by action id, block id or label: text, the text or value of an option, or
// several of them in a []string. What is not named keeps its initial value.
func (p *Person) Submit(ctx context.Context, v View, values map[string]any) (*Reply, error) {
	reply := &Reply{in: &interaction{s: p.s}}
	state := initialValues(v.Blocks)
	left := make([]string, 0, len(values))
	for name := range values {
		left = append(left, name)
	}
	for _, b := range v.Blocks {
		for _, e := range b.interactive() {
			for _, name := range []string{e.ActionID, b.BlockID, b.Label.String()} {
				entered, ok := values[name]
				if !ok || name == "" {
					continue
				}
				left = slices.DeleteFunc(left, func(other string) bool { return other == name })
				filled, err := p.enter(ctx, v, b, e, entered, state)
				if err != nil {
					return reply, err
				}
				state = withValue(state, b.BlockID, e.ActionID, filled)
				break
			}
		}
	}
	if len(left) > 0 {
		return reply, fmt.Errorf("%w: %s", ErrNoSuchElement, strings.Join(left, ", "))
	}
	return p.SubmitState(ctx, v, state)
}

// SubmitState sends a dialog off with the state as it is given, by block id and
// action id.
func (p *Person) SubmitState(ctx context.Context, v View, state map[string]any) (*Reply, error) {
	s := p.s
	reply := &Reply{in: &interaction{s: s}}
	if err := complete(v, state); err != nil {
		return reply, err
	}
	s.mu.Lock()
	u, kept := s.user(p.id), s.views[v.ID]
	if u == nil || kept == nil {
		s.mu.Unlock()
		return reply, fmt.Errorf("no user %q or no view %q", p.id, v.ID)
	}
	payload := s.interactive("view_submission", u, reply.in)
	payload["view"], payload["response_urls"] = wireView(&v, state), []any{}
	reply.in.sawView(kept)
	s.mu.Unlock()
	ack, err := s.deliver(ctx, envelope{Type: "interactive", Kind: "view_submission", Accepts: true, Payload: payload})
	if err != nil {
		return reply, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	return reply, s.submitted(kept, reply.in, ack)
}

// submitted does with a dialog what the ack of its submission says; s.mu is held.
func (s *Server) submitted(v *View, in *interaction, ack json.RawMessage) error {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(ack) > 0 {
		if err := json.Unmarshal(ack, &answer); err != nil {
			return fmt.Errorf("the ack's payload is no answer to a submission: %w", err)
		}
	}
	v.Errors = nil
	switch answer.Action {
	case "":
		s.closeTop(v.User)
	case "clear":
		s.closeAll(v.User)
	case "errors":
		for block := range answer.Errors {
			if !slices.ContainsFunc(v.Blocks, func(b Block) bool { return b.BlockID == block && b.Type == "input" }) {
				return fmt.Errorf("an error is for the block %q, which is no input of the view", block)
			}
		}
		v.Errors, in.errors = answer.Errors, answer.Errors
	case "update", "push":
		next, refused := s.readView("ack", args{"view": string(answer.View)}, "modal")
		if refused != nil {
			return fmt.Errorf("the view in the ack is refused: %s: %s", refused.name, strings.Join(refused.messages, "; "))
		}
		if answer.Action == "update" {
			s.replace(v, next)
			return nil
		}
		if len(s.stacks[v.User]) >= maxStack {
			return fmt.Errorf("push_limit_reached")
		}
		s.stack(next, v.User)
		in.sawView(next)
	default:
		return fmt.Errorf("unknown response_action %q", answer.Action)
	}
	return nil
}

// enter makes the state of one element from what a person enters.
func (p *Person) enter(ctx context.Context, v View, b Block, e Element, entered any, values map[string]any) (map[string]any, error) {
	state := map[string]any{"type": e.Type}
	choices, many := entered.([]string)
	if !many {
		choices = []string{fmt.Sprint(entered)}
	}
	switch {
	case strings.HasSuffix(e.Type, "_input"):
		state["value"] = choices[0]
		return state, nil
	case e.Type == "datepicker":
		state["selected_date"] = choices[0]
		return state, nil
	case strings.HasSuffix(e.Type, "users_select"):
		state["selected_user"], state["selected_users"] = choices[0], choices
		return state, nil
	case strings.HasSuffix(e.Type, "conversations_select"), strings.HasSuffix(e.Type, "channels_select"):
		state["selected_conversation"], state["selected_channel"] = choices[0], choices[0]
		return state, nil
	}
	picked, err := p.pick(ctx, v, b, e, choices, values)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(e.Type, "multi_") || e.Type == "checkboxes" {
		state["selected_options"] = picked
	} else if len(picked) > 0 {
		state["selected_option"] = picked[0]
	}
	return state, nil
}

// pick finds options of an element by text or value; an external select is
// asked with the text first, as a person types it.
func (p *Person) pick(ctx context.Context, on Screen, b Block, e Element, choices []string, values map[string]any) ([]Option, error) {
	picked := []Option{}
	for _, choice := range choices {
		offered := e.AllOptions()
		if strings.Contains(e.Type, "external_select") {
			var err error
			if offered, err = p.SuggestWith(ctx, on, b.BlockID, e.ActionID, choice, values); err != nil {
				return nil, err
			}
		}
		i := slices.IndexFunc(offered, func(o Option) bool { return o.Value == choice || o.Text.String() == choice })
		if i < 0 && len(offered) == 1 {
			i = 0
		}
		if i < 0 {
			return nil, fmt.Errorf("%w: no option %q of %q among %d", ErrNoSuchElement, choice, e.ActionID, len(offered))
		}
		picked = append(picked, offered[i])
	}
	return picked, nil
}

// complete checks what the client checks before it sends a dialog off: every
// input that is not optional has a value of an allowed length.
func complete(v View, state map[string]any) error {
	for _, b := range v.Blocks {
		if b.Type != "input" || b.Element == nil {
			continue
		}
		block, _ := state[b.BlockID].(map[string]any)
		filled, _ := block[b.Element.ActionID].(map[string]any)
		has := false
		for name, value := range filled {
			if name != "type" && !empty(value) {
				has = true
			}
		}
		if !has && !b.Optional {
			return fmt.Errorf("the field %q is required", b.Label)
		}
		entered, _ := filled["value"].(string)
		if n := utf8.RuneCountInString(entered); b.Element.MaxLength > 0 && n > b.Element.MaxLength {
			return fmt.Errorf("the field %q takes at most %d characters", b.Label, b.Element.MaxLength)
		}
	}
	return nil
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case *Option:
		return v == nil
	case []Option:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	}
	return false
}
