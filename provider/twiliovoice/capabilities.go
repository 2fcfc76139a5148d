package twiliovoice

import (
	"github.com/roomwarden/roomwarden/moderation"
)

var capabilities = moderation.CapabilitySet{
	moderation.CanListRooms:        {Level: moderation.Native},
	moderation.CanListParticipants: {Level: moderation.Native},
	moderation.CanKick:             {Level: moderation.Native},
	moderation.CanEnd:              {Level: moderation.Native},
	moderation.CanBan:              emulated("twilio-voice.can.ban"),
	moderation.CanMuteAudio:        {Level: moderation.Native},
	moderation.CanMuteAllAudio:     {Level: moderation.Looped},
	moderation.CanMuteVideo:        impossible("twilio-voice.no_video"),
	moderation.CanMuteAllVideo:     impossible("twilio-voice.no_video"),
	moderation.CanMuteScreen:       impossible("twilio-voice.no_video"),
	moderation.CanUnmuteAudio:      {Level: moderation.Native},
	moderation.CanUnmuteVideo:      impossible("twilio-voice.no_video"),
	moderation.CanUnmuteScreen:     impossible("twilio-voice.no_video"),
	moderation.CanHold:             {Level: moderation.Native},
	moderation.CanAnnounce:         {Level: moderation.Native},
	moderation.CanAnnounceOne:      {Level: moderation.Native},
	moderation.CanCoach:            {Level: moderation.Native},
	moderation.CanDial:             {Level: moderation.Native},
	moderation.CanConfigure:        {Level: moderation.Native},
	moderation.CanPin:              impossible("twilio-voice.can.no_pin"),
	moderation.CanLock:             emulated("twilio-voice.can.lock"),
	moderation.CanSeeRecording:     {Level: moderation.Native},
}

// Capabilities is the same for every conference.
func (d *Driver) Capabilities(moderation.Room) moderation.CapabilitySet { return capabilities }

func emulated(key string) moderation.Support {
	return moderation.Support{Level: moderation.Emulated, Says: moderation.Say(key)}
}

func impossible(key string) moderation.Support {
	return moderation.Support{Level: moderation.Impossible, Says: moderation.Say(key)}
}
