package bot

import (
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/store"
)

// urgentFor is how long a case goes before others.
const urgentFor = 30 * time.Second

// hurry lets a case go before those that wait longer: somebody has pressed a
// button of its message and looks at it.
func (o *outbox) hurry(number uint64) {
	o.mu.Lock()
	if o.urgent == nil {
		o.urgent = make(map[uint64]time.Time)
	}
	o.urgent[number] = time.Now()
	o.mu.Unlock()
	o.posted()
}

// pressing returns the cases that go before others, and forgets old ones.
func (o *outbox) pressing() (all []uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for number, at := range o.urgent {
		if time.Since(at) > urgentFor {
			delete(o.urgent, number)
			continue
		}
		all = append(all, number)
	}
	return all
}

// first returns a post of a case that goes before others, if one waits.
func (c *channel) first(tx store.Tx, now time.Time) (*store.Post, error) {
	for _, number := range c.pressing() {
		post, err := tx.Post(c.name, number)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		case post.Want > post.Shown && !c.later[number].After(now):
			return &post, nil
		}
	}
	return nil, nil
}
