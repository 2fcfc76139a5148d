package bot

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// origin is where a dialog was opened from: its result changes what stands there.
type origin struct {
	Channel     string        `json:"channel,omitempty"`
	ResponseURL string        `json:"response_url,omitempty"`
	List        commands.Args `json:"list,omitempty"` // of the list in which the button stands
	Listed      bool          `json:"listed,omitempty"`
	// Shown says by argument how words that are ids are shown.
	Shown commands.Args `json:"shown,omitempty"`
}

// originOf returns the origin of a dialog that a press opens.
func originOf(p press) origin {
	o := origin{Channel: p.ChannelID, ResponseURL: p.ResponseURL, Shown: p.Shown}
	if p.List != nil {
		o.List, o.Listed = p.List.Args, true
	}
	return o
}

// dialogState is a dialog's private_metadata: what its fields do not hold.
type dialogState struct {
	Version int           `json:"v"`
	Command string        `json:"command"`
	Args    commands.Args `json:"args,omitempty"`
	// Room is the room in the dialog's field when it was drawn: the people
	// offered are of it.
	Room   string `json:"room,omitempty"`
	Origin origin `json:"origin,omitzero"`
}

const dialogVersion = 1

// encode writes the state in at most metadataLength bytes, without what is good
// to have where it must.
func (s dialogState) encode() string {
	s.Version = dialogVersion
	for _, drop := range []func(){
		func() {},
		func() { s.Origin.Shown = nil },
		func() { s.Origin.ResponseURL = "" },
		func() { s.Origin.List, s.Origin.Listed = nil, false },
		func() {
			for name, value := range s.Args {
				if len(value) > 200 {
					delete(s.Args, name)
				}
			}
		},
		func() { s.Args, s.Room = nil, "" },
	} {
		drop()
		if text, err := json.Marshal(s); err == nil && len(text) < metadataLength {
			return string(text)
		}
	}
	return ""
}

// decodeDialogState reads what encode wrote.
func decodeDialogState(text string) (dialogState, error) {
	var s dialogState
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.Version != dialogVersion || s.Command == "" {
		return dialogState{}, errStale
	}
	if s.Args == nil {
		s.Args = make(commands.Args)
	}
	return s, nil
}

// dialog draws the dialog that asks for a command's words. What is known is
// filled in; what a button has settled (the case, the person beside it) is not
// asked again.
func (r *renderer) dialog(m commands.Missing, from origin) slack.ModalViewRequest {
	p := newPage(viewBlocks)
	state := dialogState{Command: m.Command, Args: make(commands.Args), Room: m.Args[commands.ArgRoom], Origin: from}
	c := r.table[m.Command]
	if c == nil {
		c = &commands.Command{Name: m.Command}
	}
	if !c.Summary.IsZero() {
		p.section(r.words.Say(mrkdwn{}, c.Summary), nil)
	}
	if number := m.Args[commands.ArgCase]; number != "" {
		p.section(r.say("bot.case.number", "Case", number), nil)
	}
	asked := make(map[string]bool)
	for _, a := range wordsOf(c, m.Args) {
		have := m.Args[a.Name]
		if a.Name == commands.ArgCursor || a.Name == commands.ArgCase && have != "" && m.Faults[a.Name].IsZero() {
			continue
		}
		asked[a.Name] = true
		if a.Name == commands.ArgTell && !r.canTell(m.Args[commands.ArgRoom]) {
			continue
		}
		if fault := m.Faults[a.Name]; !fault.IsZero() {
			p.section(r.toned(commands.Failure, r.words.Say(mrkdwn{}, fault)), nil)
		}
		a.Required = a.Required || slices.Contains(m.Missing, a.Name)
		r.fields(p, m.Command, a, have, from.Shown[a.Name])
	}
	for name, value := range m.Args {
		if !asked[name] && value != "" && name != commands.ArgCursor {
			state.Args[name] = value
		}
	}
	title := r.title(m.Command, m.Args)
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainCut(title, titleRunes), Blocks: slack.Blocks{BlockSet: p.blocks},
		Submit: plainCut(title, titleRunes), Close: plainCut(r.plain("label.cancel"), titleRunes),
		PrivateMetadata: state.encode(), CallbackID: words.Cut("dialog:"+m.Command, idLength),
	}
}

// canTell reports whether the people of the room in a dialog can be told
// something; not before a room is chosen.
func (r *renderer) canTell(room string) bool {
	return room != "" && r.guide != nil && r.guide.CanTell(room)
}

// roleWords are the words of each verb of the role command.
var roleWords = map[string][]string{
	"list":    {commands.ArgSubject},
	"grant":   {commands.ArgSubject, commands.ArgPreset, commands.ArgScope, commands.ArgFor, commands.ArgAuthID, commands.ArgReason},
	"revoke":  {commands.ArgSubject, commands.ArgPreset, commands.ArgScope, commands.ArgAuthID, commands.ArgReason},
	"define":  {commands.ArgPreset, commands.ArgText},
	"delete":  {commands.ArgPreset},
	"explain": {commands.ArgSubject, commands.ArgAction, commands.ArgRoom},
	"unbrake": {commands.ArgSubject},
}

