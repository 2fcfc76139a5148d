package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

var auditCommand = &Command{
	Name: "audit",
	Args: []Arg{
		{Name: ArgRoom, Usage: "[provider:room]"},
		{Name: ArgActor, Usage: "[actor=…]"},
		{Name: ArgAction, Usage: "[action=…]"},
		{Name: ArgOutcome, Usage: "[outcome=…]"},
		{Name: ArgPerson, Usage: "[participant=…]"},
		{Name: ArgSince, Usage: "[since=…]"},
		{Name: ArgUntil, Usage: "[until=…]"},
	},
	Summary:  moderation.Say("help.audit"),
	Examples: []string{"/room-audit live:standup since=2d", "/room-audit actor=@ann action=kick outcome=refused"},
	Notes:    []moderation.Sentence{moderation.Say("help.audit_since")},
	Needs:    moderation.ReadAudit,
	parse:    parseAudit,
	run:      runAudit,
}

// casesPerPage is how many cases a page of the audit shows.
const casesPerPage = 15

// filters are the words of a search and the arguments that they set.
var filters = map[string]string{
	"actor": ArgActor, "action": ArgAction, "outcome": ArgOutcome, "participant": ArgPerson, "person": ArgPerson,
	"since": ArgSince, "until": ArgUntil, "room": ArgRoom,
}

func parseAudit(_ *Command, all []Word) (Args, error) {
	args := Args{}
	for _, w := range all {
		key, value, found := strings.Cut(w.Text, "=")
		arg, known := filters[strings.ToLower(key)]
		switch {
		case found && known && !w.Quoted && value != "":
		case args[ArgRoom] == "" && (!found || w.Quoted):
			arg, value = ArgRoom, w.Text
		default:
			return nil, moderation.Fault(moderation.CodeInvalid, "audit.filter", "Word", moderation.Literal(w.Text))
		}
		args[arg] = value
	}
	return args, nil
}

func runAudit(ctx context.Context, s *Service, in Invocation) Answer {
	q, answer := readQuery(in)
	if answer != nil {
		return answer
	}
	who := s.authority(ctx, in.Caller)
	if d := who.may(moderation.ReadAudit, Target{}); !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	if name, room, ok := strings.Cut(in.Args[ArgRoom], ":"); ok {
		if _, known := s.Providers.Get(name); known {
			q.Provider, q.Room = name, room
			if room == EveryRoom {
				q.Room = ""
			}
		}
	}
	page := CasePage{Args: in.Args}
	readable := map[matter]bool{}
	for {
		var cases []moderation.Case
		err := s.view(ctx, func(tx store.Tx) (err error) {
			cases, err = tx.Cases(q)
			return err
		})
		if err != nil {
			return s.unreadable(err)
		}
		for _, c := range cases {
			may, asked := readable[matterOf(c)]
			if !asked {
				may = s.aboutCase(ctx, c, func(t Target) Decision { return who.may(moderation.ReadAudit, t) }).Allowed
				readable[matterOf(c)] = may
			}
			if !may {
				continue
			}
			if len(page.Cases) == casesPerPage {
				page.Next = page.Cases[casesPerPage-1].Number
				return page
			}
			c.ParticipantName = s.shown(c.ParticipantName)
			page.Cases = append(page.Cases, c)
		}
		if len(cases) < q.Limit {
			return page
		}
		q.Before = cases[len(cases)-1].Number
	}
}

// matter is what decides who may read a case: its room or, of a change of
// roles, its scope. Cases with the same one are decided alike.
type matter struct {
	room          moderation.RoomRef
	id            string
	scope, authID string
}

func matterOf(c moderation.Case) matter {
	return matter{room: c.Ref(), id: c.RoomID, scope: c.Scope, authID: c.AuthID}
}

// readQuery reads the filters of a search.
func readQuery(in Invocation) (store.CaseQuery, Answer) {
	args := in.Args
	q := store.CaseQuery{
		Limit: 200, Room: args[ArgRoom], Actor: bareUser(args[ArgActor]), Participant: args[ArgPerson],
		Action: moderation.Action(args[ArgAction]), Outcome: moderation.Outcome(args[ArgOutcome]),
	}
	if q.Action != "" && !slices.Contains(moderation.Actions(), q.Action) {
		return q, fault(in, ArgAction, moderation.Fault(moderation.CodeInvalid, "parse.values",
			"Word", moderation.Literal(q.Action), "Values", joined(moderation.Actions())))
	}
	outcomes := []moderation.Outcome{
		moderation.Intended, moderation.Succeeded, moderation.Partial, moderation.Failed, moderation.Unknown, moderation.Refused,
	}
	if q.Outcome != "" && !slices.Contains(outcomes, q.Outcome) {
		return q, fault(in, ArgOutcome, moderation.Fault(moderation.CodeInvalid, "parse.values",
			"Word", moderation.Literal(q.Outcome), "Values", joined(outcomes)))
	}
	var err error
	if q.Since, err = readMoment(args[ArgSince]); err != nil {
		return q, fault(in, ArgSince, err)
	}
	if q.Until, err = readMoment(args[ArgUntil]); err != nil {
		return q, fault(in, ArgUntil, err)
	}
	if cursor := args[ArgCursor]; cursor != "" {
		if q.Before, err = strconv.ParseUint(cursor, 10, 64); err != nil {
			return q, failure(moderation.Fault(moderation.CodeInvalid, "case.number", "Word", moderation.Literal(cursor)))
		}
	}
	return q, nil
}

func joined[T ~string](all []T) string {
	parts := make([]string, len(all))
	for i, one := range all {
		parts[i] = string(one)
	}
	return strings.Join(parts, ", ")
}

// bareUser takes Slack's marks off a mention: <@U1|ann> is U1.
func bareUser(word string) string {
	inner, ok := strings.CutPrefix(word, "<@")
	if !ok {
		return word
	}
	id, _, _ := strings.Cut(strings.TrimSuffix(inner, ">"), "|")
	return id
}

// readMoment reads a time: a day, RFC 3339, or how long ago (90s, 10m, 2h, 3d, 1w).
func readMoment(word string) (time.Time, error) {
	if word == "" {
		return time.Time{}, nil
	}
	if span, looks, err := ParseSpan(word); looks && err == nil && !span.Permanent {
		return time.Now().Add(-span.For).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, word); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, moderation.Fault(moderation.CodeInvalid, "audit.moment", "Word", moderation.Literal(word))
}
