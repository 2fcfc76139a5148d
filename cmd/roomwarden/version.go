package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// release is set when a release is built: -ldflags "-X main.release=v1.2.3".
var release string

type versionCommand struct{ tabular }

// Run runs the subcommand.
func (v *versionCommand) Run(c *console) error {
	name, commit := version()
	if v.JSON {
		return c.printJSON(struct {
			Version string `json:"version"`
			Commit  string `json:"commit,omitempty"`
			Go      string `json:"go"`
		}{name, commit, runtime.Version()})
	}
	line := "roomwarden " + name
	if commit != "" {
		line += " (" + commit + ")"
	}
	return c.print(fmt.Sprintf("%s %s %s/%s", line, runtime.Version(), runtime.GOOS, runtime.GOARCH))
}

// version returns the release and the commit that the program was built from.
func version() (name, commit string) {
	name = release
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return name, ""
	}
	if name == "" {
		name = info.Main.Version
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = fmt.Sprintf("%.12s%s", s.Value, commit)
		case s.Key == "vcs.modified" && s.Value == "true":
			commit += "+"
		}
	}
	return name, commit
}
