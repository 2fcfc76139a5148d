package livekit

import "github.com/roomwarden/roomwarden/moderation"

// Capabilities is the same for every room of a server.
func (d *Driver) Capabilities(moderation.Room) moderation.CapabilitySet {
	set := capabilities()
	if d.trunk != "" {
		set[moderation.CanDial] = moderation.Support{Level: moderation.Native}
	}
	if d.cloud {
		set[moderation.CanBan] = moderation.Support{
			Level: moderation.Emulated, Says: moderation.Say("livekit.ban_on_cloud"),
		}
	}
	return set
}

func capabilities() moderation.CapabilitySet {
	native := moderation.Support{Level: moderation.Native}
	looped := moderation.Support{Level: moderation.Looped}
	emulated := func(key string) moderation.Support {
		return moderation.Support{Level: moderation.Emulated, Says: moderation.Say(key)}
	}
	again := moderation.Support{Level: moderation.Native, Says: moderation.Say("livekit.unmute_needs_them")}
	return moderation.CapabilitySet{
		moderation.CanListRooms:        native,
		moderation.CanListParticipants: native,
		moderation.CanKick:             native,
		moderation.CanEnd:              native,
		moderation.CanBan:              emulated("provider.ban_by_watching"),
		moderation.CanMuteAudio:        native,
		moderation.CanMuteAllAudio:     looped,
		moderation.CanMuteVideo:        native,
		moderation.CanMuteAllVideo:     looped,
		moderation.CanMuteScreen:       native,
		moderation.CanUnmuteAudio:      again,
		moderation.CanUnmuteVideo:      again,
		moderation.CanUnmuteScreen:     again,
		moderation.CanHold:             emulated("livekit.hold_emulated"),
		moderation.CanAnnounce:         emulated("livekit.announce_needs_app"),
		moderation.CanAnnounceOne:      emulated("livekit.announce_needs_app"),
		moderation.CanCoach:            emulated("livekit.coach_emulated"),
		moderation.CanDial:             {Level: moderation.Impossible, Says: moderation.Say("livekit.no_trunk")},
		moderation.CanConfigure:        native,
		moderation.CanPin:              emulated("livekit.pin_needs_app"),
		moderation.CanLock:             emulated("provider.lock_by_watching"),
		moderation.CanSeeRecording:     native,
	}
}
