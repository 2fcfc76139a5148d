package commands_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

const (
	ann   = "U0ANN"
	admin = "U0ADMIN"
)

// cli asks as the command line does.
func (st *stage) cli(line string) commands.Answer {
	st.t.Helper()
	name, text, _ := strings.Cut(line, " ")
	return st.Do(st.t.Context(), commands.Invocation{
		Caller: commands.Caller{Actor: moderation.SystemActor}, Source: commands.FromCLI, Command: name, Text: text, Key: st.key(),
	})
}

func (st *stage) grants() (all []moderation.Grant) {
	st.t.Helper()
	err := st.store.View(context.Background(), func(tx store.Tx) (err error) {
		all, err = store.Grants.All(tx, "")
		return err
	})
	if err != nil {
		st.t.Fatal(err)
	}
	return all
}

func (st *stage) granted(user, preset, scope string) bool {
	st.t.Helper()
	for _, g := range st.grants() {
		if g.Subject.ID == user && g.Preset == preset && g.Scope == scope {
			return true
		}
	}
	return false
}

func notAllowed(t *testing.T, a commands.Answer) {
	t.Helper()
	if n, ok := a.(commands.Notice); !ok || n.Code != moderation.CodeForbidden || n.Case == 0 {
		t.Errorf("not refused with a case: %+v", a)
	}
}

// A grant works from the next attempt on, its case says who gave what, and its
// revocation ends it.
func TestGrantAndRevoke(t *testing.T) {
	for door, ask := range map[string]func(st *stage, line string) commands.Answer{
		"slack":        func(st *stage, line string) commands.Answer { return st.typed(owner, line) },
		"command line": func(st *stage, line string) commands.Answer { return st.cli(line) },
	} {
		t.Run(door, func(t *testing.T) {
			st := newStage(t)
			if got := said(t, st.typed(ann, "kick standup chaos")); !strings.Contains(got, "no room") {
				t.Errorf("before: %s", got)
			}
			ask(st, "role grant <@U0ANN|ann> moderator sim:stand* covering for Ben")
			c := st.lastCase()
			if c.Action != moderation.ActionGrant || c.Outcome != moderation.Succeeded || c.Subject != ann || c.Preset != "moderator" ||
				c.Scope != "sim:stand*" || c.Reason != "covering for Ben" {
				t.Errorf("case %+v", c)
			}
			if g := st.grants()[0]; g.Subject.ID != ann && !st.granted(ann, "moderator", "sim:stand*") {
				t.Errorf("grants %+v", st.grants())
			}
			if got := said(t, st.typed(ann, "kick standup chaos")); got != "Chaos is out of sim:standup." {
				t.Errorf("with the grant: %s", got)
			}
			if got := said(t, st.typed(ann, "kick town-hall chaos")); strings.Contains(got, "is out") {
				t.Errorf("out of scope: %s", got)
			}
			ask(st, "role revoke U0ANN moderator sim:stand*")
			if c := st.lastCase(); c.Action != moderation.ActionRevoke || c.Outcome != moderation.Succeeded {
				t.Errorf("case %+v", c)
			}
			if got := said(t, st.typed(ann, "kick standup nobody")); !strings.Contains(got, "no room") {
				t.Errorf("after: %s", got)
			}
		})
	}
}

func TestGrantForATime(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "role grant U0ANN supervisor for 4h auth_id=acme until Ben is back")
	c := st.lastCase()
	if c.AuthID != "acme" || c.Reason != "until Ben is back" || c.Scope != "*" || time.Until(c.Until) < 239*time.Minute {
		t.Errorf("case %+v", c)
	}
	st.typed(owner, `role grant U0BEN viewer "live: on Monday"`)
	if c := st.lastCase(); c.Scope != "*" || c.Reason != "live: on Monday" || !c.Until.IsZero() {
		t.Errorf("case %+v", c)
	}
}

