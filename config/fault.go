package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with the configuration, and how to mend it.
type Fault struct {
	Line   int    `json:"line,omitempty"` // 0: of the file as a whole
	Key    string `json:"key,omitempty"`
	Says   string `json:"says"`
	Remedy string `json:"remedy"`
}

// Faults is every fault of a file, in the order of lines.
type Faults struct {
	Path string  `json:"file"`
	List []Fault `json:"faults"`
}

// Error lists the faults, one a line: file:line: key: what is wrong. Remedy.
func (f *Faults) Error() string {
	lines := make([]string, 0, len(f.List))
	for _, fault := range f.List {
		where := f.Path
		if fault.Line > 0 {
			where = fmt.Sprintf("%s:%d", f.Path, fault.Line)
		}
		if fault.Key != "" {
			where += ": " + fault.Key
		}
		lines = append(lines, fmt.Sprintf("%s: %s. %s", where, fault.Says, fault.Remedy))
	}
	return strings.Join(lines, "\n")
}

func (f *Faults) add(line int, key, remedy, format string, args ...any) {
	f.List = append(f.List, Fault{Line: line, Key: key, Says: fmt.Sprintf(format, args...), Remedy: remedy})
}

// about reports whether one of the faults from the index on is about the key.
func (f *Faults) about(key string, from int) bool {
	return slices.ContainsFunc(f.List[from:], func(fault Fault) bool { return fault.Key == key })
}

// err returns f where it holds a fault.
func (f *Faults) err() error {
	if len(f.List) == 0 {
		return nil
	}
	slices.SortStableFunc(f.List, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return f
}
