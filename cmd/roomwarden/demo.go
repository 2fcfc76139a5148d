package main

import (
	"log/slog"
	"os"

	"github.com/roomwarden/roomwarden/demo"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

type demoCommand struct {
	Listen   string     `help:"Serve the page on this address." default:"127.0.0.1:8973"`
	Data     string     `help:"Keep the state in this folder." placeholder:"DIR" type:"path"`
	Tour     bool       `help:"Play a shift of moderation as text, without a browser."`
	LogLevel slog.Level `help:"Log what is at least so weighty: debug, info, warn or error." default:"error"`
}

// Run runs the demo until it is told to stop, or plays the tour.
func (d *demoCommand) Run(c *console) error {
	log := logger(c.err, d.LogLevel)
	slog.SetDefault(log)
	o := demo.Options{
		Listen: d.Listen, Data: d.Data, Activity: simulated.Busy, Clouds: true, Log: log,
		Ready: func(address string) { _ = c.print(c.say("demo.ready", "Address", moderation.Literal(address))) },
	}
	if c.named { // its providers are used beside the simulated one
		o.Config = c.config
	}
	if !d.Tour {
		return demo.Run(c.ctx, o)
	}
	colours := c.terminal && os.Getenv("NO_COLOR") == ""
	return demo.Tour(c.ctx, o, c.out, colours)
}
