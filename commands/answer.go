package commands

import (
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Answer is what Service.Do comes to; one of the types below. Names in it are
// as people and providers wrote them: whoever shows an answer escapes them.
type Answer interface{ answer() }

// Tone says how an answer is meant.
type Tone string

// The tones.
const (
	Done    Tone = "done"
	Info    Tone = "info"
	Refusal Tone = "refused"
	Failure Tone = "failed"
	Waiting Tone = "waiting" // not known yet
)

// Notice is one or more sentences. Case is the case behind it, zero for none.
type Notice struct {
	Tone Tone
	Code moderation.Code // of failures and refusals
	Says []moderation.Sentence
	Case uint64
}

// CaseAnswer is the outcome of an action. Says is the story in sentences, the
// first the main one; Offers what the caller may do next (undo, note).
type CaseAnswer struct {
	Tone   Tone
	Says   []moderation.Sentence
	Case   moderation.Case
	Offers []Offer
}

// Offer is something the reader may ask for next: a button.
type Offer struct {
	Command string // the command that the press invokes
	Args    Args
	Label   moderation.Sentence // what the button says
	Danger  bool
	// Ask is the question before it acts; zero: none is asked.
	Ask moderation.Sentence
	// Dialog is set where the press opens a dialog for missing words.
	Dialog bool
}

// ProviderState is one provider's line above a list of rooms.
type ProviderState struct {
	Name string
	Type string
	Down bool
	Code moderation.Code
}

// RoomRow is one room of a list, as far as the caller may see it.
type RoomRow struct {
	Room    moderation.Room
	People  []moderation.Participant // the first few who are in
	Present int                      // how many people are in; negative: not known
	Offers  []Offer
}

// RoomsPage is a page of rooms.
type RoomsPage struct {
	Providers []ProviderState
	Rooms     []RoomRow
	AsOf      time.Time
	Search    string
	Cursor    string // of this page; empty on the first
	Next      string // empty on the last page
	Previous  bool   // not the first page
	Back      string // cursor of the page before; empty is the first
	Says      []moderation.Sentence
}

// PersonRow is one person of a room with what the reader may do to them.
type PersonRow struct {
	Participant moderation.Participant
	// Shown is the number or name as it may be shown, masked where configured.
	Shown  string
	Offers []Offer // the two likeliest first
	// Metadata is theirs as far as the reader may see it, cut.
	Metadata string
	// Last is the latest case about this person, if it is recent.
	Last *CaseBrief
}

// CaseBrief says who did what when, for a row.
type CaseBrief struct {
	Case    uint64
	Action  moderation.Action
	Outcome moderation.Outcome
	Actor   string
	At      time.Time
	Media   moderation.Media
}

// RoomPage is a room and a page of the people in it.
type RoomPage struct {
	Room moderation.Room
	// Metadata is the room's as far as the reader may see it, cut.
	Metadata string
	People   []PersonRow
	// Gone lists who was put out a moment ago, with who did it.
	Gone   []GoneRow
	Offers []Offer // for the room: mute all, lock, end, refresh
	Total  int     // negative: not known
	AsOf   time.Time
	Search string
	Cursor string // of this page; empty on the first
	Back   string // of the page before; empty is the first
	Next   string
	Says   []moderation.Sentence
}

// GoneRow is someone who was in the room.
type GoneRow struct {
	Name string
	Case CaseBrief
}

// CasePage is a page of cases, newest first.
type CasePage struct {
	Cases []moderation.Case
	Args  Args // the filters, for the button that asks for the next page
	Next  uint64
}

// CaseHistory is one case with its records.
type CaseHistory struct {
	Case    moderation.Case
	Records []moderation.Record
	Offers  []Offer
}

// MeasurePage lists what stands: who is banned where, and until when.
type MeasurePage struct {
	Room string // as asked for; empty: all
	Rows []MeasureRow
}

// MeasureRow is one standing measure with what the reader may do about it.
type MeasureRow struct {
	Measure Measure
	Offers  []Offer
}

// Candidates asks which of several was meant. Choosing one invokes Command
// with Args and Arg set to the option's value.
type Candidates struct {
	Says    moderation.Sentence
	Command string
	Args    Args
	Arg     string
	Options []Candidate
}

// Candidate is one choice. Hint is what tells it from the others.
type Candidate struct {
	Value string
	Label string
	Hint  moderation.Sentence
}

// Missing says that required words are missing: bot opens a dialog with Args
// filled in; other doors say which words. Faults name what is wrong by argument.
type Missing struct {
	Command string
	Args    Args
	Missing []string
	Faults  map[string]moderation.Sentence
}

// Confirm asks before it acts. Yes invokes Command with Args, confirmed.
type Confirm struct {
	Says    []moderation.Sentence
	Command string
	Args    Args
	Label   moderation.Sentence // of the button that says yes
	Danger  bool
}

// GrantPage lists grants and presets.
type GrantPage struct {
	Grants  []moderation.Grant
	Presets []moderation.Preset
	Owners  []string
}

// Explanation says why someone may or may not do something.
type Explanation struct {
	Allowed bool
	Says    []moderation.Sentence
}

// HelpPage lists what the caller may do; one command has its whole text.
type HelpPage struct {
	Commands []CommandHelp
	One      bool
}

// CommandHelp is one command for its reader.
type CommandHelp struct {
	Usage    string // /room-kick ROOM PERSON [reason]
	Summary  moderation.Sentence
	Examples []string
	Needs    moderation.Permission
	Notes    []moderation.Sentence
}

func (Notice) answer()      {}
func (CaseAnswer) answer()  {}
func (RoomsPage) answer()   {}
func (RoomPage) answer()    {}
func (CasePage) answer()    {}
func (CaseHistory) answer() {}
func (MeasurePage) answer() {}
func (Candidates) answer()  {}
func (Missing) answer()     {}
func (Confirm) answer()     {}
func (GrantPage) answer()   {}
func (Explanation) answer() {}
func (HelpPage) answer()    {}
