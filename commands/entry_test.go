package commands_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// entries are the exported methods of Service, with what proves that each asks
// who may. A new one has to be put here, with its proof.
var entries = map[string]string{
	"Do":            "TestNothingHappensUnasked",
	"NotRun":        "acts on nothing: TestNotRun",
	"SuggestRooms":  "TestNothingIsShownUnasked",
	"SuggestPeople": "TestNothingIsShownUnasked",
	"Home":          "TestNothingIsShownUnasked",
	"LookAtBoard":   "TestNothingIsShownUnasked",
	"Hint":          "is no person's: it only makes Run look at a room",
	"CanTell":       "says what a provider is able to, of no room",
	"Undoable":      "says what a provider is able to, of a case that the asker has; undo asks by itself",
	"Remark":        "is no person's: roomwarden's own word about a case",
	"Run":           "is no person's: it carries on what was allowed",
}

// actors are the functions that reach a provider or change roles, with who has
// asked before them. One that is not here fails the test.
var actors = map[string]string{
	"ask":         "Service.carryOut: permit, and again in the transaction of the intent",
	"endGrant":    "is no person's: a grant whose time is over",
	"tellOne":     "send: what carryOut has let through, with its intent written",
	"putOut":      "runBan sends it through carryOut",
	"runUnlock":   "sends it through carryOut",
	"aimAbsent":   "permit, and sends it through carryOut",
	"giveBack":    "expire: the end of a measure that was allowed with its time",
	"undoMute":    "restoring: the caller sends it through carryOut",
	"greet":       "patrol, and the end of a mute beside a mute of all: a measure that stands",
	"putOutAgain": "patrol: a ban that stands",
	"put":         "roleChange.put: Service.change and applyRoles, which ask",
}

func TestEveryEntryIsListed(t *testing.T) {
	var methods []string
	service := reflect.TypeFor[*commands.Service]()
	for i := range service.NumMethod() {
		methods = append(methods, service.Method(i).Name)
	}
	for _, name := range methods {
		if entries[name] == "" {
			t.Errorf("Service.%s is not listed: prove that it asks who may", name)
		}
	}
	for name := range entries {
		if !slices.Contains(methods, name) {
			t.Errorf("there is no Service.%s", name)
		}
	}
}

// Whatever reaches a driver's actions or writes roles is named here.
func TestEveryActorIsListed(t *testing.T) {
	found := map[string][]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if what := reaches(call); what != "" {
						found[f.Name.Name] = append(found[f.Name.Name], what)
					}
				}
				return true
			})
		}
	}
	for name, what := range found {
		if actors[name] == "" {
			t.Errorf("%s reaches %v and is not listed: say who has asked whether it may", name, what)
		}
	}
	for name := range actors {
		if found[name] == nil {
			t.Errorf("%s reaches nothing any more", name)
		}
	}
}

// reaches names the call if it acts: on a provider, or on roles.
func reaches(call *ast.CallExpr) string {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	switch s.Sel.Name {
	case "Act", "Greet":
		return s.Sel.Name
	case "Put", "Delete":
		if of, ok := s.X.(*ast.SelectorExpr); ok && (of.Sel.Name == "Grants" || of.Sel.Name == "Presets") {
			return of.Sel.Name + "." + s.Sel.Name
		}
	}
	return ""
}

// words by command: what makes each of them act when it is allowed.
var acting = map[string]commands.Args{
	"kick": {"person": "chaos"}, "mute": {"person": "chaos"}, "unmute": {"person": "dita"},
	"mute-all": {}, "end": {}, "ban": {"person": "chaos"}, "unban": {"person": "chaos"},
	"lock": {}, "unlock": {}, "pin": {"person": "chaos"}, "unpin": {"person": "chaos"},
	"hold": {"person": "chaos"}, "unhold": {"person": "chaos"}, "set": {"person": "chaos", "options": "beep_on_exit=true"},
	"announce": {"text": "hello"}, "coach": {"coach": "ben", "person": "chaos"}, "uncoach": {"coach": "ben"},
	"dial": {"number": "+16175551212"}, "watch": {}, "unwatch": {},
	"role": {"verb": "grant", "subject": "U0ANN", "preset": "viewer"},
	"note": {"case": "1", "text": "seen"}, "undo": {"case": "1"}, "review": {"case": "1", "verdict": "fine"},
	"approve": {"case": "2"}, "deny": {"case": "2"}, "request": {"person": "chaos", "action": "kick"},
}

