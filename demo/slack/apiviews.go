package slack

import (
	"encoding/json"
	"slices"
	"time"
)

// maxStack is how many modals stand on one another.
const maxStack = 3

// trigger lets the bot open one view for whoever caused it.
type trigger struct {
	user  string
	at    time.Time
	used  bool
	cause *interaction
}

// newTrigger makes a trigger id; s.mu is held.
func (s *Server) newTrigger(user string, cause *interaction) string {
	id := s.id("trigger.")
	s.triggers[id] = &trigger{user: user, at: s.Now(), cause: cause}
	return id
}

func (s *Server) useTrigger(id string) (*trigger, *fault) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case s.Now().Sub(t.at) > s.TriggerLife:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// readView reads and checks a view of the given type.
func (s *Server) readView(where string, a args, kind string) (*View, *fault) {
	raw := a.json("view")
	var v View
	if raw == nil || json.Unmarshal(raw, &v) != nil {
		return nil, &fault{name: "invalid_arguments", messages: []string{"[ERROR] view is missing or no view [json-pointer:/view]"}}
	}
	found := CheckView(raw)
	if v.Type != kind && len(found) == 0 {
		found = []Violation{{Pointer: "/view/type", Says: "must be " + kind, Name: "invalid_arguments"}}
	}
	if refused := s.checked(where, found); refused != nil {
		return nil, refused
	}
	for _, other := range s.views {
		if v.ExternalID != "" && other.ExternalID == v.ExternalID && other.Open && where != "views.update" {
			return nil, refuse("duplicate_external_id")
		}
	}
	return &v, nil
}

// keep stores a view under a new id; s.mu is held.
func (s *Server) keep(v *View, user string) *View {
	v.ID, v.Hash = s.id("V"), s.id("hash.")
	v.TeamID, v.AppID, v.BotID, v.User, v.Open = s.state.TeamID, AppID, BotID, user, true
	v.RootViewID = v.ID
	s.nameBlocks(v.Blocks)
	s.views[v.ID] = v
	return v
}

// stack puts a modal on the user's stack; s.mu is held.
func (s *Server) stack(v *View, user string) {
	s.keep(v, user)
	if open := s.stacks[user]; len(open) > 0 {
		v.RootViewID, v.PreviousViewID = open[0], open[len(open)-1]
	}
	s.stacks[user] = append(s.stacks[user], v.ID)
}

// closeAll takes every modal off the user's screen; s.mu is held.
func (s *Server) closeAll(user string) {
	for _, id := range s.stacks[user] {
		s.views[id].Open = false
	}
	delete(s.stacks, user)
}

// closeTop takes the topmost modal off the user's screen; s.mu is held.
func (s *Server) closeTop(user string) {
	open := s.stacks[user]
	if len(open) == 0 {
		return
	}
	s.views[open[len(open)-1]].Open = false
	s.stacks[user] = slices.Clone(open[:len(open)-1])
}

func openView(s *Server, a args) (map[string]any, *fault) {
	v, refused := s.readView("views.open", a, "modal")
	if refused != nil {
		return nil, refused
	}
	t, refused := s.useTrigger(a["trigger_id"])
	if refused != nil {
		return nil, refused
	}
	s.closeAll(t.user)
	s.stack(v, t.user)
	t.cause.sawView(v)
	return map[string]any{"view": wireView(v, nil)}, nil
}

func pushView(s *Server, a args) (map[string]any, *fault) {
	v, refused := s.readView("views.push", a, "modal")
	if refused != nil {
		return nil, refused
	}
	t, refused := s.useTrigger(a["trigger_id"])
	if refused != nil {
		return nil, refused
	}
	if len(s.stacks[t.user]) >= maxStack {
		return nil, refuse("push_limit_reached")
	}
	s.stack(v, t.user)
	t.cause.sawView(v)
	return map[string]any{"view": wireView(v, nil)}, nil
}

func updateView(s *Server, a args) (map[string]any, *fault) {
	v, refused := s.readView("views.update", a, "modal")
	if refused != nil {
		return nil, refused
	}
	old := s.views[a["view_id"]]
	if old == nil && a["external_id"] != "" {
		for _, other := range s.views {
			if other.ExternalID == a["external_id"] {
				old = other
			}
		}
	}
	switch {
	case old == nil || !old.Open || old.Type != "modal":
		return nil, refuse("not_found")
	case a["hash"] != "" && a["hash"] != old.Hash:
		return nil, refuse("hash_conflict")
	}
	s.replace(old, v)
	return map[string]any{"view": wireView(old, nil)}, nil
}

// replace gives a view that is on screen new content; s.mu is held.
func (s *Server) replace(old, v *View) {
	v.ID, v.User, v.Open, v.TeamID, v.AppID, v.BotID = old.ID, old.User, old.Open, old.TeamID, old.AppID, old.BotID
	v.RootViewID, v.PreviousViewID, v.answers = old.RootViewID, old.PreviousViewID, old.answers
	v.Hash = s.id("hash.")
	s.nameBlocks(v.Blocks)
	*old = *v
}

func publishView(s *Server, a args) (map[string]any, *fault) {
	v, refused := s.readView("views.publish", a, "home")
	if refused != nil {
		return nil, refused
	}
	user := a["user_id"]
	if s.user(user) == nil {
		return nil, refuse("user_not_found")
	}
	old := s.views[s.homes[user]]
	if old == nil {
		s.homes[user] = s.keep(v, user).ID
		return map[string]any{"view": wireView(v, nil)}, nil
	}
	if a["hash"] != "" && a["hash"] != old.Hash {
		return nil, refuse("hash_conflict")
	}
	s.replace(old, v)
	return map[string]any{"view": wireView(old, nil)}, nil
}

// wireView is a view as the Web API and payloads have it.
func wireView(v *View, values map[string]any) map[string]any {
	var out map[string]any
	if err := json.Unmarshal(mustJSON(v), &out); err != nil {
		panic(err)
	}
	if values == nil {
		values = map[string]any{}
	}
	out["state"] = map[string]any{"values": values}
	out["app_installed_team_id"] = v.TeamID
	return out
}
