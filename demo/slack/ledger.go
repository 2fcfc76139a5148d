package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Ledger is what became of every envelope.
type Ledger struct {
	Deliveries []*Delivery
	// Stray counts acks of envelopes that were never sent on that connection.
	Stray int
	// Garbled counts frames of the bot that are no ack.
	Garbled int
}

// Delivery is one envelope on one connection.
type Delivery struct {
	Envelope string
	Type     string // slash_commands, interactive, events_api
	Kind     string // of interactive: block_actions, view_submission, ...
	Socket   int
	SentAt   time.Time
	Acks     []Ack

	socket  *Socket
	settled chan struct{} // closed by the first ack
}

// Ack is one ack of an envelope.
type Ack struct {
	At       time.Time
	Payload  json.RawMessage
	Bytes    int
	Late     bool // after AckWithin: the user has seen an error by then
	Oversize bool // 20 KB and more: Slack drops it without a word
}

// took returns how long the first ack took, and whether there was one that counts.
func (d *Delivery) took() (time.Duration, bool) {
	for _, a := range d.Acks {
		if !a.Oversize {
			return a.At.Sub(d.SentAt), true
		}
	}
	return 0, false
}

// acked enters a frame of the bot in the ledger.
func (s *Server) acked(c *Socket, frame []byte) {
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	if json.Unmarshal(frame, &ack) != nil || ack.EnvelopeID == "" {
		s.ledger.Garbled++
		return
	}
	d := s.delivery(ack.EnvelopeID)
	if d == nil || d.socket != c {
		s.ledger.Stray++
		return
	}
	now := s.Now()
	a := Ack{
		At: now, Payload: ack.Payload, Bytes: len(frame),
		Late: now.Sub(d.SentAt) > s.AckWithin, Oversize: len(frame) >= MaxAckBytes,
	}
	d.Acks = append(d.Acks, a)
	if !a.Oversize {
		select {
		case <-d.settled:
		default:
			close(d.settled)
		}
	}
}

// delivery finds an envelope, looking at the latest first; s.mu is held.
func (s *Server) delivery(id string) *Delivery {
	for _, d := range slices.Backward(s.ledger.Deliveries) {
		if d.Envelope == id {
			return d
		}
	}
	return nil
}

// Ledger returns what became of every envelope so far.
func (s *Server) Ledger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.ledger
	l.Deliveries = make([]*Delivery, len(s.ledger.Deliveries))
	for i, d := range s.ledger.Deliveries {
		copied := *d
		copied.Acks = slices.Clone(d.Acks)
		l.Deliveries[i] = &copied
	}
	return l
}

// Faults lists what a bot did wrong with its envelopes: no ack, a late one, two
// of them, one too large. An envelope whose connection was cut is not counted.
func (l Ledger) Faults() []string {
	var all []string
	for _, d := range l.Deliveries {
		name := fmt.Sprintf("%s %s%s on connection %d", d.Envelope, d.Type, d.Kind, d.Socket)
		switch took, ok := d.took(); {
		case !ok && len(d.Acks) > 0:
			all = append(all, fmt.Sprintf("%s: ack of %d bytes is too large", name, d.Acks[0].Bytes))
		case !ok && !closed(d.socket.gone):
			all = append(all, name+": no ack")
		case ok && d.Acks[0].Late:
			all = append(all, fmt.Sprintf("%s: ack after %s", name, took.Round(time.Millisecond)))
		}
		if len(d.Acks) > 1 {
			all = append(all, fmt.Sprintf("%s: %d acks", name, len(d.Acks)))
		}
	}
	if l.Stray > 0 {
		all = append(all, fmt.Sprintf("%d acks of envelopes that were not sent there", l.Stray))
	}
	if l.Garbled > 0 {
		all = append(all, fmt.Sprintf("%d frames that are no ack", l.Garbled))
	}
	return all
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Seen is a limit that the bot overstepped, and in what.
type Seen struct {
	Where string // a method, "ack" or "response_url"
	Violation
}

// Violations lists the limits of Block Kit that the bot overstepped so far.
func (s *Server) Violations() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// saw keeps violations; s.mu is held.
func (s *Server) saw(where string, all []Violation) {
	for _, v := range all {
		s.seen = append(s.seen, Seen{Where: where, Violation: v})
	}
}

// Calls returns how often a method was called, refused calls too.
// "response_url" counts the posts to response URLs.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}
