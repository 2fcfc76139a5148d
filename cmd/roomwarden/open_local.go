package main

import (
	"log/slog"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store/bolt"
)

func configTypes() []config.ProviderType {
	var all []config.ProviderType
	for _, t := range []provider.Type{simulated.Type} {
		described := config.ProviderType{Name: t.Name}
		for _, f := range t.Fields {
			described.Fields = append(described.Fields, config.ProviderField(f))
		}
		all = append(all, described)
	}
	return all
}

func (c *console) openLocal(loaded *config.Config) (control.Door, error) {
	s, err := bolt.Open(c.ctx, loaded.Store.Path)
	if err != nil {
		return nil, err
	}
	service := commands.New(commands.Config{
		Store: s, Words: c.words, Log: slog.New(slog.NewTextHandler(c.err, nil)),
		Rules: commands.Rules{Owners: loaded.Owners},
	})
	return control.Local{Service: service, Store: s}, nil
}
