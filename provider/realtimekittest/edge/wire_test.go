package edge_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/wire.txt anew")

const bundlePath = "../../realtimekit/bridge/sdk.js"

// What the SDK says of the wire is what it said when this was written, and what
// this package speaks is a part of it. Another SDK that speaks otherwise fails here.
func TestWire(t *testing.T) {
	bundle, err := os.ReadFile(bundlePath)
	if err != nil {
		t.Fatal(err)
	}
	used, err := usedHere()
	if err != nil {
		t.Fatal(err)
	}
	sdk, err := tableOf(string(bundle))
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range used.differs(sdk) {
		t.Error(wrong)
	}
	got := sdk.text(used)
	if *update {
		if err := os.WriteFile("testdata/wire.txt", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/wire.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("the SDK speaks otherwise (-was +is); look at what it means, then -update:\n%s", diff)
	}
}

// One byte of the bundle is enough to be noticed.
func TestWireNoticesOneByte(t *testing.T) {
	raw, err := os.ReadFile(bundlePath)
	if err != nil {
		t.Fatal(err)
	}
	used, err := usedHere()
	if err != nil {
		t.Fatal(err)
	}
	for was, is := range map[string]string{
		"hostControlPeer:93": "hostControlPeer:95",
		"kick:30":            "kick:39",
		`super("media.edge.GlobalPeerPinningRequest",[{no:1`:                                                                          `super("media.edge.GlobalPeerPinningRequest",[{no:2`,
		`{no:3,name:"video",kind:"scalar",T:8},{no:4,name:"scree_share"`:                                                              `{no:3,name:"video",kind:"scalar",T:9},{no:4,name:"scree_share"`,
		`s[s.VIDEO=1]="VIDEO"})(zs`:                                                                                                   `s[s.VIDEO=2]="VIDEO"})(zs`,
		`"media.edge.PeerJoinBroadcastResponse",[{no:1,name:"participant",kind:"message",T:()=>$g`:                                    `"media.edge.PeerJoinBroadcastResponse",[{no:1,name:"participant",kind:"message",T:()=>us`,
		`"media.edge.RoomParticipants",[{no:1,name:"peer_id",kind:"scalar",T:9},{no:2,name:"producer_states",kind:"message",repeat:1`: `"media.edge.RoomParticipants",[{no:1,name:"peer_id",kind:"scalar",T:9},{no:5,name:"producer_states",kind:"message",repeat:1`,
	} {
		if strings.Count(string(raw), was) != 1 {
			t.Errorf("%s is in the bundle %d times", was, strings.Count(string(raw), was))
			continue
		}
		sdk, err := tableOf(strings.Replace(string(raw), was, is, 1))
		if err == nil && len(used.differs(sdk)) == 0 {
			t.Errorf("not noticed: %s", is)
		}
	}
}

// usedHere reads from the source of this package which events and messages it
// speaks, so that none can be left out.
func usedHere() (table, error) {
	t := table{events: map[string]uint32{}, messages: map[string][]field{}, enums: map[string][]value{}}
	files := token.NewFileSet()
	goTypes, enumTypes := map[string]string{}, map[string]string{}
	var decls []ast.Decl
	for _, path := range []string{"wire.go", "messages.go"} {
		f, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return table{}, err
		}
		decls = append(decls, f.Decls...)
	}
	var structs []*ast.TypeSpec
	for _, s := range specs[*ast.TypeSpec](decls) {
		switch typed := s.Type.(type) {
		case *ast.StructType:
			goTypes[s.Name.Name] = tag(typed.Fields.List[0])
			structs = append(structs, s)
		case *ast.Ident:
			if s.Comment != nil {
				enumTypes[s.Name.Name] = strings.TrimSpace(s.Comment.Text())
			}
		}
	}
	for _, s := range structs {
		name := goTypes[s.Name.Name]
		t.messages[name] = []field{}
		for _, f := range s.Type.(*ast.StructType).Fields.List[1:] {
			number, called, _ := strings.Cut(tag(f), ",")
			n, err := strconv.Atoi(number)
			if err != nil {
				return table{}, fmt.Errorf("%s.%s has no number: %w", s.Name.Name, f.Names[0].Name, err)
			}
			t.messages[name] = append(t.messages[name], field{number: n, name: called, kind: kindOf(f.Type, goTypes, enumTypes)})
		}
	}
	for _, s := range specs[*ast.ValueSpec](decls) {
		kind, ok := s.Type.(*ast.Ident)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(s.Values[0].(*ast.BasicLit).Value, 0, 32)
		if err != nil || s.Comment == nil {
			return table{}, fmt.Errorf("%s has no number or no name in the SDK: %w", s.Names[0].Name, err)
		}
		name := strings.TrimSpace(s.Comment.Text())
		if enum, ok := enumTypes[kind.Name]; ok {
			t.enums[enum] = append(t.enums[enum], value{number: int(n), name: name})
		} else {
			t.events[name] = uint32(n)
		}
	}
	return t, nil
}

func specs[S ast.Spec](decls []ast.Decl) (all []S) {
	for _, d := range decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if s, ok := s.(S); ok {
					all = append(all, s)
				}
			}
		}
	}
	return all
}

func tag(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	return reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("wire")
}

func kindOf(e ast.Expr, messages, enums map[string]string) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "message " + messages[e.X.(*ast.Ident).Name]
	case *ast.ArrayType:
		if of, ok := e.Elt.(*ast.Ident); ok && of.Name == "byte" {
			return "bytes"
		}
		return "repeated " + kindOf(e.Elt, messages, enums)
	case *ast.Ident:
		if enum, ok := enums[e.Name]; ok {
			return "enum " + enum
		}
		if e.Name == "Event" {
			return "uint32"
		}
		return e.Name
	default:
		return fmt.Sprintf("%T", e)
	}
}

// differs tells what is used and is not so in the SDK.
func (t table) differs(sdk table) (wrong []string) {
	for name, number := range t.events {
		if is, ok := sdk.events[name]; !ok || is != number {
			wrong = append(wrong, fmt.Sprintf("the event %s is %#x here and %#x in the SDK", name, number, is))
		}
	}
	for name, fields := range t.messages {
		there, ok := sdk.messages[name]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("the SDK has no message %s", name))
		}
		for _, f := range fields {
			if !slices.Contains(there, f) {
				wrong = append(wrong, fmt.Sprintf("%s has %v here, in the SDK %v", name, f, there))
			}
		}
	}
	for name, values := range t.enums {
		for _, v := range values {
			if !slices.Contains(sdk.enums[name], v) {
				wrong = append(wrong, fmt.Sprintf("%s has %v here, in the SDK %v", name, v, sdk.enums[name]))
			}
		}
	}
	return wrong
}

// text writes every event of the two services, and what is used of the rest whole.
func (t table) text(used table) string {
	var b strings.Builder
	events := slices.SortedFunc(maps.Keys(t.events), func(x, y string) int { return cmp.Compare(t.events[x], t.events[y]) })
	for _, name := range events {
		fmt.Fprintf(&b, "event 0x%08x %s\n", t.events[name], name)
	}
	for _, name := range slices.Sorted(maps.Keys(used.messages)) {
		fmt.Fprintf(&b, "\nmessage %s\n", name)
		for _, f := range t.messages[name] {
			fmt.Fprintf(&b, "  %d %s %s\n", f.number, f.kind, f.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used.enums)) {
		fmt.Fprintf(&b, "\nenum %s\n", name)
		for _, v := range t.enums[name] {
			fmt.Fprintf(&b, "  %d %s\n", v.number, v.name)
		}
	}
	return b.String()
}
