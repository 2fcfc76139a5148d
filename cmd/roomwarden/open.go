package main

import (
	"errors"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
)

// load reads the configuration.
func (c *console) load() (*config.Config, error) { return config.Load(c.config, app.Known()) }

// open returns the door to the store: that of the running bot, else our own.
func (c *console) open() (control.Door, error) {
	loaded, err := c.load()
	if err != nil {
		return nil, err
	}
	socket := control.Path(loaded.Store.Path)
	client, err := control.Dial(c.ctx, socket)
	if !errors.Is(err, control.ErrNobody) {
		return client, err
	}
	local, err := c.openLocal(loaded)
	if moderation.CodeOf(err) == moderation.CodeConflict {
		// A bot that is just starting holds the file before it serves the socket.
		if client, dialled := control.Dial(c.ctx, socket); dialled == nil {
			return client, nil
		}
	}
	return local, err
}

// with runs f with an open door and closes it.
func (c *console) with(f func(door control.Door) error) (err error) {
	door, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, door.Close()) }()
	return f(door)
}
