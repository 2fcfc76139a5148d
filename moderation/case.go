package moderation

import (
	"slices"
	"time"
)

// Outcome is how far a case has come.
type Outcome string

// The outcomes.
const (
	Intended  Outcome = "intended"  // written down, the provider not yet heard from
	Succeeded Outcome = "succeeded" // the provider did it
	Partial   Outcome = "partial"   // done for some; Case.Unreached names the rest
	Failed    Outcome = "failed"    // not done
	Unknown   Outcome = "unknown"   // sent, no answer; a look at the room settles it
	Refused   Outcome = "refused"   // not allowed, or the provider cannot
)

// Open reports whether the case still waits for its outcome.
func (o Outcome) Open() bool { return o == Intended || o == Unknown }

// Case is one attempted action in its last state: what all its records add up to.
// It is a value; Apply makes the next state.
type Case struct {
	Number uint64 `json:"case"`
	Seq    uint64 `json:"seq"`  // of its last record
	Hash   string `json:"hash"` // of its last record

	Action  Action  `json:"action"`
	Outcome Outcome `json:"outcome"`
	Actor   string  `json:"actor"`

	Provider        string `json:"provider"`
	Room            string `json:"room"`
	RoomID          string `json:"room_id,omitempty"`
	Participant     string `json:"participant"`
	ParticipantID   string `json:"participant_id,omitempty"`
	ParticipantName string `json:"participant_name"`
	Reason          string `json:"reason"`

	At        time.Time `json:"at"`         // of the first record
	ChangedAt time.Time `json:"changed_at"` // of the last one

	Details
	// Awaits is set while the case waits for another person to approve it, until
	// AwaitsUntil at the latest.
	Awaits bool `json:"awaits,omitempty"`
	// Text is what came of it, in words, as the last record with words said it.
	Text string `json:"text,omitempty"`
	// Unreached lists whom a partial action did not reach, with why.
	Unreached []Unreached `json:"unreached,omitempty"`

	Notes      []Note `json:"notes,omitempty"`
	Review     *Note  `json:"review,omitempty"`
	UndoneBy   string `json:"undone_by,omitempty"`
	UndoneCase uint64 `json:"undone_case,omitempty"`
	Expired    bool   `json:"expired,omitempty"`
	Redacted   bool   `json:"redacted,omitempty"`
}

// Details are the facts of an attempt that hold no personal data.
type Details struct {
	// Key makes the attempt unique: the same key is the same attempt.
	Key        string            `json:"key,omitempty"`
	Source     string            `json:"source,omitempty"` // slash, button, dialog, api, cli, system
	Media      Media             `json:"media,omitempty"`
	Track      string            `json:"track,omitempty"` // the one track that a mute was of; empty: all of the media
	Until      time.Time         `json:"until,omitzero"`  // when it ends by itself
	Permanent  bool              `json:"permanent,omitempty"`
	Permission Permission        `json:"permission,omitempty"` // a refusal: the one that was missing
	Code       Code              `json:"code,omitempty"`       // of the failure or refusal
	Subject    string            `json:"subject,omitempty"`    // of grants: user, group or channel id
	Preset     string            `json:"preset,omitempty"`
	Scope      string            `json:"scope,omitempty"`
	AuthID     string            `json:"auth_id,omitempty"`
	Options    map[string]string `json:"options,omitempty"`
	// Inverts is the case that this one takes back.
	Inverts uint64 `json:"inverts,omitempty"`
	// AwaitsUntil is set where the attempt first waits for another person.
	AwaitsUntil time.Time `json:"awaits_until,omitzero"`
	// Begins is set from the record on with which a case that waited is carried out:
	// that one says until when it holds and what of.
	Begins bool `json:"begins,omitempty"`
	// Requested is set where it was asked for by someone without the permission.
	Requested bool `json:"requested,omitempty"`
	// ApprovedBy is who let a request or a second signature pass.
	ApprovedBy string `json:"approved_by,omitempty"`
	Verdict    string `json:"verdict,omitempty"` // of a review
	Reached    int    `json:"reached,omitempty"` // people whom a bulk action reached
}

// Unreached is someone whom a bulk action did not reach.
type Unreached struct {
	Identity string `json:"identity"`
	Name     string `json:"name"`
	Why      string `json:"why"`
}

// Note is a word that someone added to a case.
type Note struct {
	Actor   string    `json:"actor"`
	At      time.Time `json:"at"`
	Text    string    `json:"text,omitempty"`
	Verdict string    `json:"verdict,omitempty"`
}

// Ref returns the room of the case as people type it, or the zero RoomRef.
func (c Case) Ref() RoomRef { return RoomRef{Provider: c.Provider, Name: c.Room} }

// Apply returns the case as it stands after r. The first record of a case
// fills it; later ones move it.
func (c Case) Apply(r Record) Case {
	if c.Number == 0 {
		c = Case{
			Number: r.Case, Action: r.Action, Actor: r.Actor, Provider: r.Provider, Room: r.Room,
			RoomID: r.RoomID, Participant: r.Words.Participant, ParticipantID: r.Words.ParticipantID,
			ParticipantName: r.Words.ParticipantName, Reason: r.Words.Reason, At: r.At, Details: r.Details,
		}
	}
	c.Seq, c.Hash, c.ChangedAt = r.Seq, r.Hash, r.At
	switch r.Kind {
	case RecordIntended, RecordSucceeded, RecordPartial, RecordFailed, RecordUnknown, RecordRefused:
		c.Outcome = Outcome(r.Kind)
		c.Awaits = c.Outcome == Intended && !r.Details.AwaitsUntil.IsZero()
		if w := r.Words; w.Participant != "" {
			// An attempt that waited, or called someone in, knows them better by now.
			c.Participant, c.ParticipantID, c.ParticipantName = w.Participant, w.ParticipantID, w.ParticipantName
		}
		if c.RoomID == "" { // it was requested by someone who may not see the room
			c.Provider, c.Room, c.RoomID = r.Provider, r.Room, r.RoomID
		}
		c.Text, c.Unreached = r.Words.Text, slices.Clone(r.Words.Unreached)
		c.Code, c.Permission = r.Details.Code, r.Details.Permission
		if r.Details.Reached > 0 {
			c.Reached = r.Details.Reached
		}
		if r.Details.ApprovedBy != "" {
			c.ApprovedBy = r.Details.ApprovedBy
		}
		if d := r.Details; d.Begins {
			c.Begins, c.Media, c.Track, c.Until, c.Permanent, c.Options = true, d.Media, d.Track, d.Until, d.Permanent, d.Options
		}
	case RecordNoted:
		c.Notes = append(slices.Clone(c.Notes), Note{Actor: r.Actor, At: r.At, Text: r.Words.Text})
	case RecordReviewed:
		c.Review = &Note{Actor: r.Actor, At: r.At, Text: r.Words.Text, Verdict: r.Details.Verdict}
	case RecordUndone:
		c.UndoneBy, c.UndoneCase = r.Actor, r.Details.Inverts
	case RecordExpired:
		c.Expired = true
	case RecordRedacted:
		c.Redacted = true
		c.Participant, c.ParticipantID, c.ParticipantName, c.Reason, c.Text = "", "", "", "", ""
		c.Unreached = nil
		c.Notes = slices.Clone(c.Notes)
		for i := range c.Notes {
			c.Notes[i].Text = ""
		}
		if c.Review != nil {
			review := *c.Review
			review.Text = ""
			c.Review = &review
		}
	}
	return c
}
