package main

import (
	"fmt"
	"strconv"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
)

type auditList struct {
	tabular
	caseFilter
	Limit  int    `help:"At most so many cases." default:"50"`
	Before uint64 `help:"Cases under this number: the next page." placeholder:"CASE"`
}

// Run runs the subcommand.
func (a *auditList) Run(c *console) error {
	if a.Limit < 1 {
		return usage(fmt.Errorf("%s", c.say("cli.limit")))
	}
	return c.with(func(door control.Door) error {
		q := a.query()
		q.Limit, q.Before = a.Limit, a.Before
		cases, err := door.Cases(c.ctx, q)
		if err != nil {
			return err
		}
		if a.JSON {
			lines := make([]audit.Line, len(cases))
			for i, k := range cases {
				lines[i] = audit.LineOf(k)
			}
			return c.printJSON(lines)
		}
		rows := make([][]string, 0, len(cases))
		for _, k := range cases {
			rows = append(rows, []string{
				strconv.FormatUint(k.Number, 10), shown(k.At), string(k.Outcome), string(k.Action), k.Actor,
				place(k), whom(k), k.Reason,
			})
		}
		err = c.table([]string{"CASE", "AT", "OUTCOME", "ACTION", "ACTOR", "ROOM", "PARTICIPANT", "REASON"}, rows)
		if err == nil && len(cases) == a.Limit {
			c.warn(c.say("cli.more", "Case", cases[len(cases)-1].Number))
		}
		return err
	})
}

// place names the room of a case, or the scope of a grant.
func place(k moderation.Case) string {
	if k.Room == "" && k.Provider == "" {
		return k.Scope
	}
	return k.Ref().String()
}

// whom names the person of a case, or the subject of a grant.
func whom(k moderation.Case) string {
	switch {
	case k.Redacted:
		return "(redacted)"
	case k.Participant == "" && k.ParticipantName == "":
		return k.Subject
	case k.ParticipantName == "" || k.ParticipantName == k.Participant:
		return k.Participant
	default:
		return fmt.Sprintf("%s (%s)", k.ParticipantName, k.Participant)
	}
}
