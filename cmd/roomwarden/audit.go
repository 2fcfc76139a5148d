package main

import (
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

type auditCommand struct {
	List   auditList   `cmd:"" help:"List cases, the newest first."`
	Show   auditShow   `cmd:"" help:"Show one case with its history."`
	Verify auditVerify `cmd:"" help:"Check the chain of records and the cases that they add up to."`
	Export auditExport `cmd:"" help:"Write the cases, or all their records, for other programs."`
}

// caseFilter is embedded by what selects cases.
type caseFilter struct {
	Room        string `help:"Cases of this room: provider:room, or its name or id alone." placeholder:"ROOM"`
	Actor       string `help:"Cases of this actor: a user's id, api:NAME or system." placeholder:"ID"`
	Participant string `help:"Cases about this person: identity or name." placeholder:"PERSON"`
	Action      string `help:"Cases of this action, such as kick." enum:"${actions}" default:"" placeholder:"ACTION"`
	Outcome     string `help:"Cases with this outcome: intended, succeeded, partial, failed, unknown or refused." enum:",intended,succeeded,partial,failed,unknown,refused" default:"" placeholder:"OUTCOME"`
	Since       moment `help:"Cases from then on: a day, a time as RFC 3339, or how long ago (2h, 3d)." placeholder:"TIME"`
	Until       moment `help:"Cases before then." placeholder:"TIME"`
	Unreviewed  bool   `help:"Cases that nobody has reviewed."`
}

func (f caseFilter) query() store.CaseQuery {
	q := store.CaseQuery{
		Room: f.Room, Actor: f.Actor, Participant: f.Participant, Action: moderation.Action(f.Action),
		Outcome: moderation.Outcome(f.Outcome), Since: time.Time(f.Since), Until: time.Time(f.Until), Unreviewed: f.Unreviewed,
	}
	if provider, room, ok := strings.Cut(f.Room, ":"); ok {
		q.Provider, q.Room = provider, room
	}
	return q
}

type auditVerify struct{ tabular }

// Run runs the subcommand. A store too damaged to be read is a fault found, too.
func (a *auditVerify) Run(c *console) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	result, err := app.Verify(c.ctx, loaded)
	if app.Damaged(err) {
		result.Fault = &audit.Fault{Says: words.Fault(err)}
	} else if err != nil {
		return err
	}
	text := c.say("audit.intact", "Records", result.Records, "Cases", result.Cases, "Head", moderation.Literal(result.Head))
	switch f := result.Fault; {
	case err != nil:
		text = c.explain(err)
	case f != nil:
		text = c.say("audit.fault", "Seq", f.Seq, "Case", f.Case, "Why", f.Says)
	}
	if a.JSON {
		err = c.printJSON(struct {
			audit.Result
			Text string `json:"text"`
		}{result, text})
	} else {
		err = c.print(text)
	}
	if err == nil && result.Fault != nil {
		return exit{status: exitFault}
	}
	return err
}

type auditExport struct {
	caseFilter
	Format  string `help:"How to write it: jsonl or csv." enum:"jsonl,csv" default:"jsonl"`
	Records bool   `help:"Write one line a record instead of one a case."`
}

// Run runs the subcommand.
func (a *auditExport) Run(c *console) error {
	return c.with(func(door control.Door) error {
		return door.Export(c.ctx, c.out, audit.Selection{
			Format: audit.Format(a.Format), Records: a.Records, Cases: a.query(),
		})
	})
}
