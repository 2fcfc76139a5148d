package moderation

import (
	"net/url"
	"slices"
	"time"
)

// Preset is a named set of permissions.
type Preset struct {
	Name        string       `json:"name"`
	Permissions []Permission `json:"permissions"`
	// MaxBan bounds the bans that the preset allows; zero means no bound.
	MaxBan time.Duration `json:"max_ban,omitempty"`
	// Rank orders the built-in presets, owner highest; an own preset has rank
	// zero, and Power and Weight say where it stands.
	Rank int `json:"rank,omitempty"`
}

// Has reports whether the preset has the permission.
func (p Preset) Has(want Permission) bool { return slices.Contains(p.Permissions, want) }

// The names of the built-in presets.
const (
	Viewer     = "viewer"
	Moderator  = "moderator"
	Supervisor = "supervisor"
	Admin      = "admin"
	Owner      = "owner"
)

// BuiltIn returns the built-in presets from the lowest to the highest.
func BuiltIn() []Preset {
	viewer := []Permission{ListRooms, WatchRoom}
	moderator := append(slices.Clone(viewer), KickPermission, AudioControl, VideoControl, PinPermission,
		HoldPermission, AnnounceTo, LockRoom, BanPermission, WriteNote)
	supervisor := append(slices.Clone(moderator), CoachPermission, Configure, DialPermission, EndRoom, ReadAudit)
	return []Preset{
		{Name: Viewer, Permissions: viewer, Rank: 1},
		{Name: Moderator, Permissions: moderator, MaxBan: 24 * time.Hour, Rank: 2},
		{Name: Supervisor, Permissions: supervisor, Rank: 3},
		{Name: Admin, Permissions: Permissions(), Rank: adminRank},
		{Name: Owner, Permissions: Permissions(), Rank: ownerRank},
	}
}

// SubjectKind says whom a grant is for.
type SubjectKind string

// The kinds of subjects. A token is named in the configuration, not granted to.
const (
	UserSubject    SubjectKind = "user"
	GroupSubject   SubjectKind = "group"
	ChannelSubject SubjectKind = "channel"
	TokenSubject   SubjectKind = "token"
)

// Subject is whom a grant is for: a user, a user group's or a channel's members.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   string      `json:"id"`
}

// String returns the subject's bare id.
func (s Subject) String() string { return s.ID }

// Grant gives a preset to a subject in a scope.
type Grant struct {
	Subject   Subject   `json:"subject"`
	Preset    string    `json:"preset"`
	Scope     string    `json:"scope"` // *, provider:*, provider:glob
	AuthID    string    `json:"auth_id,omitempty"`
	Until     time.Time `json:"until,omitzero"` // zero means until revoked
	GrantedBy string    `json:"granted_by"`     // as Actor.String
	GrantedAt time.Time `json:"granted_at"`
	Reason    string    `json:"reason,omitempty"`
	Case      uint64    `json:"case,omitempty"`
}

// Key tells grants apart: the same subject, preset, scope and tenant is the same grant.
func (g Grant) Key() string {
	key := string(g.Subject.Kind)
	for _, part := range []string{g.Subject.ID, g.Preset, g.Scope, g.AuthID} {
		key += "/" + url.PathEscape(part)
	}
	return key
}

// Live reports whether the grant holds at now.
func (g Grant) Live(now time.Time) bool { return g.Until.IsZero() || now.Before(g.Until) }
