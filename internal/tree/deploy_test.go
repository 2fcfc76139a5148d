package tree

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/roomwarden/roomwarden/internal/needs"
)

var variable = regexp.MustCompile(`\$\{([A-Z_]+)`)

// systemd finds nothing wrong with the unit, but that the program is not installed here.
func TestUnit(t *testing.T) {
	analyze := needs.Program(t, "apt-get install systemd", "systemd-analyze")
	const installed = "/usr/local/bin/roomwarden"
	unit := read(t, "deploy/roomwarden.service")
	if !strings.Contains(unit, "ExecStart="+installed+" run ") {
		t.Fatalf("the unit does not start %s run", installed)
	}
	here, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roomwarden.service")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(unit, installed, here)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", path).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, filepath.Base(path)) {
			t.Errorf("%s", line)
		}
	}
	if err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

// What the image is built from is there, and it is built as a release is.
func TestDockerfile(t *testing.T) {
	text := read(t, "deploy/Dockerfile")
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--from") {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Errorf("COPY of what is not there: %s", source)
			}
		}
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if version == nil || !strings.Contains(text, "FROM golang:"+version[1]+"-") {
		t.Errorf("the image is not built with the Go of go.mod, %v", version)
	}
	for _, part := range []string{"CGO_ENABLED=0 go build", "-X main.release=", " ./cmd/roomwarden"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q", part)
		}
	}
	stages := strings.Split(text, "\nFROM ")
	if last := stages[len(stages)-1]; !strings.HasPrefix(last, "scratch\n") {
		t.Errorf("what is built where no target is named is not from scratch: %s", last)
	}
	for _, stage := range stages[2:] { // those that run
		for _, part := range []string{"USER 65532", "VOLUME /data", "HEALTHCHECK ", "ROOMWARDEN_STORE=bolt:///data/"} {
			if !strings.Contains(stage, part) {
				t.Errorf("no %q in a stage that runs: %s", part, stage)
			}
		}
	}
	if !strings.Contains(read(t, "cmd/roomwarden/version.go"), "\nvar release string") {
		t.Error("the build sets main.release, which is not there")
	}
}

// The services are built from files that are there, their volumes are declared,
// and everything that the example of a configuration takes from the environment
// is handed on.
func TestCompose(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Image string
			Build struct{ Context, Dockerfile string }
			// The rest is Docker's to judge.
			Environment map[string]string
			Volumes     []string
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	ours, ok := compose.Services["roomwarden"]
	if !ok {
		t.Fatal("no service roomwarden")
	}
	if _, err := os.Stat(filepath.Join(root, "deploy", ours.Build.Context, ours.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	for _, volume := range ours.Volumes {
		source, _, _ := strings.Cut(volume, ":")
		if file, ok := strings.CutPrefix(source, "./"); ok {
			if _, err := os.Stat(filepath.Join(root, "deploy", file+".example")); err != nil {
				t.Errorf("%s has no example: %v", source, err)
			}
		} else if _, declared := compose.Volumes[source]; !declared {
			t.Errorf("the volume %s is not declared", source)
		}
	}
	for _, name := range wanted(t) {
		if _, ok := ours.Environment[name]; !ok {
			t.Errorf("%s is not handed on", name)
		}
	}
	version := regexp.MustCompile(`livekit/livekit-server (v\S+)`).FindStringSubmatch(read(t, "tools/livekit-server/go.mod"))
	if version == nil || compose.Services["livekit"].Image != "livekit/livekit-server:"+version[1] {
		t.Errorf("the server is %s, tests run against %v", compose.Services["livekit"].Image, version)
	}
}

// The program takes the example of a configuration as it stands.
func TestExampleOfAConfiguration(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "run", "./cmd/roomwarden", "config", "check", "--config", "deploy/roomwarden.yaml.example")
	cmd.Dir = root
	values := map[string]string{"SLACK_APP_TOKEN": "xapp-1-example", "SLACK_BOT_TOKEN": "xoxb-1-example"}
	cmd.Env = append(os.Environ(), "ROOMWARDEN_STORE=bolt://"+filepath.Join(t.TempDir(), "roomwarden.db"))
	for _, name := range wanted(t) {
		value, ok := values[name]
		if !ok {
			value = strings.Repeat("secret", 8)
		}
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

// wanted returns the environment variables that the example of a configuration names.
func wanted(t *testing.T) []string {
	t.Helper()
	found := make(map[string]bool)
	for _, m := range variable.FindAllStringSubmatch(read(t, "deploy/roomwarden.yaml.example"), -1) {
		found[m[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}
