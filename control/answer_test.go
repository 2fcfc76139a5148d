package control_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
)

var all = []commands.Answer{
	commands.Notice{},
	commands.CaseAnswer{},
	commands.RoomsPage{},
	commands.RoomPage{},
	commands.CasePage{},
	commands.CaseHistory{},
	commands.Candidates{},
	commands.Missing{},
	commands.Confirm{},
	commands.GrantPage{},
	commands.MeasurePage{},
	commands.Explanation{},
	commands.HelpPage{},
}

// Every type of answer crosses the socket with every field that JSON has of it.
func TestAnswersAreTheSameAfterTheSocket(t *testing.T) {
	for _, empty := range all {
		full := reflect.New(reflect.TypeOf(empty)).Elem()
		fill(full)
		for _, want := range []commands.Answer{empty, full.Interface().(commands.Answer)} {
			text, err := control.EncodeAnswer(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := control.DecodeAnswer(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%T (-want +got):\n%s", want, diff)
			}
		}
	}
}

func TestNoAnswerIsForgotten(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../commands/answer.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, a := range all {
		known[reflect.TypeOf(a).Name()] = true
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "answer" {
			if name := f.Recv.List[0].Type.(*ast.Ident).Name; !known[name] {
				t.Errorf("%s does not cross the socket", name)
			}
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	if _, err := control.EncodeAnswer(nil); err == nil {
		t.Error("nil was encoded")
	}
	for _, text := range []string{`{`, `{"type":"Bomb","answer":{}}`, `{"type":"Notice","answer":[]}`} {
		if _, err := control.DecodeAnswer([]byte(text)); err == nil || !strings.Contains(err.Error(), "decode") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// fill gives every field a value that is written in JSON.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 9, 0, 0, 5, time.UTC)))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(`{"a":1}`)))
		return
	case moderation.Sentence:
		v.Set(reflect.ValueOf(moderation.Say("a.key", "Text", "t", "Whole", int64(7), "Part", 1.5, "Yes", true, "Nil", nil,
			"User", moderation.UserID("U1"), "Group", moderation.GroupID("S1"), "Channel", moderation.ChannelID("C1"),
			"Literal", moderation.Literal("kick"), "Room", moderation.RoomRef{Provider: "live", Name: "standup"},
			"List", []string{"a", "b"}, "For", 90*time.Second, "One", moderation.Say("b"), "More", []moderation.Sentence{moderation.Say("c")})))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text <&>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint64:
		v.SetUint(1<<63 + 1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`{"a":1}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") == "-" {
				continue // a driver's own, which stays where it is
			}
			fill(v.Field(i))
		}
	}
}