// looking are the commands that change nothing; what they show is held by
// TestNothingIsShownUnasked.
var looking = []string{"list", "bans", "audit", "case", "help"}

// outsiders are callers whom every permission refuses.
func outsiders() map[string]commands.Caller {
	return map[string]commands.Caller{
		"nobody":          by(nobody),
		"nameless":        by(""),
		"guest owner":     by("U0GUEST"),
		"deleted owner":   by("U0GONE"),
		"external owner":  by("U0ALIEN"),
		"bot owner":       by("U0BOT"),
		"unknown token":   {Actor: moderation.Actor{Kind: moderation.APIToken, ID: "ci"}},
		"no kind":         {Actor: moderation.Actor{ID: owner}},
		"an unknown kind": {Actor: moderation.Actor{Kind: "root", ID: owner}},
	}
}

func guarded(recorded *recorder) stageOption {
	return func(st *stage, c *commands.Config) {
		recorded.Driver = st.sim
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", recorded))
		c.Rules.Owners = []string{owner, "U0GUEST", "U0GONE", "U0ALIEN", "U0BOT"}
		c.Directory = people{users: map[string]commands.Person{
			"U0GUEST": {Guest: true}, "U0GONE": {Deleted: true},
			"U0ALIEN": {External: true}, "U0BOT": {Bot: true},
		}}
		c.Rules.PermanentBans = true
	}
}

// TestNothingHappensUnasked asks every command of the table of those who may
// nothing, through every door: nothing reaches the provider, and nothing in the
// store changes but the record of the attempt. The same words of an owner act.
func TestNothingHappensUnasked(t *testing.T) {
	for _, c := range commands.Table() {
		if _, ok := acting[c.Name]; !ok && !slices.Contains(looking, c.Name) {
			t.Errorf("the command %s is listed nowhere: give it words that act, or say that it only looks", c.Name)
		}
	}
	recorded := &recorder{}
	st := newStage(t, guarded(recorded))
	st.typed(owner, "mute standup ben")
	st.confirmed(owner, "ban standup dita permanent") // waits: case 2
	recorded.take()
	before := st.state()
	doors := []commands.Source{commands.FromButton, commands.FromDialog, commands.FromAPI, commands.FromSlash, commands.FromCLI}
	for name, caller := range outsiders() {
		for command, args := range acting {
			tried := doors
			if name != "nobody" {
				tried = doors[:1]
			}
			for _, source := range tried {
				args := withRoom(command, args)
				answer := st.Do(t.Context(), commands.Invocation{
					Caller: caller, Source: source, Command: command, Args: args, Key: st.key(), Confirmed: true,
				})
				if command == "request" && name == "nobody" {
					continue // is for those who may nothing
				}
				switch a := answer.(type) {
				case commands.Notice:
					if a.Tone == commands.Done {
						t.Errorf("%s by %s (%s): %s", command, name, source, said(t, a))
					}
				case commands.Missing:
				default:
					t.Errorf("%s by %s (%s): %T %s", command, name, source, answer, said(t, answer))
				}
			}
		}
	}
	if calls := recorded.take(); len(calls) > 0 {
		t.Errorf("the provider was asked to %v", calls)
	}
	after := st.state()
	if _, waits := after["waiting"][fmt.Sprintf("%020d", 2)]; !waits {
		t.Error("what waited was decided")
	}
	delete(before, "waiting")
	delete(after, "waiting")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the store changed: %s", diff)
	}
	for _, c := range st.cases()[2:] {
		if c.Outcome != moderation.Refused && !c.Requested {
			t.Errorf("case %+v", c)
		}
	}
}

