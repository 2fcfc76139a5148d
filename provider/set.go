package provider

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// Set holds the clients in the order of the configuration.
type Set struct {
	clients []*Client
}

// NewSet makes a set; names are unique.
func NewSet(clients ...*Client) *Set { return &Set{clients: clients} }

// All returns every client.
func (s *Set) All() []*Client { return s.clients }

// Get returns the client with the configured name.
func (s *Set) Get(name string) (*Client, bool) {
	for _, c := range s.clients {
		if c.name == name {
			return c, true
		}
	}
	return nil, false
}

// Run keeps the state of every client current until ctx ends.
func (s *Set) Run(ctx context.Context) error {
	var group errgroup.Group
	for _, c := range s.clients {
		group.Go(func() error { return c.Run(ctx) })
	}
	return group.Wait()
}

// Close closes every driver, the last one first.
func (s *Set) Close() error {
	var all []error
	for i := len(s.clients) - 1; i >= 0; i-- {
		all = append(all, s.clients[i].Close())
	}
	return errors.Join(all...)
}
