package moderation

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// RoomRef names a room the way people type it: provider:room.
type RoomRef struct {
	Provider string `json:"provider"`
	Name     string `json:"name"`
}

// String returns provider:room, the room alone where no provider is known.
func (r RoomRef) String() string {
	if r.Provider == "" {
		return r.Name
	}
	return r.Provider + ":" + r.Name
}

// Room is a live room (a meeting, a conference) as its provider last showed it.
type Room struct {
	Provider string `json:"provider"` // the configured name
	ID       string `json:"id"`       // what the provider's calls take
	Name     string `json:"name"`     // what people call it; may equal ID
	// Participants counts who is inside; negative where the provider does not say.
	Participants int       `json:"participants"`
	CreatedAt    time.Time `json:"created_at,omitzero"`
	Recording    bool      `json:"recording,omitempty"`
	Locked       bool      `json:"locked,omitempty"`
	// Metadata is the room's own, unread: on LiveKit a JSON string.
	Metadata string `json:"metadata,omitempty"`
}

// Ref returns the name under which people type the room.
func (r Room) Ref() RoomRef { return RoomRef{Provider: r.Provider, Name: r.Name} }

// AuthID returns the tenant that the room's metadata names, and whether it
// names one: metadata that is missing, no JSON object or without a string
// auth_id, spelled just so, belongs to no tenant.
func (r Room) AuthID() (string, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(r.Metadata), &fields) != nil {
		return "", false
	}
	var id *string
	if json.Unmarshal(fields["auth_id"], &id) != nil || id == nil {
		return "", false
	}
	return *id, true
}

// Media is what a participant can be stopped from sending.
type Media string

// The media of the slash commands.
const (
	Audio  Media = "audio"
	Video  Media = "video"
	Screen Media = "screen"
)

// Source says where a track comes from.
type Source string

// The sources of tracks. A provider that does not tell a camera from a screen
// reports Camera; a telephone call has a Microphone.
const (
	Microphone  Source = "microphone"
	Camera      Source = "camera"
	ScreenShare Source = "screen_share"
	ScreenAudio Source = "screen_share_audio"
)

// Media returns the media that a mute of this source belongs to.
func (s Source) Media() Media {
	switch s {
	case Camera:
		return Video
	case ScreenShare, ScreenAudio:
		return Screen
	default:
		return Audio
	}
}

// Track is one stream that a participant sends.
type Track struct {
	ID     string `json:"id"`
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// Kind says what sort of participant someone is.
type Kind string

// The kinds of participants. Only Person and Phone are reached by bulk actions.
const (
	Person   Kind = "person"
	Phone    Kind = "phone"    // a caller over the telephone or SIP
	Agent    Kind = "agent"    // a program that takes part
	Recorder Kind = "recorder" // egress: records or streams the room
	Ingress  Kind = "ingress"  // a stream brought in from outside
	Observer Kind = "observer" // roomwarden's own hidden participant
)

// Human reports whether bulk actions reach this kind.
func (k Kind) Human() bool { return k == Person || k == Phone || k == "" }

// Presence says how far a participant has come into the room.
type Presence string

// The presences, in the order in which a dialled call passes through them.
const (
	Queued     Presence = "queued"
	Connecting Presence = "connecting"
	Ringing    Presence = "ringing"
	Connected  Presence = "connected"
	Complete   Presence = "complete"
	FailedCall Presence = "failed"
)

// Participant is someone in a room as the provider last showed it.
type Participant struct {
	// Identity outlives the connection: what bans, mutes and audit records hold on to.
	Identity string `json:"identity"`
	// ID is this connection's: it changes when the person leaves and returns.
	ID   string `json:"id"`
	Name string `json:"name"` // display name; may be empty
	// Number is the telephone number in E.164 where the participant is a call.
	Number   string    `json:"number,omitempty"`
	Kind     Kind      `json:"kind"`
	Presence Presence  `json:"presence,omitempty"` // empty means connected
	JoinedAt time.Time `json:"joined_at,omitzero"`
	Tracks   []Track   `json:"tracks,omitempty"`
	// Blocked lists the media that the participant may not send at present.
	Blocked  []Media `json:"blocked,omitempty"`
	OnHold   bool    `json:"on_hold,omitempty"`
	Pinned   bool    `json:"pinned,omitempty"`
	Coaching string  `json:"coaching,omitempty"` // the ID of whom alone hears this one
	// Rights is what they may do in the driver's own form, for it alone to read.
	Rights []byte `json:"-"`
	// EndsRoom is set where the room ends for all when this participant leaves.
	EndsRoom   bool              `json:"ends_room,omitempty"`
	Metadata   string            `json:"metadata,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// DisplayName returns the name to show: the display name, else the identity.
func (p Participant) DisplayName() string { return cmp.Or(p.Name, p.Identity, p.ID) }

// Track returns the track of an ID, and whether the participant sends it.
func (p Participant) Track(id string) (Track, bool) {
	for _, t := range p.Tracks {
		if t.ID == id {
			return t, true
		}
	}
	return Track{}, false
}

// Sends reports whether the participant sends m, and whether all of it is muted.
func (p Participant) Sends(m Media) (sends, muted bool) {
	muted = true
	for _, t := range p.Tracks {
		if t.Source.Media() == m {
			sends = true
			muted = muted && t.Muted
		}
	}
	return sends, sends && muted
}

// IsBlocked reports whether the participant may not send m.
func (p Participant) IsBlocked(m Media) bool { return slices.Contains(p.Blocked, m) }
