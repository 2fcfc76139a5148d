package commands

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/internal/spelling"
)

// table holds every command in the order of the help.
var table []*Command

// The commands reach each other through the table, so it is filled once they
// are all there; a fault in it is a fault of the program.
func init() {
	table = []*Command{
		listCommand, kickCommand, muteCommand, unmuteCommand, muteAllCommand, endCommand,
		banCommand, unbanCommand, bansCommand, lockCommand, unlockCommand, pinCommand, unpinCommand,
		holdCommand, unholdCommand, setCommand, announceCommand, coachCommand, uncoachCommand, dialCommand,
		watchCommand, unwatchCommand, roleCommand, auditCommand, caseCommand, noteCommand, undoCommand,
		reviewCommand, requestCommand, approveCommand, denyCommand, helpCommand,
	}
	if err := Build(table...); err != nil {
		panic(err)
	}
}

// Table returns every command in the order of the help.
func Table() []*Command { return table }

// Lookup finds a command by its name, typed alone or as room-NAME.
func Lookup(name string) (*Command, bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(name), "/"), "room-")
	for _, c := range table {
		if c.Name == name {
			return c, true
		}
	}
	return nil, false
}

// Build checks a table of commands: names that collide, words that could never
// be reached, a required word after one that may be left out.
func Build(commands ...*Command) error {
	seen := map[string]bool{"room": true}
	for _, c := range commands {
		switch {
		case c.Name == "" || strings.ToLower(c.Name) != c.Name || strings.ContainsAny(c.Name, " /"):
			return fmt.Errorf("command %q: a name is lower case and one word", c.Name)
		case seen[c.Name]:
			return fmt.Errorf("command %q stands twice", c.Name)
		case c.Summary.IsZero():
			return fmt.Errorf("command %q says nothing of itself", c.Name)
		}
		seen[c.Name] = true
		if err := c.checkArgs(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Command) checkArgs() error {
	names := map[string]bool{}
	optional, rest := "", ""
	for _, arg := range c.Args {
		switch {
		case names[arg.Name]:
			return fmt.Errorf("command %q: argument %q stands twice", c.Name, arg.Name)
		case rest != "" && arg.Name != ArgOptions && arg.Usage != "":
			return fmt.Errorf("command %q: nothing can follow %q, which takes the rest", c.Name, rest)
		case arg.Required && optional != "" && c.parse == nil:
			return fmt.Errorf("command %q: %q is required after %q, which is not", c.Name, arg.Name, optional)
		}
		names[arg.Name] = true
		if !arg.Required && arg.Usage != "" && arg.Name != ArgOptions {
			optional = arg.Name
		}
		if arg.Rest {
			rest = arg.Name
		}
	}
	return nil
}

// nearest returns at most limit of the names that are closest to a word, the
// closest first, and none that has little in common with it.
func nearest(word string, names []string, limit int) []string {
	type rated struct {
		name string
		far  int
	}
	word = strings.ToLower(word)
	var close []rated
	for _, name := range names {
		lower := strings.ToLower(name)
		far := spelling.Distance(word, lower)
		switch {
		case word != "" && (strings.Contains(lower, word) || strings.Contains(word, lower) && lower != ""):
			far = min(far, 1)
		case far > max(2, len([]rune(word))/3):
			continue
		}
		close = append(close, rated{name, far})
	}
	slices.SortFunc(close, func(a, b rated) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.name, b.name)) })
	var out []string
	for _, r := range close {
		if len(out) < limit && !slices.Contains(out, r.name) {
			out = append(out, r.name)
		}
	}
	return out
}
