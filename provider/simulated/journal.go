package simulated

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// What the journal holds besides actions.
const (
	joinEntry   = "join"  // someone came by themselves
	leaveEntry  = "leave" // or left
	reopenEntry = "reopen"
)

// entry is one line of the journal: an action that had its effect, or one of the above.
type entry struct {
	At          time.Time         `json:"at"`
	Act         string            `json:"act"`
	Room        string            `json:"room"`
	Participant string            `json:"participant,omitempty"` // identity
	Connection  string            `json:"connection,omitempty"`
	Name        string            `json:"name,omitempty"`
	Listener    string            `json:"listener,omitempty"` // connection
	Media       moderation.Media  `json:"media,omitempty"`
	Except      []string          `json:"except,omitempty"`
	AllowUnmute bool              `json:"allow_unmute,omitempty"`
	Text        string            `json:"text,omitempty"`
	URL         string            `json:"url,omitempty"`
	Number      string            `json:"number,omitempty"`
	Label       string            `json:"label,omitempty"`
	Options     map[string]string `json:"options,omitempty"`
	Restore     json.RawMessage   `json:"restore,omitempty"`
}

// openJournal replays a journal that is there and appends to it from then on.
func (d *Driver) openJournal(path string) error {
	if err := d.replay(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("journal %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	d.journal = f
	return nil
}

func (d *Driver) replay(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return err
		}
		if err := d.again(e); err != nil {
			return err
		}
	}
	return lines.Err()
}

// again does what an entry says; the file is not open for writing yet.
func (d *Driver) again(e entry) error {
	if e.Act == reopenEntry {
		d.reopen(e.Room, e.At)
		return nil
	}
	r := d.room(e.Room)
	if r == nil {
		return nil
	}
	switch e.Act {
	case joinEntry:
		d.admit(r, e.Participant, e.Name, e.At)
		return nil
	case leaveEntry:
		if p := r.byIdentity(e.Participant); p != nil && p.in {
			d.depart(r, p, e.At)
		}
		return nil
	}
	_, err := d.apply(provider.Order{
		Action: moderation.Action(e.Act), Room: r.Room,
		Participant: moderation.Participant{Identity: e.Participant, ID: e.Connection},
		Listener:    moderation.Participant{ID: e.Listener},
		Media:       e.Media, Except: e.Except, AllowUnmute: e.AllowUnmute, Text: e.Text, URL: e.URL,
		Number: e.Number, Label: e.Label, Options: e.Options, Restore: e.Restore,
	}, e.At)
	return err
}

// record writes an order that had its effect.
func (d *Driver) record(o provider.Order, at time.Time) error {
	return d.keep(entry{
		At: at, Act: string(o.Action), Room: o.Room.Name, Participant: o.Participant.Identity,
		Connection: o.Participant.ID, Listener: o.Listener.ID, Media: o.Media, Except: o.Except,
		AllowUnmute: o.AllowUnmute, Text: o.Text, URL: o.URL, Number: o.Number, Label: o.Label,
		Options: o.Options, Restore: o.Restore,
	})
}

// keep appends an entry to the journal, where there is one. Once a line could
// not be written, every later order ends with that error.
func (d *Driver) keep(e entry) error {
	if d.journal == nil || d.broken != nil {
		return d.broken
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = d.journal.Write(append(line, '\n'))
	}
	if err != nil {
		d.broken = moderation.Errorf(moderation.CodeOutcomeUnknown, "journal: %w", err)
	}
	return d.broken
}
