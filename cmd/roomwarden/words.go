package main

import (
	"strings"

	"github.com/roomwarden/roomwarden/commands"
)

// line joins words to a line that a command splits into the same words again.
func line(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = commands.Quote(word)
	}
	return strings.Join(quoted, " ")
}
