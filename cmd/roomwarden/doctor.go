package main

import (
	"errors"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

type doctorCommand struct{ tabular }

// finding is one line of the doctor's for programs.
type finding struct {
	OK     bool   `json:"ok"`
	Says   string `json:"says"`
	Remedy string `json:"remedy,omitempty"`
}

// Run looks at everything that the configuration needs and says what is wrong,
// each with its remedy.
func (d *doctorCommand) Run(c *console) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	var found []finding
	var unprinted error
	faults := 0
	err = app.Examine(c.ctx, loaded, func(f moderation.Finding) {
		line := finding{OK: f.OK, Says: c.words.Say(words.Plain{}, f.Says)}
		if !f.OK {
			faults++
			line.Remedy = c.words.Say(words.Plain{}, f.Remedy)
		}
		found = append(found, line)
		if !d.JSON {
			unprinted = errors.Join(unprinted, c.print(c.checked(line)))
		}
	})
	if err := errors.Join(err, unprinted); err != nil {
		return err
	}
	if d.JSON {
		if err := c.printJSON(found); err != nil {
			return err
		}
	}
	if faults > 0 {
		return exit{exitFault, nil}
	}
	return nil
}

func (c *console) checked(f finding) string {
	if f.OK {
		return "ok     " + f.Says
	}
	return "FAULT  " + f.Says + "\n       " + f.Remedy
}