// wordsOf returns the words that a dialog asks for: those of the command, of a
// verb where that is known, and of a list what to search for.
func wordsOf(c *commands.Command, have commands.Args) []commands.Arg {
	if c.Name == "list" {
		return append(slices.Clone(c.Args), commands.Arg{Name: commands.ArgSearch})
	}
	names, known := roleWords[have[commands.ArgVerb]]
	if c.Name != "role" || !known {
		return c.Args
	}
	var asked []commands.Arg
	for _, name := range names {
		if a, ok := c.Arg(name); ok {
			asked = append(asked, a)
		}
	}
	return asked
}

// readField reads a choice in a field that tells the dialog: the room, after
// which the dialog offers the people of that room.
func (r *renderer) readField(p press, d delivery, a blockAction) (press, error) {
	p.Link = true
	if a.BlockID != fieldPrefix+commands.ArgRoom {
		return p, nil
	}
	state, err := decodeDialogState(d.View.PrivateMetadata)
	if err != nil {
		return p, err
	}
	args := state.Args
	_ = r.readFields(state.Command, d.View.State.Values, args) // faults wait for the submission
	args[commands.ArgRoom] = a.text()
	from := state.Origin
	from.Shown = commands.Args{commands.ArgRoom: a.shown()}
	view := r.dialog(commands.Missing{Command: state.Command, Args: args}, from)
	p.View = &view
	return p, nil
}

// readSubmission reads a view_submission payload.
func (r *renderer) readSubmission(payload []byte) (press, error) {
	d, err := readDelivery(payload)
	if err != nil {
		return press{}, err
	}
	p := d.base(commands.FromDialog)
	if d.View == nil {
		return p, errStale
	}
	p.Invocation.Key = "dialog/" + d.View.ID + "/" + d.View.Hash
	state, err := decodeDialogState(d.View.PrivateMetadata)
	if err != nil {
		return p, err
	}
	args := state.Args
	p.Faults = r.readFields(state.Command, d.View.State.Values, args)
	p.take(wish{Command: state.Command, Args: args, Shown: d.View.State.shown(state.Origin.Shown)})
	p.ChannelID = state.Origin.Channel
	p.Invocation.Caller.Channel = state.Origin.Channel
	p.ResponseURL = state.Origin.ResponseURL
	if state.Origin.Listed {
		p.List = &commands.Invocation{Caller: p.Invocation.Caller, Source: commands.FromButton, Command: "list", Args: state.Origin.List}
	}
	return p, nil
}

// shown says of the words that were chosen how they were shown, for a dialog
// that asks again; before is what was known of that.
func (s stateValues) shown(before commands.Args) commands.Args {
	all := make(commands.Args)
	maps.Copy(all, before)
	for _, name := range []string{commands.ArgRoom, commands.ArgPerson, commands.ArgCoach} {
		if chosen := s.Values[fieldPrefix+name][name]; chosen.text() != "" {
			all[name] = chosen.shown()
		}
	}
	return all
}

// workingView is what a dialog shows between its submission and its result.
func (r *renderer) workingView(p press) slack.ModalViewRequest {
	page := newPage(viewBlocks)
	page.section(r.toned(commands.Waiting, r.say("bot.working")), nil)
	return r.view(r.title(p.Invocation.Command, p.Invocation.Args), page)
}

// resultView shows an answer in the dialog that asked for it. Words that were
// missing or wrong are asked for again.
func (r *renderer) resultView(a commands.Answer, p press) slack.ModalViewRequest {
	if m, ok := a.(commands.Missing); ok {
		return r.dialog(withoutGaps(m), originOf(p))
	}
	m := r.answer(a)
	page := newPage(viewBlocks)
	page.blocks = m.Blocks
	return r.view(r.title(p.Invocation.Command, p.Invocation.Args), page)
}

// withoutGaps says at each word that was left out that it is needed.
func withoutGaps(m commands.Missing) commands.Missing {
	faults := make(map[string]moderation.Sentence)
	for _, name := range m.Missing {
		faults[name] = moderation.Say("bot.fault.required")
	}
	maps.Copy(faults, m.Faults)
	m.Faults = faults
	return m
}

// title is what stands above a command's dialog and on its button.
func (r *renderer) title(command string, args commands.Args) string {
	if key := "bot.title." + command; r.words.Has(key) {
		return r.plain(key)
	}
	return strings.TrimSuffix(r.label(commands.Offer{Command: command, Args: args}), "…")
}

// view makes a dialog without a question.
func (r *renderer) view(title string, p *page) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainCut(title, titleRunes),
		Blocks: slack.Blocks{BlockSet: p.blocks}, Close: plainCut(r.plain("label.close"), titleRunes),
	}
}

// offerDialog returns the dialog that a press opens.
func (r *renderer) offerDialog(p press) slack.ModalViewRequest {
	return r.dialog(commands.Missing{Command: p.Invocation.Command, Args: p.Invocation.Args}, originOf(p))
}
