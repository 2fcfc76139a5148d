package main

import (
	"encoding/json"

	"github.com/goccy/go-yaml"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
)

type manifestCommand struct {
	YAML bool `name:"yaml" help:"Print YAML instead of JSON."`
	JSON bool `name:"json" help:"Print JSON, which is the default." hidden:""`
}

// Run prints the Slack app's manifest.
func (m *manifestCommand) Run(c *console) error {
	manifest := bot.Manifest(commands.Table(), c.words)
	if !m.YAML {
		return c.printJSON(manifest)
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	if text, err = yaml.JSONToYAML(text); err != nil {
		return err
	}
	_, err = c.out.Write(text)
	return err
}
