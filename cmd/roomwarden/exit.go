package main

import (
	"errors"
	"fmt"
	"strings"

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
	var parse *kong.ParseError
	switch {
	case errors.As(err, &parse):
		c.misused(parse)
	case err != nil:
		c.warn(c.explain(err))
	}
	return status
}

// misused says what is wrong with a command line, and where its use is told.
func (c *console) misused(parse *kong.ParseError) {
	chosen := parse.Context.Model.Node
	if command := parse.Context.Selected(); command != nil {
		chosen = command
	}
	command := chosen.FullPath()
	word, unknown := strings.CutPrefix(parse.Error(), "unexpected argument ")
	if unknown && !chosen.Leaf() {
		word, guess, _ := strings.Cut(word, ", did you mean ")
		guess = strings.TrimSuffix(strings.TrimPrefix(guess, "one of "), "?")
		c.warn(c.say("cli.no_command", "Command", moderation.Literal(command+" "+word), "Guess", moderation.Literal(guess)))
	} else {
		c.warn(parse.Error())
	}
	c.warn(c.say("cli.usage", "Command", moderation.Literal(command+" --help")))
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
	case e.Cause != nil && !strings.Contains(text, e.Cause.Error()):
		text += " (" + e.Cause.Error() + ")"
	}
	return text
}