func TestGrantAsksWhatIsUnclear(t *testing.T) {
	st := newStage(t)
	before := len(st.cases())
	for line, want := range map[string]string{
		"role grant U0ANN moderator standup":     "Write sim:standup",
		"role grant U0ANN moderator sim":         "Write sim:*",
		"role grant U0ANN moderator nope:*":      "no provider nope",
		"role grant U0ANN moderator sim*:x":      "no scope",
		"role grant U0ANN moderater":             "no preset moderater",
		"role grant @ann moderator":              "@ann is nobody",
		"role grant ann moderator":               "ann is nobody",
		"role revoke U0ANN moderator":            "has no moderator",
		"role revoke U0OWNER owner":              "owner by the configuration",
		"role define moderator kick":             "built in",
		"role define kick kick":                  "cannot be a preset's name",
		"role define Greeter kick":               "cannot be a preset's name",
		"role define greeter kik":                "Did you mean kick",
		"role define greeter ban max_ban=always": "no longest ban",
		"role delete greeter":                    "no preset greeter",
		"role unbrake U0ANN":                     "not stopped",
		"role apply grants":                      "command line",
		"role explain U0ANN fly":                 "no permission and no action",
	} {
		if got := said(t, st.typed(owner, line)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", line, got)
		}
	}
	for line, want := range map[string][]string{
		"role grant":          {commands.ArgSubject, commands.ArgPreset},
		"role grant U0ANN":    {commands.ArgPreset},
		"role define greeter": {commands.ArgText},
		"role delete":         {commands.ArgPreset},
		"role unbrake":        {commands.ArgSubject},
	} {
		m, ok := st.typed(owner, line).(commands.Missing)
		if diff := cmp.Diff(want, m.Missing); !ok || diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
	if got := st.cases(); len(got) != before {
		t.Errorf("cases were made: %+v", got[before:])
	}
}

// Nobody gives more than they have, touches what is above them, or removes the
// last owner; each try is a case.
func TestAboveAndBelow(t *testing.T) {
	st := newStage(t)
	st.grant(admin, moderation.Admin, "sim:*")
	for _, line := range []string{
		"role grant U0ANN owner sim:*", "role grant U0ANN admin sim:*", "role grant U0ANN moderator *",
		"role revoke U0ADMIN admin sim:*", "role define greeter announce", "role grant U0ANN moderator sim:* auth_id=acme for 1h",
	} {
		answer := st.typed(admin, line)
		if strings.Contains(line, "auth_id") {
			if c := st.lastCase(); c.Outcome != moderation.Succeeded {
				t.Errorf("%s: %+v", line, answer)
			}
			continue
		}
		notAllowed(t, answer)
		if c := st.lastCase(); c.Outcome != moderation.Refused || c.Permission != moderation.ManageRoles || c.Actor != admin {
			t.Errorf("%s: case %+v", line, c)
		}
	}
	for _, user := range []string{moderator, viewer, nobody} {
		notAllowed(t, st.typed(user, "role grant "+user+" viewer"))
	}
	if a := st.typed(viewer, "role list"); a.(commands.Notice).Code != moderation.CodeForbidden {
		t.Errorf("a viewer sees who may what: %+v", a)
	}
	page := st.typed(admin, "role list").(commands.GrantPage)
	for _, g := range page.Grants {
		if !strings.HasPrefix(g.Scope, "sim:") {
			t.Errorf("an admin of sim:* sees %+v", g)
		}
	}
	if len(page.Grants) != 2 {
		t.Errorf("an admin sees %d grants", len(page.Grants))
	}
}

func TestLastOwner(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) { c.Rules.Owners = nil })
	st.grant(owner, moderation.Owner, "*")
	if got := said(t, st.typed(owner, "role revoke U0OWNER owner")); !strings.Contains(got, "last owner") {
		t.Errorf("said %s", got)
	}
	st.typed(owner, "role grant U0ANN owner")
	st.typed(ann, "role revoke U0OWNER owner")
	if st.granted(owner, "owner", "*") || !st.granted(ann, "owner", "*") {
		t.Errorf("grants %+v", st.grants())
	}
}

