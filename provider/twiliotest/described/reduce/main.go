// Reduce copies of an OpenAPI description the paths that it is told, and what
// they refer to, so that the repository need not carry all of it:
//
//	reduce published.json reduced.json PATH...
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: reduce published.json reduced.json PATH...")
		os.Exit(2)
	}
	if err := reduce(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "reduce:", err)
		os.Exit(1)
	}
}

func reduce(from, to string, paths []string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	all, kept := object(doc["paths"]), map[string]any{}
	for _, p := range paths {
		if all[p] == nil {
			return fmt.Errorf("%s describes no %s", from, p)
		}
		kept[p] = all[p]
	}
	doc["paths"] = kept
	components := object(doc["components"])
	schemas, used := object(components["schemas"]), map[string]any{}
	collect(kept, schemas, used)
	components["schemas"] = used
	delete(doc, "tags")
	trim(doc)
	reduced, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(to, append(reduced, '\n'), 0o644)
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// collect adds to used every schema that v refers to.
func collect(v any, schemas, used map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			name := strings.TrimPrefix(ref, "#/components/schemas/")
			if used[name] == nil {
				used[name] = schemas[name]
				collect(schemas[name], schemas, used)
			}
		}
		for _, each := range v {
			collect(each, schemas, used)
		}
	case []any:
		for _, each := range v {
			collect(each, schemas, used)
		}
	}
}

// trim drops what says nothing about requests and answers: examples, and the
// headers that a browser asks for.
func trim(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "examples")
		delete(v, "x-twilio")
		if v["description"] != nil && v["content"] != nil {
			delete(v, "headers")
		}
		for _, each := range v {
			trim(each)
		}
	case []any:
		for _, each := range v {
			trim(each)
		}
	}
}
