package moderation

// Capability is one thing that can be asked of a room at its provider.
type Capability string

// The capabilities: the rows of the matrix in docs/providers.md.
const (
	CanListRooms        Capability = "list_rooms"
	CanListParticipants Capability = "list_participants"
	CanKick             Capability = "kick"
	CanEnd              Capability = "end"
	CanBan              Capability = "ban"
	CanMuteAudio        Capability = "mute_audio"
	CanMuteAllAudio     Capability = "mute_all_audio"
	CanMuteVideo        Capability = "mute_video"
	CanMuteAllVideo     Capability = "mute_all_video"
	CanMuteScreen       Capability = "mute_screen"
	CanUnmuteAudio      Capability = "unmute_audio"
	CanUnmuteVideo      Capability = "unmute_video"
	CanUnmuteScreen     Capability = "unmute_screen"
	CanHold             Capability = "hold"
	CanAnnounce         Capability = "announce"     // to everyone
	CanAnnounceOne      Capability = "announce_one" // to one participant
	CanCoach            Capability = "coach"
	CanDial             Capability = "dial"
	CanConfigure        Capability = "configure"
	CanPin              Capability = "pin"
	CanLock             Capability = "lock"
	CanSeeRecording     Capability = "recording_state"
)

// Capabilities lists every capability in the order of the matrix.
func Capabilities() []Capability {
	return []Capability{
		CanListRooms, CanListParticipants, CanKick, CanEnd, CanBan, CanMuteAudio, CanMuteAllAudio,
		CanMuteVideo, CanMuteAllVideo, CanMuteScreen, CanUnmuteAudio, CanUnmuteVideo, CanUnmuteScreen,
		CanHold, CanAnnounce, CanAnnounceOne, CanCoach, CanDial, CanConfigure, CanPin, CanLock,
		CanSeeRecording,
	}
}

// Level says how a provider comes to a capability.
type Level string

// The levels, with the letters of the matrix.
const (
	Native     Level = "Y" // one call
	Looped     Level = "L" // one call for each participant
	Emulated   Level = "E" // something else that has the effect
	ClientSide Level = "C" // through the provider's client SDK
	Impossible Level = "-"
)

// Support is how far a capability is there. For Emulated, Says is what the
// moderator should know of it; for Impossible, why not and what to do instead.
type Support struct {
	Level Level
	Says  Sentence
	// Asks is the question before it acts, where it does more than its word
	// says; it is given Room, Person and Provider.
	Asks Sentence
}

// Available reports whether the action may be sent at all.
func (s Support) Available() bool { return s.Level != Impossible && s.Level != "" }

// CapabilitySet is what one room can do at its provider. A capability that is
// missing from it is impossible.
type CapabilitySet map[Capability]Support

// CapabilityFor returns what an action needs of the room's provider; media
// matters to mutes, one to announcements (to one participant, not to all).
// Actions that need no provider return "".
func CapabilityFor(a Action, m Media, toOne bool) Capability {
	byMedia := func(audio, video, screen Capability) Capability {
		switch m {
		case Video:
			return video
		case Screen:
			return screen
		default:
			return audio
		}
	}
	switch a {
	case ActionKick:
		return CanKick
	case ActionEnd:
		return CanEnd
	case ActionBan, ActionUnban:
		return CanBan
	case ActionMute:
		return byMedia(CanMuteAudio, CanMuteVideo, CanMuteScreen)
	case ActionUnmute:
		return byMedia(CanUnmuteAudio, CanUnmuteVideo, CanUnmuteScreen)
	case ActionMuteAll:
		return byMedia(CanMuteAllAudio, CanMuteAllVideo, CanMuteAllVideo)
	case ActionHold, ActionUnhold:
		return CanHold
	case ActionAnnounce:
		if toOne {
			return CanAnnounceOne
		}
		return CanAnnounce
	case ActionCoach, ActionUncoach:
		return CanCoach
	case ActionDial:
		return CanDial
	case ActionSet:
		return CanConfigure
	case ActionPin, ActionUnpin:
		return CanPin
	case ActionLock, ActionUnlock:
		return CanLock
	default:
		return ""
	}
}
