package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/roomwarden/roomwarden/store"
)

// QueuePost implements store.Outbox.
func (t *tx) QueuePost(channel string, caseNumber, seq uint64, at time.Time) error {
	p, place, err := t.post(channel, caseNumber)
	if err != nil {
		return err
	}
	p.Channel, p.Case = channel, caseNumber
	p.Want = max(p.Want, seq)
	if place == 0 {
		p.QueuedAt = at.UTC()
	}
	return t.writePost(p, place)
}

// SavePost implements store.Outbox.
func (t *tx) SavePost(p store.Post) error {
	stored, place, err := t.post(p.Channel, p.Case)
	if err != nil {
		return err
	}
	p.Want = max(p.Want, stored.Want)
	return t.writePost(p, place)
}

// Post implements store.Outbox.
func (t *tx) Post(channel string, caseNumber uint64) (store.Post, error) {
	if t.get(postsBucket, postKey(channel, caseNumber)) == nil {
		return store.Post{}, fmt.Errorf("post of case %d in %s: %w", caseNumber, channel, store.ErrNotFound)
	}
	p, _, err := t.post(channel, caseNumber)
	return p, err
}

// PendingPosts implements store.Outbox.
func (t *tx) PendingPosts(channel string, limit int) ([]store.Post, error) {
	if channel != "" {
		return t.pendingIn(channel, limit)
	}
	var all []store.Post
	c := t.bolt.Bucket(postsPendingBucket).Cursor()
	for place, name := c.First(); place != nil && len(all) < limit; place, name = c.Next() {
		p, _, err := t.post(string(name[8:]), readNumber(name))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// pendingIn is PendingPosts of one channel. It reads nothing of the others.
func (t *tx) pendingIn(channel string, limit int) ([]store.Post, error) {
	var all []store.Post
	prefix := inChannel(channel)
	c := t.bolt.Bucket(postsChannelBucket).Cursor()
	for key, number := c.Seek(prefix); bytes.HasPrefix(key, prefix) && len(all) < limit; key, number = c.Next() {
		p, _, err := t.post(channel, readNumber(number))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// inChannel begins the keys of a channel's posts that wait.
func inChannel(channel string) []byte { return append([]byte(channel), 0) }

// CountPending implements store.Outbox.
func (t *tx) CountPending() (int, time.Time, error) {
	oldest, err := t.PendingPosts("", 1)
	if err != nil || len(oldest) == 0 {
		return 0, time.Time{}, err
	}
	return int(t.counter(waitingKey)), oldest[0].QueuedAt, nil
}

// post returns a post and its place in the outbox, zero where it does not wait.
func (t *tx) post(channel string, caseNumber uint64) (p store.Post, place uint64, err error) {
	value := t.get(postsBucket, postKey(channel, caseNumber))
	if value == nil {
		return p, 0, nil
	}
	if err := json.Unmarshal(value[8:], &p); err != nil {
		return p, 0, fmt.Errorf("decode the post of case %d in %s: %w", caseNumber, channel, err)
	}
	return p, readNumber(value), nil
}

// writePost writes p, and takes it into the outbox or out of it.
func (t *tx) writePost(p store.Post, place uint64) error {
	key := postKey(p.Channel, p.Case)
	waits := p.Want > p.Shown
	switch {
	case waits && place == 0:
		var err error
		if place, err = t.next(turnKey); err != nil {
			return err
		}
		if err := t.setCounter(waitingKey, t.counter(waitingKey)+1); err != nil {
			return err
		}
		if err := t.put(postsPendingBucket, number(place), key); err != nil {
			return err
		}
		if err := t.put(postsChannelBucket, join(inChannel(p.Channel), number(place)), number(p.Case)); err != nil {
			return err
		}
	case !waits && place != 0:
		if err := t.remove(postsPendingBucket, number(place)); err != nil {
			return err
		}
		if err := t.remove(postsChannelBucket, join(inChannel(p.Channel), number(place))); err != nil {
			return err
		}
		if err := t.setCounter(waitingKey, t.counter(waitingKey)-1); err != nil {
			return err
		}
		place = 0
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode the post of case %d: %w", p.Case, err)
	}
	return t.put(postsBucket, key, join(number(place), text))
}

func postKey(channel string, caseNumber uint64) []byte {
	return append(number(caseNumber), channel...)
}
