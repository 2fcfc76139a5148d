package livekit

import (
	"cmp"
	"maps"
	"slices"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
)

// Attributes that roomwarden sets on participants, for apps to follow, and
// those that LiveKit's SIP service sets on callers:
// https://docs.livekit.io/sip/sip-participant/.
const (
	attrPinned   = "roomwarden.pinned"
	attrCoaching = "roomwarden.coaching" // the identity of whom alone hears this one
	attrNumber   = "sip.phoneNumber"
	attrCall     = "sip.callStatus"
)

// participants makes ours of LiveKit's.
func participants(all []*lk.ParticipantInfo) []moderation.Participant {
	sids := make(map[string]string, len(all))
	for _, p := range all {
		sids[p.GetIdentity()] = p.GetSid()
	}
	made := make([]moderation.Participant, 0, len(all))
	for _, info := range all {
		p := participant(info)
		if listener := info.GetAttributes()[attrCoaching]; listener != "" {
			p.Coaching = cmp.Or(sids[listener], listener) // a whisper outlasts who hears it
		}
		made = append(made, p)
	}
	return made
}

func participant(info *lk.ParticipantInfo) moderation.Participant {
	p := moderation.Participant{
		Identity: info.GetIdentity(), ID: info.GetSid(), Name: info.GetName(), Kind: kind(info.GetKind()),
		Presence: presence(info), JoinedAt: unix(info.GetJoinedAtMs(), info.GetJoinedAt()),
		Number: info.GetAttributes()[attrNumber], OnHold: onHold(info.GetPermission()),
		Pinned: info.GetAttributes()[attrPinned] == "true", Metadata: info.GetMetadata(),
		Attributes: maps.Clone(info.GetAttributes()), Rights: rights(info.GetPermission()),
	}
	for _, t := range info.GetTracks() {
		if s, ok := source(t); ok {
			p.Tracks = append(p.Tracks, moderation.Track{ID: t.GetSid(), Source: s, Muted: t.GetMuted()})
		}
	}
	for _, m := range []moderation.Media{moderation.Audio, moderation.Video, moderation.Screen} {
		if !mayPublish(info.GetPermission(), m) {
			p.Blocked = append(p.Blocked, m)
		}
	}
	return p
}

func kind(k lk.ParticipantInfo_Kind) moderation.Kind {
	switch k {
	case lk.ParticipantInfo_SIP, lk.ParticipantInfo_CONNECTOR:
		return moderation.Phone
	case lk.ParticipantInfo_AGENT:
		return moderation.Agent
	case lk.ParticipantInfo_EGRESS:
		return moderation.Recorder
	case lk.ParticipantInfo_INGRESS, lk.ParticipantInfo_BRIDGE:
		return moderation.Ingress
	default:
		return moderation.Person
	}
}

func presence(info *lk.ParticipantInfo) moderation.Presence {
	switch info.GetAttributes()[attrCall] {
	case "dialing":
		return moderation.Connecting
	case "ringing":
		return moderation.Ringing
	case "hangup":
		return moderation.Complete
	}
	if !active(info) {
		return moderation.Connecting
	}
	return moderation.Connected
}

// active reports whether someone's media connection stands. Until then nothing
// can be said of what they subscribe to.
func active(info *lk.ParticipantInfo) bool { return info.GetState() == lk.ParticipantInfo_ACTIVE }

// source returns where a track comes from; data tracks are none of ours.
func source(t *lk.TrackInfo) (moderation.Source, bool) {
	switch t.GetSource() {
	case lk.TrackSource_MICROPHONE:
		return moderation.Microphone, true
	case lk.TrackSource_CAMERA:
		return moderation.Camera, true
	case lk.TrackSource_SCREEN_SHARE:
		return moderation.ScreenShare, true
	case lk.TrackSource_SCREEN_SHARE_AUDIO:
		return moderation.ScreenAudio, true
	}
	switch t.GetType() {
	case lk.TrackType_AUDIO:
		return moderation.Microphone, true
	case lk.TrackType_VIDEO:
		return moderation.Camera, true
	default:
		return "", false
	}
}

// tracks returns the SIDs of what the participant sends of a medium, those
// that are muted or those that are not.
func tracks(info *lk.ParticipantInfo, m moderation.Media, muted bool) []string {
	var sids []string
	for _, t := range info.GetTracks() {
		if s, ok := source(t); ok && s.Media() == m && t.GetMuted() == muted {
			sids = append(sids, t.GetSid())
		}
	}
	return sids
}

// allSIDs returns the SIDs of everything that the participant sends.
func allSIDs(info *lk.ParticipantInfo) []string {
	sids := make([]string, 0, len(info.GetTracks()))
	for _, t := range info.GetTracks() {
		sids = append(sids, t.GetSid())
	}
	return slices.DeleteFunc(sids, func(s string) bool { return s == "" })
}