func TestOwnPresets(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "role define greeter viewer kick, announce ban max_ban=1h")
	if c := st.lastCase(); c.Action != moderation.ActionDefine || c.Preset != "greeter" {
		t.Errorf("case %+v", c)
	}
	st.typed(owner, "role grant U0ANN greeter sim:*")
	if got := said(t, st.typed(ann, "kick standup chaos")); got != "Chaos is out of sim:standup." {
		t.Errorf("kick: %s", got)
	}
	if got := said(t, st.typed(ann, "ban standup chaos 2h")); !strings.Contains(got, "at most 1h") {
		t.Errorf("ban: %s", got)
	}
	if got := said(t, st.typed(owner, "role delete greeter")); !strings.Contains(got, "in use by 1: U0ANN has greeter in sim:*") {
		t.Errorf("delete in use: %s", got)
	}
	// What it allows is asked when it is used, not when it was granted.
	st.typed(owner, "role define greeter viewer")
	notAllowed(t, st.typed(ann, "mute standup chaos"))
	st.typed(owner, "role revoke U0ANN greeter sim:*")
	st.typed(owner, "role delete greeter")
	if c := st.lastCase(); c.Action != moderation.ActionDelete || c.Outcome != moderation.Succeeded {
		t.Errorf("case %+v", c)
	}
}

func TestUndoRoles(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "role grant U0ANN moderator sim:* for 4h")
	until := st.lastCase().Until
	st.typed(owner, "role revoke U0ANN moderator sim:*")
	revoked := st.lastCase().Number
	st.pressed(owner, "undo", commands.Args{commands.ArgCase: "2"})
	if !st.granted(ann, "moderator", "sim:*") {
		t.Fatalf("not given back: %+v", st.lastCase())
	}
	for _, g := range st.grants() {
		if g.Subject.ID == ann && !g.Until.Equal(until) {
			t.Errorf("given back until %v, was %v", g.Until, until)
		}
	}
	if c := st.cases()[revoked-1]; c.UndoneBy != owner {
		t.Errorf("case %+v", c)
	}
	notAllowed(t, st.pressed(moderator, "undo", commands.Args{commands.ArgCase: "3"}))
}

func TestExplain(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) {
		c.Directory = people{groups: map[string][]string{"S0MODS": {ann}}}
	})
	st.typed(owner, "role grant <!subteam^S0MODS|@mods> moderator sim:stand*")
	st.typed(owner, "role grant U0MO moderator sim:stand*")
	explain := func(user, line string) string {
		t.Helper()
		e, ok := st.typed(user, "role explain "+line).(commands.Explanation)
		if !ok {
			return said(t, st.typed(user, "role explain "+line))
		}
		return words.MustLoad("en").SayAll(words.Plain{}, e.Says)
	}
	for _, c := range []struct{ user, line, want string }{
		{owner, "U0ANN kick sim:standup", "Yes: U0ANN has kick_participant in sim:standup. moderator in sim:stand* through S0MODS allows kick_participant; given by U0OWNER"},
		{owner, "U0MO kick sim:standup", "Yes: U0MO has kick_participant in sim:standup. moderator in sim:stand* allows kick_participant; given by U0OWNER"},
		{owner, "S0MODS kick sim:standup", "Yes: S0MODS has"},
		{owner, "U0ANN end sim:standup", "No: U0ANN has no end_room in sim:standup. moderator in sim:stand* through S0MODS has no end_room. Who can give it: U0OWNER."},
		{owner, "U0ANN kick sim:town-hall", "They may not list the room"},
		{owner, "U0NOBODY kick sim:standup", "No grant is there"},
		{owner, "U0OWNER manage_roles", "Yes: U0OWNER has manage_roles."},
		{ann, "kick sim:standup", "Yes: U0ANN"},
		{ann, "U0ANN kick", "Yes: U0ANN"},
		{nobody, "kick sim:standup", "No: U0NOBODY"},
		{nobody, "kick sim:no-such-room", "No: U0NOBODY"},
		{ann, "U0OWNER kick sim:standup", "You need manage_roles"},
	} {
		if got := explain(c.user, c.line); !strings.Contains(got, c.want) {
			t.Errorf("%s asks %s: %s", c.user, c.line, got)
		}
	}
	exists, missing := explain(nobody, "kick sim:standup"), explain(nobody, "kick sim:nostand")
	if exists != strings.ReplaceAll(missing, "nostand", "standup") {
		t.Errorf("a room that may not be seen is told from one that is not there:\n%s\n%s", exists, missing)
	}
}

