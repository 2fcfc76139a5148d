package slack

import (
	"slices"
	"strconv"
	"strings"
)

func userInfo(s *Server, a args) (map[string]any, *fault) {
	u := s.user(a["user"])
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return map[string]any{"user": s.wireUser(u)}, nil
}

func (s *Server) wireUser(u *User) map[string]any {
	return map[string]any{
		"id": u.ID, "team_id": s.teamOf(u), "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"is_admin": u.Admin, "is_owner": u.Owner, "is_primary_owner": u.Owner, "is_restricted": u.Guest || u.OneRoom,
		"is_ultra_restricted": u.OneRoom, "is_bot": u.Bot, "is_stranger": u.Stranger, "tz": "Europe/Berlin",
		"profile": map[string]any{"display_name": u.Name, "real_name": u.RealName, "team": s.teamOf(u)},
	}
}

func (s *Server) teamOf(u *User) string {
	if u.TeamID != "" {
		return u.TeamID
	}
	return s.state.TeamID
}

func listGroups(s *Server, a args) (map[string]any, *fault) {
	groups := []any{}
	for _, g := range s.state.Groups {
		if g.Disabled && !a.bool("include_disabled") {
			continue
		}
		out := map[string]any{"id": g.ID, "team_id": s.state.TeamID, "is_usergroup": true, "handle": g.Handle, "name": g.Handle}
		if a.bool("include_users") {
			out["users"] = g.Members
		}
		groups = append(groups, out)
	}
	return map[string]any{"usergroups": groups}, nil
}

func groupMembers(s *Server, a args) (map[string]any, *fault) {
	for _, g := range s.state.Groups {
		if g.ID == a["usergroup"] && (!g.Disabled || a.bool("include_disabled")) {
			return map[string]any{"users": append([]string{}, g.Members...)}, nil
		}
	}
	return nil, refuse("no_such_subteam")
}

// readable finds a channel that the bot may read about with one of its scopes:
// kind is "read" or "history".
func (s *Server) readable(name, kind string) (*Channel, *fault) {
	c := s.channel(name)
	if c == nil || (c.Private && !slices.Contains(c.Members, BotUser)) {
		return nil, refuse("channel_not_found")
	}
	if scope := c.family() + ":" + kind; !slices.Contains(s.Scopes, scope) {
		return nil, &fault{name: "missing_scope", needed: []string{scope}}
	}
	return c, nil
}

// family is the scope family of the channel's kind.
func (c *Channel) family() string {
	switch {
	case c.With != "":
		return "im"
	case c.Private:
		return "groups"
	default:
		return "channels"
	}
}

func channelInfo(s *Server, a args) (map[string]any, *fault) {
	c, refused := s.readable(a["channel"], "read")
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"channel": wireChannel(c)}, nil
}

func wireChannel(c *Channel) map[string]any {
	out := map[string]any{
		"id": c.ID, "name": c.Name, "is_channel": !c.Private && c.With == "", "is_group": c.Private, "is_im": c.With != "",
		"is_private": c.Private, "is_archived": c.Archived, "is_ext_shared": c.Shared, "is_shared": c.Shared,
		"is_member": slices.Contains(c.Members, BotUser), "num_members": len(c.Members),
	}
	if c.With != "" {
		out["user"] = c.With
	}
	return out
}

func channelMembers(s *Server, a args) (map[string]any, *fault) {
	c, refused := s.readable(a["channel"], "read")
	if refused != nil {
		return nil, refused
	}
	page, next := paged(c.Members, a, 100)
	return map[string]any{"members": page, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func listChannels(s *Server, a args) (map[string]any, *fault) {
	types := a["types"]
	if types == "" {
		types = "public_channel"
	}
	scopes := map[string]string{"channels": "public_channel", "groups": "private_channel", "im": "im"}
	all := []any{}
	for i := range s.state.Channels {
		c := &s.state.Channels[i]
		switch {
		case !strings.Contains(types, scopes[c.family()]) || !slices.Contains(s.Scopes, c.family()+":read"):
		case c.Private && !slices.Contains(c.Members, BotUser):
		case c.Archived && a.bool("exclude_archived"):
		default:
			all = append(all, wireChannel(c))
		}
	}
	page, next := paged(all, a, 100)
	return map[string]any{"channels": page, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func history(s *Server, a args) (map[string]any, *fault) {
	c, refused := s.readable(a["channel"], "history")
	if refused != nil {
		return nil, refused
	}
	if !slices.Contains(c.Members, BotUser) {
		return nil, refuse("not_in_channel")
	}
	inclusive := a.bool("inclusive")
	all := []any{}
	for _, m := range slices.Backward(s.messages) {
		if m.Channel != c.ID || m.Deleted || m.To != "" {
			continue
		}
		if oldest := a["oldest"]; oldest != "" && (before(m.TS, oldest) || (!inclusive && m.TS == oldest)) {
			continue
		}
		if latest := a["latest"]; latest != "" && (before(latest, m.TS) || (!inclusive && m.TS == latest)) {
			continue
		}
		all = append(all, wireMessage(m, a.bool("include_all_metadata")))
	}
	page, next := paged(all, a, 100)
	return map[string]any{
		"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next},
	}, nil
}

// before compares two timestamps as the numbers they are.
func before(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil || x == y {
		return a < b
	}
	return x < y
}

func openDirect(s *Server, a args) (map[string]any, *fault) {
	user := a["users"]
	if s.user(user) == nil {
		return nil, refuse("user_not_found")
	}
	c := s.direct(user)
	return map[string]any{"channel": map[string]any{"id": c.ID}}, nil
}

// paged cuts a page out of a list by cursor and limit.
func paged[T any](all []T, a args, limit int) (page []T, next string) {
	start := 0
	if cursor := a["cursor"]; cursor != "" {
		start, _ = strconv.Atoi(strings.TrimPrefix(cursor, "page:"))
	}
	start = min(max(0, start), len(all))
	end := min(start+max(1, min(a.int("limit", limit), 1000)), len(all))
	if end < len(all) {
		next = "page:" + strconv.Itoa(end)
	}
	return append([]T{}, all[start:end]...), next
}
