package main

import "strings"

// line joins words to a line that a command splits into the same words again:
// what would end or change a word gets a backslash.
func line(words ...string) string {
	var out strings.Builder
	for i, word := range words {
		if i > 0 {
			out.WriteByte(' ')
		}
		if word == "" {
			out.WriteString("''")
		}
		for _, r := range word {
			if strings.ContainsRune(" \t\r\n\u00a0\\'\"‘’‚‛“”„‟«»‹›`´", r) {
				out.WriteByte('\\')
			}
			out.WriteRune(r)
		}
	}
	return out.String()
}
