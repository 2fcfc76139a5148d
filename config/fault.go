package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
	// written holds how a value stands in the file that a reference brought in:
	// it may be a secret that went astray.
	written map[string]string
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
	says := slackToken.ReplaceAllString(f.asWritten(fmt.Sprintf(format, args...)), hidden)
	f.List = append(f.List, Fault{Line: line, Key: key, Says: says, Remedy: remedy})
}

// leaveOut forgets what is wrong under these top-level keys.
func (f *Faults) leaveOut(keys []string) {
	f.List = slices.DeleteFunc(f.List, func(fault Fault) bool {
		top, _, _ := strings.Cut(fault.Key, ".")
		top, _, _ = strings.Cut(top, "[")
		return slices.Contains(keys, top)
	})
}

// slackToken is a token of Slack's that stands where it does not belong.
var slackToken = regexp.MustCompile(`\bx(app|ox[a-z])-[A-Za-z0-9.-]+`)

// asWritten puts references back in place of what they brought in.
func (f *Faults) asWritten(says string) string {
	for value, reference := range f.written {
		says = strings.ReplaceAll(says, strconv.Quote(value), strconv.Quote(reference))
	}
	return says
}

// brought remembers what a reference stands for.
func (f *Faults) brought(reference, value string) {
	if f.written == nil {
		f.written = make(map[string]string)
	}
	f.written[value] = reference
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
