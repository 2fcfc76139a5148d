package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/words"
)

// uses are the keys and the beginnings of keys that the code names.
type uses struct {
	said     map[string]token.Position // first arguments of Say and Fault
	prefixes map[string]bool           // what keys are put together from: label.
	literals map[string]bool           // anything that could be a key
}

var (
	keyForm    = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]*[a-z0-9])+$`)
	prefixForm = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*[._]$`)
)

// Every sentence that the code says is in the word list, and no sentence is
// there that nothing says.
func TestKeys(t *testing.T) {
	p := words.MustLoad("en")
	u := readUses(t, "..")
	for key, at := range u.said {
		if !p.Has(key) {
			t.Errorf("%s: no sentence %q", at, key)
		}
	}
	for _, key := range p.Keys() {
		if !u.literals[key] && !u.begins(key) {
			t.Errorf("nothing says %q", key)
		}
	}
}

func (u uses) begins(key string) bool {
	for prefix := range u.prefixes {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// readUses reads every file of the product but its tests.
func readUses(t *testing.T, root string) uses {
	t.Helper()
	u := uses{said: map[string]token.Position{}, prefixes: map[string]bool{}, literals: map[string]bool{}}
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "tools") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			u.note(set, n)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (u uses) note(set *token.FileSet, n ast.Node) {
	switch n := n.(type) {
	case *ast.BasicLit:
		switch text, _ := literal(n); {
		case keyForm.MatchString(text):
			u.literals[text] = true
		case prefixForm.MatchString(text):
			u.prefixes[text] = true
		}
	case *ast.CallExpr:
		at, ok := keyArgument(n)
		if !ok || at >= len(n.Args) {
			return
		}
		if text, ok := literal(n.Args[at]); ok && keyForm.MatchString(text) {
			u.said[text] = set.Position(n.Pos())
		}
	}
}

// keyArgument is which argument of a call is a key.
func keyArgument(call *ast.CallExpr) (at int, ok bool) {
	var name string
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	switch name {
	case "Say", "say":
		return 0, true
	case "Fault":
		return 1, true
	}
	return 0, false
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}
