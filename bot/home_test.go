package bot_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// homes returns what the App Home can be.
func (s sample) homes() map[string]commands.HomePage {
	h := commands.HomePage{
		Owner: true, AsOf: noon, More: true, Down: []commands.ProviderState{{Name: s.name, Type: "livekit", Down: true}, {Name: "sim", Type: "simulated"}},
		Permissions: moderation.Permissions(),
		Steps:       []commands.Step{{Done: true, Says: say("error.not_found")}, {Says: say("bot.rooms.none", "Search", s.name)}},
	}
	for i := range 20 {
		h.Rooms = append(h.Rooms, commands.RoomRow{Room: s.room(), Present: i, People: []moderation.Participant{s.person("A"), s.person("B")}})
		h.Measures = append(h.Measures, commands.HomeMeasure{
			Kind: moderation.Actions()[i], Media: moderation.Video, Name: s.name, Room: moderation.RoomRef{Provider: "sim", Name: s.name},
			Actor: "U0OWNER00", Case: 3, Until: noon, Offers: []commands.Offer{{Command: "unban", Args: commands.Args{commands.ArgRoom: "sim:RM_1", commands.ArgPerson: s.name}, Label: say("label.unban"), Ask: say("ask.unban", "Person", s.name, "Room", s.name)}},
		})
		c := s.kicked()
		c.Action = moderation.ActionMute
		h.Review, h.Mine = append(h.Review, c), append(h.Mine, c)
		h.Grants = append(h.Grants, moderation.Grant{Subject: moderation.Subject{ID: "S0MODS000"}, Preset: s.name, Scope: s.name, GrantedBy: "U0OWNER00"})
	}
	return map[string]commands.HomePage{"full": h, "empty": {AsOf: noon}}
}

func TestHomesAreDrawn(t *testing.T) {
	r := newRenderer()
	for name, h := range (sample{name: nasty}).homes() {
		t.Run(name, func(t *testing.T) {
			view := r.Home(h)
			inLimits(t, view)
			golden(t, "home_"+name, view)
		})
	}
}
