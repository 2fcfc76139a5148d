package main

import (
	"log/slog"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/control"
)

// openLocal opens the store that the configuration names, where no bot holds it.
func (c *console) openLocal(loaded *config.Config) (control.Door, error) {
	local, err := app.OpenLocal(c.ctx, loaded, logger(c.err, slog.LevelWarn))
	if err != nil {
		return nil, err
	}
	return localDoor{control.Local{Service: local.Service, Store: local.Store}, local}, nil
}

// localDoor closes the providers too.
type localDoor struct {
	control.Local
	app *app.App
}

func (d localDoor) Close() error { return d.app.Close() }
