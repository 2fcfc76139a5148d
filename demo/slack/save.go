package slack

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Saved is the state of a stand-in that a later one goes on from: messages,
// homes and direct messages. Open dialogs and response URLs are not in it.
type Saved struct {
	Messages []*Message
	Homes    []*View
	Users    []string // whose home it is, one for each of Homes
	Direct   []Channel
	LastTS   int64
	LastID   uint64
	Blocks   uint64
}

// save returns the state.
func (s *Server) save() Saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Saved{Messages: s.messages, LastTS: s.lastTS, LastID: s.lastID, Blocks: s.lastBlock}
	for user, id := range s.homes {
		out.Users, out.Homes = append(out.Users, user), append(out.Homes, s.views[id])
	}
	for _, c := range s.state.Channels {
		if c.With != "" {
			out.Direct = append(out.Direct, c)
		}
	}
	return out
}

// restore takes over what an earlier stand-in saved.
func (s *Server) restore(saved *Saved) {
	s.lastTS, s.lastID, s.lastBlock = saved.LastTS, saved.LastID, saved.Blocks
	s.state.Channels = append(s.state.Channels, saved.Direct...)
	for _, m := range saved.Messages {
		s.byTS[m.Channel+" "+m.TS] = len(s.messages)
		s.messages = append(s.messages, m)
	}
	for i, v := range saved.Homes {
		v.User, v.Open = saved.Users[i], true
		s.views[v.ID], s.homes[v.User] = v, v.ID
	}
}

// SaveFile writes the state of a closed stand-in for LoadFile.
func (s *Server) SaveFile(path string) error {
	text, err := json.Marshal(s.save())
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(path), ".workspace-*")
	if err != nil {
		return err
	}
	_, err = next.Write(text)
	if closing := next.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		_ = os.Remove(next.Name())
	}
	return err
}

// LoadFile reads what SaveFile wrote, for Options.Saved.
func LoadFile(path string) (*Saved, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var saved Saved
	if err := json.Unmarshal(text, &saved); err != nil {
		return nil, err
	}
	return &saved, nil
}
