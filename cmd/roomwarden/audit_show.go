package main

import (
	"fmt"
	"strconv"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
)

type auditShow struct {
	tabular
	Case uint64 `arg:"" help:"The case's number."`
}

// Run runs the subcommand.
func (a *auditShow) Run(c *console) error {
	return c.with(func(door control.Door) error {
		k, records, err := door.Case(c.ctx, a.Case)
		if err != nil {
			return err
		}
		if a.JSON {
			return c.printJSON(struct {
				audit.Line
				Records []moderation.Record `json:"records"`
			}{audit.LineOf(k), records})
		}
		return c.caseHistory(k, records)
	})
}

// caseHistory prints a case, what is known of it, and its records.
func (c *console) caseHistory(k moderation.Case, records []moderation.Record) error {
	facts := [][]string{{"outcome", string(k.Outcome)}, {"action", string(k.Action)}, {"actor", k.Actor}}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, []string{name, value})
		}
	}
	if k.Room != "" {
		add("room", k.Ref().String())
	}
	add("participant", whom(k))
	add("media", string(k.Media))
	add("permission", string(k.Permission))
	add("preset", k.Preset)
	add("scope", k.Scope)
	add("auth_id", k.AuthID)
	add("until", shown(k.Until))
	add("reason", k.Reason)
	add("text", k.Text)
	for _, u := range k.Unreached {
		add("unreached", fmt.Sprintf("%s (%s): %s", u.Name, u.Identity, u.Why))
	}
	add("approved_by", k.ApprovedBy)
	add("undone_by", k.UndoneBy)
	if k.Review != nil {
		add("review", fmt.Sprintf("%s, %s: %s", k.Review.Actor, k.Review.Verdict, k.Review.Text))
	}
	if err := c.table([]string{"case", strconv.FormatUint(k.Number, 10)}, facts); err != nil {
		return err
	}
	rows := make([][]string, 0, len(records))
	for _, r := range records {
		text := r.Words.Text
		if text == "" {
			text = r.Words.Reason
		}
		rows = append(rows, []string{strconv.FormatUint(r.Seq, 10), shown(r.At), string(r.Kind), r.Actor, text, fmt.Sprintf("%.12s", r.Hash)})
	}
	if err := c.print(""); err != nil {
		return err
	}
	return c.table([]string{"SEQ", "AT", "KIND", "ACTOR", "TEXT", "HASH"}, rows)
}
