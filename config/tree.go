package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// node is one value of the file with the line that it stands on.
type node struct {
	line  int
	kind  nodeKind
	text  string  // of a scalar, after ${...}
	pairs []pair  // of a mapping
	items []*node // of a sequence
	// absent holds what is wrong with the references in text; said once, when
	// the value is taken, and instead of anything else about it.
	absent []Fault
}

type pair struct {
	key   string
	line  int
	value *node
}

type nodeKind int

const (
	nothing nodeKind = iota
	scalar
	mapping
	sequence
)

// byteOrderMark is what some editors begin a file with.
var byteOrderMark = []byte("\ufeff")

// parse reads the file's text into a tree; faults of form go into f.
func parse(text []byte, f *Faults, lookup func(string) (string, bool)) *node {
	text = bytes.TrimPrefix(text, byteOrderMark)
	file, err := parser.ParseBytes(typed.ReplaceAll(text, []byte(opened+"$1"+closed)), 0)
	if err != nil {
		line, says := 0, err.Error()
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			says = syntax.GetMessage()
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				line = t.Position.Line
			}
		}
		f.add(line, "", "Mend the YAML there.", "the file does not parse: %s", written.Replace(says))
		return nil
	}
	r := reader{faults: f, lookup: lookup, folder: filepath.Dir(f.Path), anchors: map[string]ast.Node{}}
	var root *node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			f.add(doc.Body.GetToken().Position.Line, "", "Keep one document.", "the file holds more than one YAML document")
			break
		}
		root = r.read(doc.Body)
	}
	if root == nil {
		root = &node{kind: mapping}
	}
	if root.kind != mapping {
		f.add(root.line, "", "Start from the example in docs/configuration.md.", "the file is not a list of keys")
		return nil
	}
	return root
}

type reader struct {
	faults  *Faults
	lookup  func(string) (string, bool)
	folder  string
	anchors map[string]ast.Node
	depth   int
}

func (r *reader) read(n ast.Node) *node {
	r.depth++
	defer func() { r.depth-- }()
	line := 0
	if t := n.GetToken(); t != nil && t.Position != nil {
		line = t.Position.Line
	}
	if r.depth > 64 {
		r.faults.add(line, "", "Write it flatter.", "values are nested too deep")
		return &node{line: line}
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		out := &node{line: line, kind: mapping}
		for _, p := range v.Values {
			out.pairs = append(out.pairs, r.pair(p))
		}
		return out
	case *ast.MappingValueNode:
		return &node{line: line, kind: mapping, pairs: []pair{r.pair(v)}}
	case *ast.SequenceNode:
		out := &node{line: line, kind: sequence}
		for _, item := range v.Values {
			out.items = append(out.items, r.read(item))
		}
		return out
	case *ast.NullNode:
		return &node{line: line, kind: nothing}
	case *ast.AnchorNode:
		r.anchors[v.Name.String()] = v.Value
		return r.read(v.Value)
	case *ast.AliasNode:
		if target, ok := r.anchors[v.Value.String()]; ok {
			return r.read(target)
		}
		r.faults.add(line, "", "Define it first.", "the alias %s names nothing", v.Value)
		return &node{line: line}
	case *ast.TagNode:
		return r.read(v.Value)
	case *ast.StringNode:
		return r.scalar(line, v.Value)
	case *ast.LiteralNode:
		return r.scalar(line, strings.TrimRight(v.Value.Value, "\n"))
	default:
		return r.scalar(line, strings.TrimSpace(n.GetToken().Value))
	}
}

func (r *reader) pair(p *ast.MappingValueNode) pair {
	key := p.Key.GetToken()
	return pair{key: key.Value, line: key.Position.Line, value: r.read(p.Value)}
}

// YAML takes the braces of ${NAME} for its own inside {a: ${NAME}}, so they
// pass through the parser as two characters of the private use area.
const opened, closed = "\ue000", "\ue001"

var (
	typed     = regexp.MustCompile(`\$\{([^}\n]*)\}`)
	reference = regexp.MustCompile(opened + "([^" + closed + "]*)" + closed)
	written   = strings.NewReplacer(opened, "${", closed, "}")
)

func (r *reader) scalar(line int, text string) *node {
	out := &node{line: line, kind: scalar}
	out.text = reference.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.TrimSuffix(strings.TrimPrefix(match, opened), closed)
		if path, isFile := strings.CutPrefix(name, "file:"); isFile {
			if !filepath.IsAbs(path) {
				path = filepath.Join(r.folder, path)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				out.absent = append(out.absent, Fault{
					Line: line, Says: "the file " + path + " cannot be read",
					Remedy: "Make the file, or let the program's user read it.",
				})
				return ""
			}
			return strings.TrimRight(string(content), "\r\n")
		}
		value, set := r.lookup(name)
		if !set {
			out.absent = append(out.absent, Fault{
				Line: line, Says: "the environment variable " + name + " is not set",
				Remedy: "Set " + name + ", or write the value here.",
			})
		}
		return value
	})
	if out.text != text {
		r.faults.brought(written.Replace(text), out.text)
	}
	return out
}
