package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/bot/socket"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// The kinds of envelopes that may act, as the inbox keeps them.
const (
	slashKind      = "slash_commands"
	pressKind      = "block_actions"
	submissionKind = "view_submission"
)

// job is one accepted envelope, read.
type job struct {
	kind  string
	key   string
	lane  string
	at    time.Time // when it was accepted
	press press     // of a slash command: Invocation and TriggerID alone
	fault error     // what cannot be right in a press; it is answered, nothing is done
	reply reply
	// replaces is set where the answer takes the place of the message that was pressed.
	replaces bool
	// working is set where the list that was pressed says that work goes on.
	working bool
	// keep is set where it must be durable before its ack.
	keep bool
	// ack is the answer in the ack; nil where it is bare.
	ack *socket.Ack
}

func (j job) acknowledgement() socket.Ack {
	if j.ack != nil {
		return *j.ack
	}
	return socket.Ack{}
}

// slashPayload is what we read of a slash command.
type slashPayload struct {
	Command     string `json:"command"`
	Text        string `json:"text"`
	UserID      string `json:"user_id"`
	ChannelID   string `json:"channel_id"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// read makes a job of an envelope's payload.
func (b *Bot) read(kind string, payload []byte, at time.Time) (j job, err error) {
	defer func() {
		if what := recover(); what != nil {
			b.metrics.panics.Inc()
			b.Log.Error("reading an envelope panicked", "kind", kind, "panic", what, "stack", string(debug.Stack()))
			err = moderation.Errorf(moderation.CodeInternal, "reading an envelope panicked")
		}
	}()
	switch kind {
	case slashKind:
		return b.readSlash(payload, at)
	case submissionKind:
		return b.readSubmitted(payload, at)
	case pressKind:
		return b.readPressed(payload, at)
	default:
		return job{}, moderation.Errorf(moderation.CodeInvalid, "an envelope of the kind %q", kind)
	}
}

func (b *Bot) readSlash(payload []byte, at time.Time) (job, error) {
	var p slashPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return job{}, moderation.Errorf(moderation.CodeInvalid, "read a slash command: %w", err)
	}
	if p.Command == "" || p.UserID == "" || p.TriggerID == "" {
		return job{}, moderation.Errorf(moderation.CodeInvalid, "a slash command without command, user or trigger")
	}
	name, text := splitCommand(p.Command, typedEntities.Replace(p.Text))
	j := job{
		kind: slashKind, key: "slash/" + p.TriggerID, at: at, keep: true,
		press: press{TriggerID: p.TriggerID, ChannelID: p.ChannelID, ResponseURL: p.ResponseURL, Invocation: commands.Invocation{
			Caller: commands.Caller{Actor: moderation.Actor{Kind: moderation.SlackUser, ID: p.UserID}, Channel: p.ChannelID},
			Source: commands.FromSlash, Command: name, Text: text,
		}},
		reply: reply{url: p.ResponseURL, user: p.UserID, at: at},
	}
	j.press.Invocation.Key = j.key
	j.lane = b.laneOf(j.press.Invocation, j.key)
	if !readable(name, text) {
		// It asks for nothing that could be done: the answer needs no call to anyone.
		j.keep = false
		m := b.renderer.answer(b.Service.Do(context.Background(), j.press.Invocation))
		j.ack = b.answerInAck(j, m)
	}
	return j, nil
}

// typedEntities are what Slack writes for three characters of what is typed. A
// room called "R&D" comes as "R&amp;D".
var typedEntities = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// answerInAck puts an answer into the ack; what the ack cannot take goes its
// usual way.
func (b *Bot) answerInAck(j job, m message) *socket.Ack {
	return &socket.Ack{
		Payload: responseMessage{ResponseType: "ephemeral", Text: m.Text, Blocks: m.Blocks},
		Then: func(err error) {
			if errors.Is(err, socket.ErrLeftOut) {
				b.aside(context.Background(), func(ctx context.Context) { b.deliver(ctx, &j.reply, m, false, 0) })
			}
		},
	}
}

// readable reports whether a command and its words can be read at all.
func readable(name, text string) bool {
	c, ok := commands.Lookup(name)
	if !ok {
		return false
	}
	_, err := c.Parse(text)
	return err == nil
}

// splitCommand finds the command's name: /room-kick X is kick, and so is /room kick X.
func splitCommand(command, text string) (name, rest string) {
	command = strings.TrimPrefix(command, "/")
	if name, ok := strings.CutPrefix(command, "room-"); ok {
		return name, text
	}
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		end = len(text)
	}
	return strings.ToLower(cmp.Or(strings.TrimPrefix(text[:end], "room-"), "help")), strings.TrimLeftFunc(text[end:], unicode.IsSpace)
}

func (b *Bot) readPressed(payload []byte, at time.Time) (job, error) {
	p, err := b.renderer.readPress(payload)
	if err != nil && p.Invocation.Caller.Actor.ID == "" {
		return job{}, err
	}
	j := b.pressJob(pressKind, p, at)
	j.fault = err
	j.replaces = p.ResponseURL != "" && p.Ephemeral
	switch {
	case err != nil, p.Dialog, p.Home, p.Board != "", p.Link && p.View != nil:
		j.keep = false // it has no effect that could be lost
	case p.Link:
		j.keep, j.ack = false, &socket.Ack{}
	}
	return j, nil
}

func (b *Bot) readSubmitted(payload []byte, at time.Time) (job, error) {
	p, err := b.renderer.readSubmission(payload)
	if err != nil && p.Invocation.Caller.Actor.ID == "" {
		return job{}, err
	}
	j := b.pressJob(submissionKind, p, at)
	switch {
	case err != nil:
		j.keep, j.ack = false, &socket.Ack{Payload: updateView(b.renderer.resultView(faultNotice(err), p))}
	case len(p.Faults) > 0:
		j.keep, j.ack = false, &socket.Ack{Payload: slack.NewErrorsViewSubmissionResponse(p.Faults)}
	default:
		j.ack = &socket.Ack{Payload: updateView(b.renderer.workingView(p))}
	}
	return j, nil
}

func (b *Bot) pressJob(kind string, p press, at time.Time) job {
	j := job{
		kind: kind, key: p.Invocation.Key, at: at, press: p, keep: true,
		reply: reply{url: p.ResponseURL, user: p.Invocation.Caller.Actor.ID, at: at},
	}
	j.lane = b.laneOf(p.Invocation, j.key)
	return j
}

// updateView is the ack of a submission that shows another view in its place.
func updateView(v slack.ModalViewRequest) *slack.ViewSubmissionResponse {
	return slack.NewUpdateViewSubmissionResponse(&v)
}

// laneOf names the lane of an invocation: its room's, so that what is done to a
// room is done in the order in which it was asked for. What is about no room
// waits for nothing.
func (b *Bot) laneOf(in commands.Invocation, key string) string {
	room := in.Args[commands.ArgRoom]
	if in.Args == nil {
		c := b.renderer.table[in.Command]
		if c != nil && len(c.Args) > 0 && c.Args[0].Name == commands.ArgRoom {
			room = firstWord(in.Text)
		}
	}
	switch {
	case room != "":
		return "room/" + b.rooms.name(room)
	case in.Command == "role":
		return "role"
	case in.Args[commands.ArgCase] != "":
		return "case/" + in.Args[commands.ArgCase]
	default:
		return "own/" + key
	}
}

// quotes are those that a command's words may stand in.
const quotes = "\"'“”„‘’"

// firstWord returns the first word of a command's text without its quotes. It
// need not be exact: it only says what must stay in order.
func firstWord(text string) string {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	end := strings.IndexFunc(text, unicode.IsSpace)
	if r, size := utf8.DecodeRuneInString(text); strings.ContainsRune(quotes, r) {
		text = text[size:]
		end = strings.IndexAny(text, quotes)
	}
	if end < 0 {
		return text
	}
	return text[:end]
}

// roomNames knows which of a room's words mean the same room: with and without
// its provider, by name and by id.
type roomNames struct {
	mu   sync.Mutex
	byID map[string]string
}

// name returns what the room of a word is called here.
func (r *roomNames) name(word string) string {
	if _, room, ok := strings.Cut(word, ":"); ok {
		word = room
	}
	word = strings.ToLower(word)
	r.mu.Lock()
	defer r.mu.Unlock()
	return cmp.Or(r.byID[word], word)
}

// learn remembers a room's name by its id.
func (r *roomNames) learn(id, name string) {
	if id == "" || name == "" || id == name {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil || len(r.byID) >= 10_000 {
		r.byID = make(map[string]string)
	}
	r.byID[strings.ToLower(id)] = strings.ToLower(name)
}
