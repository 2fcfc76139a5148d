package main

import (
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // of the command line or of the configuration
	exitFault  = 3 // a check found a fault
)

// exit is an error with its exit status. One without a cause was already said.
type exit struct {
	status int
	cause  error
}

func (e exit) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.cause.Error()
}

func (e exit) Unwrap() error { return e.cause }

func usage(cause error) error { return exit{exitUsage, cause} }

// fail says what went wrong, if anything, and returns the exit status.
func (c *console) fail(err error) int {
	if err == nil {
		return exitDone
	}
	status := exitFailed
	var e exit
	var faults *config.Faults
	if errors.As(err, &e) {
		status, err = e.status, e.cause
	} else if errors.As(err, &faults) {
		status = exitUsage
	}
	if err != nil {
		c.warn(c.explain(err))
	}
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		command := parse.Context.Model.Name
		if chosen := parse.Context.Selected(); chosen != nil {
			command = chosen.FullPath()
		}
		c.warn(c.say("cli.usage", "Command", moderation.Literal(command+" --help")))
	}
	return status
}

// explain returns what an error says to the person at the terminal, with the
// cause: the terminal is where an owner looks for it.
func (c *console) explain(err error) string {
	var e *moderation.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := c.words.Error(words.Plain{}, e)
	var cause *moderation.Error
	switch {
	case errors.As(e.Cause, &cause) && !cause.Says.IsZero():
		text += " (" + c.words.Error(words.Plain{}, cause) + ")"
	case e.Cause != nil:
		text += " (" + e.Cause.Error() + ")"
	}
	return text
}