// The file that is written is the file that is read.
func TestApply(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "role define greeter list_rooms announce ban max_ban=90m")
	st.typed(owner, "role grant U0ANN greeter sim:stand* for 4h auth_id=acme welcome: everyone")
	st.typed(owner, "role grant C0STAGE viewer")
	file, err := commands.ExportRoles(st.typed(owner, "role list").(commands.GrantPage))
	if err != nil {
		t.Fatal(err)
	}
	apply := func(text, options string) commands.Notice {
		t.Helper()
		return st.Do(t.Context(), commands.Invocation{
			Caller: commands.Caller{Actor: moderation.SystemActor}, Source: commands.FromCLI, Command: "role", Key: st.key(),
			Args: commands.Args{commands.ArgVerb: "apply", commands.ArgText: text, commands.ArgOptions: options},
		}).(commands.Notice)
	}
	before := st.grants()
	if got := said(t, apply(string(file), "")); !strings.Contains(got, "as the file says") {
		t.Errorf("applied its own export: %s\n%s", got, file)
	}
	changed := `presets:
  - {name: greeter, permissions: [list_rooms]}
  - {name: caller, permissions: [list_rooms, dial], max_ban: 1h}
grants:
  - {subject: U0MODER, preset: moderator}
  - {subject: U0ANN, preset: caller, scope: "sim:*", until: 2031-01-02T03:04:05Z, reason: on call}
`
	dry := said(t, apply(changed, "dry_run=true"))
	for _, want := range []string{
		"greeter allows list_rooms.", "U0ANN is no longer greeter in sim:stand* for the tenant acme.",
		"U0ANN is caller in sim:* until 2031-01-02T03:04:05Z.", "C0STAGE is no longer viewer in *.", "That would be 6 changes.",
	} {
		if !strings.Contains(dry, want) {
			t.Errorf("the difference lacks %q: %s", want, dry)
		}
	}
	if diff := cmp.Diff(before, st.grants()); diff != "" {
		t.Errorf("a dry run changed something: %s", diff)
	}
	cases := len(st.cases())
	if got := said(t, apply(changed, "")); !strings.Contains(got, "6 changes were made.") {
		t.Errorf("said %s", got)
	}
	if got := len(st.cases()) - cases; got != 6 {
		t.Errorf("%d cases for 6 changes", got)
	}
	if len(st.grants()) != 2 || !st.granted(ann, "caller", "sim:*") {
		t.Errorf("grants %+v", st.grants())
	}
	for text, want := range map[string]string{
		"grants:\n  - {subject: U0ANN, preset: viewer}\n  - {subject: ann, preset: viewer}\n":     "Line 3: ann is nobody",
		"grants:\n  - {subject: U0ANN, preset: viewer}\n  - subject: U0ANN\n    preset: viewer\n": "Line 3: U0ANN viewer stands twice",
		"grants:\n  - {subject: U0ANN, preset: gone}\n":                                           "Line 2: There is no preset gone",
		"grants:\n  - {subject: U0ANN, preset: viewer, scop: x}\n":                                "[2:",
		"presets:\n  - {name: owner, permissions: []}\n":                                          "Line 2: owner stands twice",
		"presets:\n  - {name: kick, permissions: []}\n":                                           "Line 2: kick cannot be",
		"presets:\n\n  - name: a\n    permissions: [fly]\n":                                       "Line 3: fly is no permission",
		"grants:\n  - {subject: U0ANN, preset: viewer, scope: standup}\n":                         "Line 2: standup is no scope",
		"grants: 7\n": "cannot be read",
	} {
		if got := said(t, apply(text, "")); !strings.Contains(got, want) {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// A grant with a time gives nothing after it, and its case says that it ended.
func TestGrantEnds(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "role grant U0ANN moderator sim:* for 4h")
		number := st.lastCase().Number
		st.typed(owner, "role grant U0BEN moderator for 1h")
		st.typed(owner, "role grant U0BEN moderator for 8h")
		pass(4*time.Hour - time.Second)
		if got := said(t, st.typed(ann, "kick standup chaos")); got != "Chaos is out of sim:standup." {
			t.Errorf("before the end: %s", got)
		}
		pass(2 * time.Second)
		if got := said(t, st.typed(ann, "kick town-hall chaos")); !strings.Contains(got, "no room") {
			t.Errorf("after the end: %s", got)
		}
		if c := st.cases()[number-1]; !c.Expired || st.granted(ann, "moderator", "sim:*") {
			t.Errorf("case %+v", c)
		}
		if !st.granted("U0BEN", "moderator", "*") {
			t.Error("a grant that was given anew ended with the first")
		}
	})
}
