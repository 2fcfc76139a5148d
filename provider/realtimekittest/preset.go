package realtimekittest

import (
	_ "embed"
	"encoding/json"
)

// Preset is a set of what participants may do, as far as it matters here.
type Preset struct {
	ID, Name                              string
	NoVideo, NoAudio                      bool
	Kick, DisableAudio, DisableVideo, Pin bool
	Hidden                                bool
	ViewType                              string // GROUP_CALL where empty
}

//go:embed preset.json
var wholePreset []byte

// AddPreset makes a preset, or replaces the one of that name.
func (s *Server) AddPreset(p Preset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.ViewType == "" {
		p.ViewType = "GROUP_CALL"
	}
	for i, known := range s.presets {
		if known.Name == p.Name {
			p.ID = known.ID
			s.presets[i] = &p
			return
		}
	}
	p.ID = newID()
	s.presets = append(s.presets, &p)
}

// presetNamed returns a preset, one that allows nothing where there is none of that name.
func (s *Server) presetNamed(name string) *Preset {
	for _, p := range s.presets {
		if p.Name == name {
			return p
		}
	}
	return &Preset{Name: name, NoVideo: true, NoAudio: true}
}

func (s *Server) hasPreset(name string) bool {
	for _, p := range s.presets {
		if p.Name == name {
			return true
		}
	}
	return false
}

// JSON returns the preset as the API shows it.
func (p *Preset) JSON() map[string]any {
	var all, config, may map[string]any
	var media map[string]map[string]any
	part := func(of map[string]any, name string, into any) {
		raw, _ := json.Marshal(of[name]) // of what was JSON: cannot fail
		_ = json.Unmarshal(raw, into)
	}
	_ = json.Unmarshal(wholePreset, &all) // the embedded file is JSON
	part(all, "config", &config)
	part(all, "permissions", &may)
	part(may, "media", &media)
	all["id"], all["name"], all["config"], all["permissions"] = p.ID, p.Name, config, may
	config["view_type"] = p.ViewType
	may["disable_participant_audio"], may["disable_participant_video"] = p.DisableAudio, p.DisableVideo
	may["kick_participant"], may["pin_participant"] = p.Kick, p.Pin
	may["hidden_participant"] = p.Hidden
	produce := func(medium string, not bool) {
		if not {
			media[medium]["can_produce"] = "NOT_ALLOWED"
		}
	}
	produce("video", p.NoVideo)
	produce("audio", p.NoAudio)
	may["media"] = media
	return all
}
