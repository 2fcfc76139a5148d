package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// said is an answer of words alone, for programs.
type said struct {
	Tone commands.Tone   `json:"tone"`
	Code moderation.Code `json:"code,omitempty"`
	Text string          `json:"text"`
	Case uint64          `json:"case,omitempty"`
}

// answer prints what an invocation came to: what was done or asked for on
// standard output, a refusal on standard error.
func (c *console) answer(a commands.Answer, how tabular) error {
	switch a := a.(type) {
	case commands.Notice:
		return c.told(said{a.Tone, a.Code, c.lines(a.Says), a.Case}, how)
	case commands.CaseAnswer:
		return c.told(said{a.Tone, a.Case.Code, c.lines(a.Says), a.Case.Number}, how)
	case commands.Explanation:
		return c.explained(a, how)
	case commands.GrantPage:
		return c.grants(a, how)
	case commands.Missing:
		return usage(fmt.Errorf("%s", c.missing(a)))
	case commands.Candidates:
		return usage(fmt.Errorf("%s", c.candidates(a)))
	case commands.Confirm:
		return fmt.Errorf("%s %s", c.lines(a.Says), c.say("cli.confirm"))
	default:
		text, err := control.EncodeAnswer(a)
		if err != nil {
			return err
		}
		return c.print(string(text))
	}
}

func (c *console) told(s said, how tabular) error {
	status := exitDone
	switch {
	case s.Tone == commands.Done || s.Tone == commands.Info || s.Tone == commands.Waiting:
	case s.Code == moderation.CodeInvalid:
		status = exitUsage
	default:
		status = exitFailed
	}
	switch {
	case how.JSON:
		if err := c.printJSON(s); err != nil {
			return err
		}
	case status == exitDone:
		return c.print(s.Text)
	default:
		c.warn(s.Text)
	}
	if status != exitDone {
		return exit{status: status}
	}
	return nil
}

func (c *console) explained(a commands.Explanation, how tabular) error {
	if how.JSON {
		return c.printJSON(struct {
			Allowed bool   `json:"allowed"`
			Text    string `json:"text"`
		}{a.Allowed, c.lines(a.Says)})
	}
	return c.print(c.lines(a.Says))
}

// lines renders sentences, one a line.
func (c *console) lines(all []moderation.Sentence) string {
	lines := make([]string, 0, len(all))
	for _, s := range all {
		lines = append(lines, c.words.Say(words.Plain{}, s))
	}
	return strings.Join(lines, "\n")
}

func (c *console) missing(a commands.Missing) string {
	var lines []string
	if len(a.Missing) > 0 {
		lines = append(lines, c.say("cli.missing", "Words", strings.Join(a.Missing, ", ")))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Faults)) {
		lines = append(lines, c.words.Say(words.Plain{}, a.Faults[name]))
	}
	return strings.Join(lines, "\n")
}

func (c *console) candidates(a commands.Candidates) string {
	lines := []string{c.words.Say(words.Plain{}, a.Says)}
	for _, o := range a.Options {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("  %s  %s  %s", o.Value, o.Label, c.words.Say(words.Plain{}, o.Hint)), " "))
	}
	return strings.Join(lines, "\n")
}

// grants prints who holds which role, and the roles there are.
func (c *console) grants(a commands.GrantPage, how tabular) error {
	if how.JSON {
		return c.printJSON(struct {
			Grants  []moderation.Grant  `json:"grants"`
			Presets []moderation.Preset `json:"presets"`
			Owners  []string            `json:"owners"`
		}{append([]moderation.Grant{}, a.Grants...), a.Presets, a.Owners})
	}
	var rows [][]string
	for _, owner := range a.Owners {
		rows = append(rows, []string{owner, moderation.Owner, "*", "", "", c.say("cli.configured"), ""})
	}
	for _, g := range a.Grants {
		rows = append(rows, []string{g.Subject.ID, g.Preset, g.Scope, g.AuthID, shown(g.Until), g.GrantedBy, shown(g.GrantedAt)})
	}
	if err := c.table([]string{"SUBJECT", "PRESET", "SCOPE", "AUTH_ID", "UNTIL", "GRANTED_BY", "GRANTED_AT"}, rows); err != nil {
		return err
	}
	if len(a.Presets) == 0 {
		return nil
	}
	rows = nil
	for _, p := range a.Presets {
		names := make([]string, len(p.Permissions))
		for i, permission := range p.Permissions {
			names[i] = string(permission)
		}
		if p.MaxBan > 0 {
			names = append(names, "max_ban="+words.Duration(p.MaxBan))
		}
		rows = append(rows, []string{p.Name, strings.Join(names, " ")})
	}
	if err := c.print(""); err != nil {
		return err
	}
	return c.table([]string{"PRESET", "PERMISSIONS"}, rows)
}

// shown writes a time for a table.
func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