// TestTheSameWordsAct holds that the words of TestNothingHappensUnasked act
// when they are allowed: else it would prove nothing.
func TestTheSameWordsAct(t *testing.T) {
	for command, args := range acting {
		t.Run(command, func(t *testing.T) {
			recorded := &recorder{}
			st := newStage(t, guarded(recorded))
			st.grant(super1, moderation.Admin, "*")
			st.typed(super1, "mute standup ben")
			st.confirmed(super1, "ban standup dita permanent")
			for _, line := range []string{"lock standup", "pin standup chaos", "hold standup chaos", "coach standup ben chaos", "watch standup", "mute standup dita"} {
				if name, _, _ := strings.Cut(line, " "); command == "un"+name {
					st.typed(super1, line)
				}
			}
			if command == "unban" {
				st.typed(super1, "ban standup chaos 1h")
			}
			before := st.state()
			recorded.take()
			answer := st.Do(t.Context(), commands.Invocation{
				Caller: by(owner), Source: commands.FromButton, Command: command, Args: withRoom(command, args), Key: st.key(), Confirmed: true,
			})
			acted := !cmp.Equal(before, st.state())
			switch a := answer.(type) {
			case commands.Notice:
				acted = acted || a.Tone == commands.Done
			case commands.CaseAnswer:
				acted = acted || a.Tone == commands.Done
			}
			if !acted {
				t.Errorf("nothing happened: %s", said(t, answer))
			}
			if m, ok := answer.(commands.Missing); ok {
				t.Errorf("%v are missing", m.Missing)
			}
		})
	}
}

func withRoom(command string, args commands.Args) commands.Args {
	all := commands.Args{}
	for name, value := range args {
		all[name] = value
	}
	if c, ok := commands.Lookup(command); ok && command != "role" {
		if _, takes := c.Arg(commands.ArgRoom); takes {
			all[commands.ArgRoom] = "sim:standup"
		}
	}
	return all
}

// state is every document of the store that is not about attempts themselves.
func (st *stage) state() map[string]map[string]string {
	st.t.Helper()
	all := map[string]map[string]string{}
	err := st.store.View(context.Background(), func(tx store.Tx) error {
		for _, name := range []string{"grants", "presets", "measures", "boards", "brakes", "waiting", "guards", "timers"} {
			all[name] = map[string]string{}
			err := tx.ScanDocuments(name, "", "", func(key string, value []byte) (bool, error) {
				all[name][key] = string(value)
				return true, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		st.t.Fatal(err)
	}
	// The request of nobody waits, and lapses in time.
	for key := range all["timers"] {
		if strings.Contains(key, "/lapse/") {
			delete(all["timers"], key)
		}
	}
	return all
}

// TestNothingIsShownUnasked asks for every page and suggestion for those who
// may nothing: no room and no person is in any of them.
func TestNothingIsShownUnasked(t *testing.T) {
	st := newStage(t, guarded(&recorder{}))
	st.typed(owner, "kick standup chaos")
	room, err := st.sim.Room(t.Context(), "standup")
	if err != nil {
		t.Fatal(err)
	}
	for name, caller := range outsiders() {
		shown := []any{
			st.SuggestRooms(t.Context(), caller, "", 10),
			st.SuggestPeople(t.Context(), caller, "sim:standup", "", 10),
			st.Home(t.Context(), caller).Rooms,
			st.Home(t.Context(), caller).Mine,
			st.Home(t.Context(), caller).Review,
		}
		page, state := st.LookAtBoard(t.Context(), commands.Board{
			Actor: caller.Actor, Channel: "C1", Provider: "sim", Room: room.Name, RoomID: room.ID,
		})
		shown = append(shown, page.People)
		if state == commands.BoardLive {
			t.Errorf("%s looks at a board", name)
		}
		for i, list := range shown {
			if reflect.ValueOf(list).Len() > 0 {
				t.Errorf("%s is shown (%d) %+v", name, i, list)
			}
		}
		for _, command := range looking {
			for _, args := range []commands.Args{{}, {"room": "sim:standup"}, {"case": "1"}} {
				answer := st.Do(t.Context(), commands.Invocation{
					Caller: caller, Source: commands.FromButton, Command: command, Args: args, Key: st.key(),
				})
				if text := fmt.Sprintf("%+v", answer); strings.Contains(text, "Chaos") || strings.Contains(text, "Standup") {
					t.Errorf("%s is told by %s: %s", name, command, text)
				}
			}
		}
	}
}
