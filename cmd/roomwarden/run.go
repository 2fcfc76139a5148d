package main

import (
	"io"
	"log/slog"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/config"
)

type runCommand struct {
	LogLevel slog.Level `help:"Log what is at least so weighty: debug, info, warn or error." default:"info"`
}

// Run runs the bot until it is told to stop.
func (r *runCommand) Run(c *console) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	log := logger(c.err, r.LogLevel)
	slog.SetDefault(log)
	err = r.serve(c, loaded, log)
	if err != nil && !isTerminal(c.err) {
		// Whatever reads the log finds the reason in it, like all else.
		log.ErrorContext(c.ctx, "roomwarden ends", "reason", c.explain(err))
		return exit{status: exitFailed}
	}
	return err
}

func (r *runCommand) serve(c *console, loaded *config.Config, log *slog.Logger) error {
	opened, err := app.Open(c.ctx, loaded, log)
	if err != nil {
		return err
	}
	name, _ := version()
	log.InfoContext(c.ctx, "roomwarden starts", "version", name, "config", c.config, "store", loaded.Store.Path)
	if err := opened.Run(c.ctx); err != nil {
		return err
	}
	log.InfoContext(c.ctx, "roomwarden has stopped")
	return nil
}

// logger writes text for a person at a terminal and JSON for machines.
func logger(w io.Writer, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
