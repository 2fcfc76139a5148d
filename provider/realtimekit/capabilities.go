package realtimekit

import "github.com/roomwarden/roomwarden/moderation"

// Capabilities is the same for every meeting of an app.
func (d *Driver) Capabilities(moderation.Room) moderation.CapabilitySet {
	native := moderation.Support{Level: moderation.Native}
	set := moderation.CapabilitySet{
		moderation.CanListRooms:        native,
		moderation.CanListParticipants: native,
		moderation.CanKick:             native,
		moderation.CanEnd:              native,
		moderation.CanBan:              {Level: moderation.Emulated, Says: moderation.Say("realtimekit.can.ban")},
		moderation.CanMuteAudio:        {Level: moderation.Native, Says: moderation.Say("realtimekit.can.mute_audio")},
		moderation.CanMuteAllAudio:     native,
		moderation.CanMuteVideo:        impossible("realtimekit.can.no_video"),
		moderation.CanMuteAllVideo:     impossible("realtimekit.can.no_video"),
		moderation.CanMuteScreen:       impossible("realtimekit.can.no_screen"),
		moderation.CanUnmuteAudio:      impossible("realtimekit.can.no_unmute"),
		moderation.CanUnmuteVideo:      impossible("realtimekit.can.no_unmute_video"),
		moderation.CanUnmuteScreen:     impossible("realtimekit.can.no_screen"),
		moderation.CanHold:             impossible("realtimekit.can.no_hold"),
		moderation.CanAnnounce:         impossible("realtimekit.can.no_announce"),
		moderation.CanAnnounceOne:      impossible("realtimekit.can.no_announce"),
		moderation.CanCoach:            impossible("realtimekit.can.no_coach"),
		moderation.CanDial:             impossible("realtimekit.can.no_dial"),
		moderation.CanConfigure:        impossible("realtimekit.can.no_set"),
		moderation.CanPin:              impossible("realtimekit.can.no_pin"),
		moderation.CanLock:             native,
		moderation.CanSeeRecording:     native,
	}
	if d.presets.noVideo != "" {
		rejoin := moderation.Support{
			Level: moderation.Emulated, Says: moderation.Say("realtimekit.can.video_by_preset"),
			Asks: moderation.Say("realtimekit.ask.rejoin"),
		}
		set[moderation.CanMuteVideo], set[moderation.CanUnmuteVideo] = rejoin, rejoin
		rejoin.Level, rejoin.Asks = moderation.Looped, moderation.Say("realtimekit.ask.rejoin_all")
		set[moderation.CanMuteAllVideo] = rejoin
	}
	if d.stage != nil {
		client := func(key string) moderation.Support {
			return moderation.Support{Level: moderation.ClientSide, Says: moderation.Say(key)}
		}
		set[moderation.CanPin] = client("realtimekit.can.pin_by_bridge")
		set[moderation.CanMuteVideo] = client("realtimekit.can.video_by_bridge")
		set[moderation.CanMuteAllVideo] = client("realtimekit.can.video_by_bridge")
	}
	return set
}

func impossible(key string) moderation.Support {
	return moderation.Support{Level: moderation.Impossible, Says: moderation.Say(key)}
}
