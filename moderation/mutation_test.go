package moderation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// equivalents are the mutants that change nothing anyone can see, with why.
var equivalents = map[string]string{}

// TestMutations flips each comparison and each boolean of decide*.go once and
// holds that the tests of the decision notice. All mutants are built into one
// test binary and switched on by number. It takes about a minute, so it runs
// where ROOMWARDEN_MUTATE is set.
func TestMutations(t *testing.T) {
	if os.Getenv("ROOMWARDEN_MUTATE") == "" {
		t.Skip("runs with ROOMWARDEN_MUTATE=1")
	}
	files, err := filepath.Glob("decide*.go")
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string]string{}
	dir := t.TempDir()
	var mutants []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, found := mutate(t, name, len(mutants))
		mutants = append(mutants, found...)
		overlay[absolute(t, name)] = write(t, dir, name, text)
	}
	overlay[absolute(t, "mutant.go")] = write(t, dir, "mutant.go", []byte(mutantSwitch))
	replace, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "moderation.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", binary, "-overlay", write(t, dir, "overlay.json", replace), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the mutants: %v\n%s", err, out)
	}
	if !survives(t, binary, -1) {
		t.Fatal("the tests fail with no mutant switched on")
	}
	var survivors atomic.Int64
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for number, mutant := range mutants {
		if _, known := equivalents[mutant]; known {
			continue
		}
		group.Go(func() error {
			if survives(t, binary, number) {
				survivors.Add(1)
				t.Errorf("survives: %s", mutant)
			}
			return nil
		})
	}
	_ = group.Wait()
	t.Logf("%d mutants, %d survive, %d are equivalent", len(mutants), survivors.Load(), len(equivalents))
}

const mutantSwitch = `package moderation

import (
	"os"
	"strconv"
)

var mutantNumber = func() int {
	n, err := strconv.Atoi(os.Getenv("MUTANT"))
	if err != nil {
		return -1
	}
	return n
}()

func mutant(n int) bool { return n == mutantNumber }
`

// flipped says what each operator becomes.
var flipped = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.LEQ, token.LEQ: token.LSS,
	token.GTR: token.GEQ, token.GEQ: token.GTR, token.LAND: token.LOR, token.LOR: token.LAND,
}

// mutate returns the file with a switch at each place that can be flipped, and
// what each does. Places are read from the innermost out, by the source's own text.
func mutate(t *testing.T, name string, first int) ([]byte, []string) {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	place := func(n ast.Node, what string) string {
		at := set.Position(n.Pos())
		line := bytes.TrimSpace(bytes.Split(source, []byte("\n"))[at.Line-1])
		found = append(found, fmt.Sprintf("%s: %s in %q", name, what, line))
		return strconv.Itoa(first + len(found) - 1)
	}
	var text func(n ast.Node) string
	text = func(n ast.Node) string {
		start := set.Position(n.Pos()).Offset
		end := set.Position(n.End()).Offset
		out, last := "", start
		ast.Inspect(n, func(inner ast.Node) bool {
			if inner == nil || inner == n {
				return true
			}
			made := rewrite(inner, text, place)
			if made == "" {
				return true
			}
			out += string(source[last:set.Position(inner.Pos()).Offset]) + made
			last = set.Position(inner.End()).Offset
			return false
		})
		return out + string(source[last:end])
	}
	made := string(source[:set.Position(file.Pos()).Offset]) + text(file)
	formatted, err := format.Source([]byte(made))
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, made)
	}
	return formatted, found
}

// rewrite returns the switch for one node, "" where there is nothing to flip.
func rewrite(n ast.Node, text func(ast.Node) string, place func(ast.Node, string) string) string {
	switch e := n.(type) {
	case *ast.BinaryExpr:
		other, ok := flipped[e.Op]
		if !ok {
			return ""
		}
		number := place(e, e.Op.String()+" to "+other.String())
		x, y := operand(e.X, text, place), operand(e.Y, text, place)
		return fmt.Sprintf("(mutant(%s) && (%s %s %s) || !mutant(%s) && (%s %s %s))", number, x, other, y, number, x, e.Op, y)
	case *ast.UnaryExpr:
		if e.Op != token.NOT {
			return ""
		}
		number := place(e, "! dropped")
		return fmt.Sprintf("(mutant(%s) == %s)", number, operand(e.X, text, place))
	case *ast.Ident:
		if e.Name != "true" && e.Name != "false" {
			return ""
		}
		return fmt.Sprintf("(mutant(%s) != %s)", place(e, e.Name+" flipped"), e.Name)
	}
	return ""
}

// operand is the text of an operand, itself rewritten where it can be.
func operand(n ast.Node, text func(ast.Node) string, place func(ast.Node, string) string) string {
	if made := rewrite(n, text, place); made != "" {
		return made
	}
	return "(" + text(n) + ")"
}

// survives runs the tests of the decision with one mutant switched on: the
// quick ones first, the table over those that are still alive.
func survives(t *testing.T, binary string, number int) bool {
	t.Helper()
	for _, tests := range []string{"Decide[^T]|Asked|Covers|Scope|Glob|Allowed|Viewer|Presets", "DecideTable"} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		run := exec.CommandContext(ctx, binary, "-test.failfast", "-test.run", tests,
			"-rapid.nofailfile", "-rapid.checks=100", "-rapid.seed=1", "-rapid.shrinktime=1ms")
		run.Env = append(os.Environ(), "ROOMWARDEN_MUTATE=", "MUTANT="+strconv.Itoa(number))
		err := run.Run()
		cancel()
		if err != nil {
			return false
		}
	}
	return true
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t *testing.T, dir, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
