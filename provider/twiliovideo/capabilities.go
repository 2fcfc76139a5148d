package twiliovideo

import "github.com/roomwarden/roomwarden/moderation"

var capabilities = moderation.CapabilitySet{
	moderation.CanListRooms:        {Level: moderation.Native},
	moderation.CanListParticipants: {Level: moderation.Native},
	moderation.CanKick:             {Level: moderation.Native},
	moderation.CanEnd:              {Level: moderation.Native},
	moderation.CanBan:              emulated("twilio-video.can.ban"),
	moderation.CanMuteAudio:        emulated("twilio-video.can.mute_audio"),
	moderation.CanMuteAllAudio:     looped("twilio-video.can.mute_audio"),
	moderation.CanMuteVideo:        emulated("twilio-video.can.mute_video"),
	moderation.CanMuteAllVideo:     looped("twilio-video.can.mute_video"),
	moderation.CanMuteScreen:       impossible("twilio-video.can.no_screen"),
	moderation.CanUnmuteAudio:      emulated("twilio-video.can.unmute"),
	moderation.CanUnmuteVideo:      emulated("twilio-video.can.unmute"),
	moderation.CanUnmuteScreen:     impossible("twilio-video.can.no_screen"),
	moderation.CanHold:             emulated("twilio-video.can.hold"),
	moderation.CanAnnounce:         impossible("twilio-video.can.no_announce"),
	moderation.CanAnnounceOne:      impossible("twilio-video.can.no_announce"),
	moderation.CanCoach:            emulated("twilio-video.can.coach"),
	moderation.CanDial:             impossible("twilio-video.can.no_dial"),
	moderation.CanConfigure:        impossible("twilio-video.can.no_set"),
	moderation.CanPin:              impossible("twilio-video.can.no_pin"),
	moderation.CanLock:             emulated("twilio-video.can.lock"),
	moderation.CanSeeRecording:     {Level: moderation.Native},
}

// Capabilities is the same for every room.
func (d *Driver) Capabilities(moderation.Room) moderation.CapabilitySet { return capabilities }

func emulated(key string) moderation.Support {
	return moderation.Support{Level: moderation.Emulated, Says: moderation.Say(key)}
}

func looped(key string) moderation.Support {
	return moderation.Support{Level: moderation.Looped, Says: moderation.Say(key)}
}

func impossible(key string) moderation.Support {
	return moderation.Support{Level: moderation.Impossible, Says: moderation.Say(key)}
}
