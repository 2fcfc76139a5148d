// Package store is the contract of roomwarden's memory: envelopes that were
// accepted, cases and the audit records behind them, messages that wait to be
// posted, and documents (grants, measures, boards). storetest is the suite that
// every implementation passes.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// ErrClosed is returned by every method after Close.
var ErrClosed = errors.New("the store is closed")

// Store is a durable, transactional memory. It is safe for concurrent use.
type Store interface {
	// View runs f over a consistent state. f must not keep tx.
	View(ctx context.Context, f func(tx Tx) error) error
	// Update runs f and makes what it wrote durable before it returns nil. Many
	// updates may share one sync of the disk. f may run more than once: it does
	// no I/O, starts nothing, and sets results afresh each time. An error of f
	// is returned as it is and nothing of f is kept. A deadline that passes
	// before the update is durable returns the context's error; it may still
	// become durable.
	Update(ctx context.Context, f func(tx Tx) error) error
	// Close waits for running transactions.
	Close() error
}

// Tx is the state inside a transaction, for the goroutine of its function alone.
// In a View its writes are errors. A limit below one selects nothing, except in
// CaseQuery.
type Tx interface {
	Inbox
	Cases
	Outbox
	Documents
}

// Inbox keeps envelopes from before their ack until their work is done, and
// their keys for a while longer, so that a redelivery is known.
type Inbox interface {
	// AcceptEnvelope writes the envelope and reports whether its key is new; one
	// that is known is left as it was.
	AcceptEnvelope(e Envelope) (fresh bool, err error)
	// FinishEnvelope marks the work of a key done and drops its payload; done
	// again it changes nothing. ErrNotFound for a key that was never accepted.
	FinishEnvelope(key string) error
	// PendingEnvelopes returns the envelopes that are not finished, oldest first.
	PendingEnvelopes(limit int) ([]Envelope, error)
	// PruneEnvelopes forgets finished keys that were accepted before t, at most
	// limit of them, and returns how many it forgot.
	PruneEnvelopes(before time.Time, limit int) (int, error)
}

// Envelope is one accepted delivery.
type Envelope struct {
	Key        string    `json:"key"`
	Type       string    `json:"type"` // slash_commands, interactive, events_api
	Payload    []byte    `json:"payload"`
	AcceptedAt time.Time `json:"accepted_at"`
}

// Cases keeps the audit record.
type Cases interface {
	// AppendRecord gives r its sequence number, its case number where r.Case is
	// zero, its salt and its place in the chain, and returns it with the case
	// as it then stands. A first record whose Details.Key is known returns that
	// case and ErrKnownKey. ErrNotFound where r.Case does not exist.
	AppendRecord(r moderation.Record) (moderation.Record, moderation.Case, error)
	// Case returns one case; ErrNotFound.
	Case(number uint64) (moderation.Case, error)
	// CaseByKey returns the case that Details.Key made; ErrNotFound.
	CaseByKey(key string) (moderation.Case, error)
	// Cases returns matching cases, newest first.
	Cases(q CaseQuery) ([]moderation.Case, error)
	// OpenCases returns the cases that wait for an outcome, oldest first.
	OpenCases(limit int) ([]moderation.Case, error)
	// Records returns a case's records in order; ErrNotFound where there is no such case.
	Records(caseNumber uint64) ([]moderation.Record, error)
	// RecordsFrom returns at most limit records from sequence number seq on.
	RecordsFrom(seq uint64, limit int) ([]moderation.Record, error)
	// RedactCase removes the words of all records of a case, leaves their
	// digests, and appends r, which says so.
	RedactCase(r moderation.Record) (moderation.Record, moderation.Case, error)
}

// CaseQuery selects cases; zero fields select all.
type CaseQuery struct {
	Before      uint64 // case numbers under this one; for the next page
	Limit       int    // zero means 100
	Provider    string
	Room        string // name or id
	Actor       string
	Participant string // identity or name
	Action      moderation.Action
	Outcome     moderation.Outcome
	Since       time.Time // cases that began then or later
	Until       time.Time // cases that began before
	Unreviewed  bool
}

// Errors of Cases.
var (
	ErrNotFound = errors.New("not in the store")
	ErrKnownKey = errors.New("the key is known")
	// ErrUnreadable is for a case or record that is there and is not as it was written.
	ErrUnreadable = errors.New("it cannot be read")
)

// Outbox keeps what must be said in channels until Slack has taken it. There is
// one post for each case and channel; queueing it again only raises Want, so
// that waiting changes merge.
type Outbox interface {
	// QueuePost asks that the case's message in the channel shows record seq. A
	// Slack user's id stands for their direct messages.
	QueuePost(channel string, caseNumber, seq uint64, at time.Time) error
	// SavePost writes the post as delivery left it. Want is never lowered.
	SavePost(p Post) error
	// Post returns the post of a case in a channel; ErrNotFound.
	Post(channel string, caseNumber uint64) (Post, error)
	// PendingPosts returns posts whose Want is above Shown, in the order in
	// which they were queued; channel "" means every channel.
	PendingPosts(channel string, limit int) ([]Post, error)
	// CountPending returns how many posts wait and since when the oldest does.
	CountPending() (count int, oldest time.Time, err error)
}

// Post is the message of one case in one channel.
type Post struct {
	Channel  string    `json:"channel"` // as configured
	Case     uint64    `json:"case"`
	Want     uint64    `json:"want"`  // the record it must show
	Shown    uint64    `json:"shown"` // the record it shows; 0: none yet
	QueuedAt time.Time `json:"queued_at"`
	// Posted is where Slack put it: the channel's id and the message's timestamp.
	PostedIn string `json:"posted_in,omitempty"`
	PostedAs string `json:"posted_as,omitempty"`
	// Uncertain is set from before a post is sent until its answer is known:
	// a crash or a lost answer leaves it, and delivery looks before it posts again.
	Uncertain bool   `json:"uncertain,omitempty"`
	Tries     int    `json:"tries,omitempty"`
	Problem   string `json:"problem,omitempty"` // Slack's error name of the last try
}

// Documents keeps small values by collection and key. Collection gives them types.
type Documents interface {
	// PutDocument writes a value.
	PutDocument(collection, key string, value []byte) error
	// Document returns a value; ErrNotFound.
	Document(collection, key string) ([]byte, error)
	// DeleteDocument removes a value and reports whether it was there.
	DeleteDocument(collection, key string) (existed bool, err error)
	// ScanDocuments calls f for each key with the prefix, from the first after
	// `after` on, in the order of bytes, until f returns false or an error.
	ScanDocuments(collection, prefix, after string, f func(key string, value []byte) (more bool, err error)) error
	// Revision returns a number that grows with every write to the collection.
	Revision(collection string) (uint64, error)
}
