package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/mattn/go-isatty"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// streams are what a program reads and writes: results on out, all else on err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// console is what every subcommand runs with.
type console struct {
	streams
	ctx      context.Context //nolint:containedctx // a console lives as long as its context
	config   string          // the configuration's path
	named    bool            // somebody named it
	words    *words.Printer
	terminal bool // results go to a person's eyes
}

func newConsole(ctx context.Context, s streams) *console {
	return &console{
		streams: s, ctx: ctx, words: words.MustLoad("en"),
		terminal: isTerminal(s.out),
	}
}

// isTerminal reports whether a person sees what is written.
func isTerminal(w io.Writer) bool {
	f, isFile := w.(*os.File)
	return isFile && isatty.IsTerminal(f.Fd())
}

// tabular is embedded by every subcommand that prints a table.
type tabular struct {
	JSON bool `name:"json" help:"Print JSON instead of a table."`
}

func (c *console) say(key string, pairs ...any) string {
	return c.words.Say(words.Plain{}, moderation.Say(key, pairs...))
}

// print writes a line of the result.
func (c *console) print(line string) error {
	_, err := fmt.Fprintln(c.out, line)
	return err
}

// warn writes a line that is not the result.
func (c *console) warn(line string) {
	_, _ = fmt.Fprintln(c.err, "roomwarden: "+line) // there is no other place to say it
}

// printJSON writes a value for programs.
func (c *console) printJSON(value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return c.print(string(text))
}

// widestCell is how much of a cell a terminal shows, in characters.
const widestCell = 48

// table writes rows under a head. Cells are shown without control characters;
// on a terminal long ones are cut.
func (c *console) table(head []string, rows [][]string) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = words.Visible(cell)
			if c.terminal {
				cells[i] = words.Cut(cells[i], widestCell)
			}
			if cells[i] == "" {
				cells[i] = "-"
			}
		}
		if _, err := fmt.Fprintln(w, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}
