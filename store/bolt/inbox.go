package bolt

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/roomwarden/roomwarden/store"
)

const (
	envelopeDone    = 0
	envelopePending = 1
)

// AcceptEnvelope implements store.Inbox.
func (t *tx) AcceptEnvelope(e store.Envelope) (bool, error) {
	key := []byte(e.Key)
	if t.get(inboxKeysBucket, key) != nil {
		return false, nil
	}
	at := instant(e.AcceptedAt)
	if err := t.put(inboxKeysBucket, key, append(at[:timeSize:timeSize], envelopePending)); err != nil {
		return false, err
	}
	return true, t.putJSON(inboxPendingBucket, join(at, key), e)
}

// FinishEnvelope implements store.Inbox.
func (t *tx) FinishEnvelope(name string) error {
	key := []byte(name)
	entry := t.get(inboxKeysBucket, key)
	if entry == nil {
		return fmt.Errorf("envelope %q: %w", name, store.ErrNotFound)
	}
	if entry[timeSize] == envelopeDone {
		return nil
	}
	at := append([]byte(nil), entry[:timeSize]...)
	if err := t.put(inboxKeysBucket, key, append(at[:timeSize:timeSize], envelopeDone)); err != nil {
		return err
	}
	if err := t.remove(inboxPendingBucket, join(at, key)); err != nil {
		return err
	}
	return t.put(inboxDoneBucket, join(at, key), nil)
}

// PendingEnvelopes implements store.Inbox.
func (t *tx) PendingEnvelopes(limit int) ([]store.Envelope, error) {
	var all []store.Envelope
	c := t.bolt.Bucket(inboxPendingBucket).Cursor()
	for key, text := c.First(); key != nil && len(all) < limit; key, text = c.Next() {
		var e store.Envelope
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("decode envelope %q: %w", key[timeSize:], err)
		}
		all = append(all, e)
	}
	return all, nil
}

// PruneEnvelopes implements store.Inbox.
func (t *tx) PruneEnvelopes(before time.Time, limit int) (int, error) {
	end := string(instant(before))
	var old [][]byte
	c := t.bolt.Bucket(inboxDoneBucket).Cursor()
	for key, _ := c.First(); key != nil && len(old) < limit && string(key[:timeSize]) < end; key, _ = c.Next() {
		old = append(old, append([]byte(nil), key...))
	}
	for _, key := range old {
		if err := t.remove(inboxDoneBucket, key); err != nil {
			return 0, err
		}
		if err := t.remove(inboxKeysBucket, key[timeSize:]); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
