package slack

import (
	"context"
	"fmt"
	"slices"
)

// Workspace returns the workspace as it stands.
func (s *Server) Workspace() Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.state
	w.Users, w.Groups, w.Channels = slices.Clone(w.Users), slices.Clone(w.Groups), slices.Clone(w.Channels)
	return w
}

// Archive archives a channel, or takes it back out.
func (s *Server) Archive(channel string, archived bool) error {
	return s.onChannel(channel, func(c *Channel) { c.Archived = archived })
}

// Invite adds someone to a channel: the bot, too.
func (s *Server) Invite(channel, user string) error {
	return s.onChannel(channel, func(c *Channel) {
		if !slices.Contains(c.Members, user) {
			c.Members = append(c.Members, user)
		}
	})
}

// Remove takes someone out of a channel without telling the app; see Leave.
func (s *Server) Remove(channel, user string) error {
	return s.onChannel(channel, func(c *Channel) {
		c.Members = slices.DeleteFunc(slices.Clone(c.Members), func(m string) bool { return m == user })
	})
}

func (s *Server) onChannel(channel string, change func(c *Channel)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channel)
	if c == nil {
		return fmt.Errorf("no channel %q", channel)
	}
	change(c)
	s.changed()
	return nil
}

// Leave takes someone out of a channel and tells the app.
func (s *Server) Leave(ctx context.Context, channel, user string) error {
	if err := s.Remove(channel, user); err != nil {
		return err
	}
	s.mu.Lock()
	id := s.channel(channel).ID
	s.mu.Unlock()
	return s.Event(ctx, map[string]any{"type": "member_left_channel", "user": user, "channel": id, "team": Team})
}

// SetGroup gives a user group new members and tells the app.
func (s *Server) SetGroup(ctx context.Context, group string, members ...string) error {
	s.mu.Lock()
	i := slices.IndexFunc(s.state.Groups, func(g Group) bool { return g.ID == group })
	if i < 0 {
		s.mu.Unlock()
		return fmt.Errorf("no user group %q", group)
	}
	was := s.state.Groups[i].Members
	s.state.Groups[i].Members = slices.Clone(members)
	s.changed()
	s.mu.Unlock()
	missing := func(from, in []string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(m string) bool { return slices.Contains(in, m) })
	}
	return s.Event(ctx, map[string]any{
		"type": "subteam_members_changed", "subteam_id": group, "team_id": Team,
		"added_users": missing(members, was), "removed_users": missing(was, members),
	})
}

// SetUser changes a user and tells the app.
func (s *Server) SetUser(ctx context.Context, user string, change func(u *User)) error {
	s.mu.Lock()
	u := s.user(user)
	if u == nil {
		s.mu.Unlock()
		return fmt.Errorf("no user %q", user)
	}
	change(u)
	shown := s.wireUser(u)
	s.changed()
	s.mu.Unlock()
	return s.Event(ctx, map[string]any{"type": "user_change", "user": shown})
}
