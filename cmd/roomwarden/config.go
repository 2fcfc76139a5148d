package main

import (
	"encoding/json"
	"errors"

	"github.com/goccy/go-yaml"

	"github.com/roomwarden/roomwarden/config"
)

type configCommand struct {
	Check configCheck `cmd:"" help:"Name everything that is wrong with the configuration, with line and remedy."`
	Print configPrint `cmd:"" help:"Print the effective configuration, with secrets hidden."`
}

type configCheck struct{ tabular }

// Run runs the subcommand.
func (k *configCheck) Run(c *console) error {
	_, err := c.load()
	var faults *config.Faults
	if err != nil && !errors.As(err, &faults) {
		return err
	}
	if k.JSON {
		if faults == nil {
			faults = &config.Faults{Path: c.config, List: []config.Fault{}}
		}
		if err := c.printJSON(faults); err != nil {
			return err
		}
		if len(faults.List) > 0 {
			return exit{exitUsage, nil}
		}
		return nil
	}
	if err != nil {
		return err
	}
	return c.print(c.say("cli.config_good", "Path", c.config))
}

type configPrint struct{ tabular }

// Run runs the subcommand.
func (p *configPrint) Run(c *console) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	text, err := loaded.YAML()
	if err != nil {
		return err
	}
	if !p.JSON {
		_, err := c.out.Write(text)
		return err
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return err
	}
	return c.printJSON(json.RawMessage(asJSON))
}
