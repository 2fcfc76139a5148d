package moderation

// Action is what a case records: the word of the audit record.
type Action string

// The actions. Their words are fixed: audit records and exports carry them.
const (
	ActionKick     Action = "kick"
	ActionMute     Action = "mute"
	ActionUnmute   Action = "unmute"
	ActionMuteAll  Action = "mute_all"
	ActionEnd      Action = "end"
	ActionBan      Action = "ban"
	ActionUnban    Action = "unban"
	ActionLock     Action = "lock"
	ActionUnlock   Action = "unlock"
	ActionPin      Action = "pin"
	ActionUnpin    Action = "unpin"
	ActionHold     Action = "hold"
	ActionUnhold   Action = "unhold"
	ActionSet      Action = "set"
	ActionAnnounce Action = "announce"
	ActionCoach    Action = "coach"
	ActionUncoach  Action = "uncoach"
	ActionDial     Action = "dial"
	ActionGrant    Action = "grant"
	ActionRevoke   Action = "revoke"
	ActionDefine   Action = "define"
	ActionDelete   Action = "delete"
)

// Actions lists every action in the order of docs/commands.md.
func Actions() []Action {
	return []Action{
		ActionKick, ActionMute, ActionUnmute, ActionMuteAll, ActionEnd, ActionBan, ActionUnban,
		ActionLock, ActionUnlock, ActionPin, ActionUnpin, ActionHold, ActionUnhold, ActionSet,
		ActionAnnounce, ActionCoach, ActionUncoach, ActionDial, ActionGrant, ActionRevoke,
		ActionDefine, ActionDelete,
	}
}

// Permission is what a preset allows. Its word is shown in refusals.
type Permission string

// The permissions of the slash commands.
const (
	ListRooms       Permission = "list_rooms"
	WatchRoom       Permission = "watch_room"
	KickPermission  Permission = "kick_participant"
	AudioControl    Permission = "disable_participant_audio"
	VideoControl    Permission = "disable_participant_video"
	PinPermission   Permission = "pin_participant"
	HoldPermission  Permission = "hold_participant"
	AnnounceTo      Permission = "announce"
	LockRoom        Permission = "lock_room"
	BanPermission   Permission = "ban_participant"
	WriteNote       Permission = "write_note"
	CoachPermission Permission = "coach_participant"
	Configure       Permission = "configure_participant"
	DialPermission  Permission = "dial_participant"
	EndRoom         Permission = "end_room"
	ReadAudit       Permission = "read_audit"
	ReviewAudit     Permission = "review_audit"
	ManageRoles     Permission = "manage_roles"
)

// Permissions lists every permission.
func Permissions() []Permission {
	return []Permission{
		ListRooms, WatchRoom, KickPermission, AudioControl, VideoControl, PinPermission,
		HoldPermission, AnnounceTo, LockRoom, BanPermission, WriteNote, CoachPermission,
		Configure, DialPermission, EndRoom, ReadAudit, ReviewAudit, ManageRoles,
	}
}

// PermissionFor returns the permission that an action needs; media matters to
// mutes alone, where anything but audio needs the right over video.
func PermissionFor(a Action, m Media) Permission {
	switch a {
	case ActionKick:
		return KickPermission
	case ActionMute, ActionUnmute, ActionMuteAll:
		if m == "" || m == Audio {
			return AudioControl
		}
		return VideoControl
	case ActionEnd:
		return EndRoom
	case ActionBan, ActionUnban:
		return BanPermission
	case ActionLock, ActionUnlock:
		return LockRoom
	case ActionPin, ActionUnpin:
		return PinPermission
	case ActionHold, ActionUnhold:
		return HoldPermission
	case ActionSet:
		return Configure
	case ActionAnnounce:
		return AnnounceTo
	case ActionCoach, ActionUncoach:
		return CoachPermission
	case ActionDial:
		return DialPermission
	default:
		return ManageRoles
	}
}

// Inverse returns the action that takes a back, and whether there is one.
func Inverse(a Action) (Action, bool) {
	inverse := map[Action]Action{
		ActionMute: ActionUnmute, ActionBan: ActionUnban, ActionLock: ActionUnlock,
		ActionPin: ActionUnpin, ActionHold: ActionUnhold, ActionCoach: ActionUncoach,
		ActionGrant: ActionRevoke, ActionRevoke: ActionGrant,
		ActionUnban: ActionBan, ActionUnlock: ActionLock, ActionUnhold: ActionHold,
	}
	i, ok := inverse[a]
	return i, ok
}
