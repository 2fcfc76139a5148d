package commands_test

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/roomwarden/roomwarden/commands"
)

// people is a directory of groups, channels and odd users, with faults.
type people struct {
	groups   map[string][]string
	channels map[string][]string
	users    map[string]commands.Person
	broken   bool // knows nobody
	lock     *sync.Mutex
	asked    *[]string // the groups and channels asked about, where not nil
}

var errSlack = errors.New("slack is away")

func (p people) User(_ context.Context, id string) (commands.Person, error) {
	if p.broken {
		return commands.Person{}, errSlack
	}
	if odd, ok := p.users[id]; ok {
		return odd, nil
	}
	return commands.Person{}, nil
}

func (p people) InGroup(_ context.Context, group, user string) (bool, error) {
	return p.in(p.groups, group, user)
}

func (p people) InChannel(_ context.Context, channel, user string) (bool, error) {
	return p.in(p.channels, channel, user)
}

func (p people) in(all map[string][]string, one, user string) (bool, error) {
	if p.asked != nil {
		p.lock.Lock()
		defer p.lock.Unlock()
		*p.asked = append(*p.asked, one)
	}
	members, known := all[one]
	if !known {
		return false, errSlack
	}
	return slices.Contains(members, user), nil
}
