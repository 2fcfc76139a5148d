package app_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

var update = flag.Bool("update", false, "write the generated part of docs/providers.md anew")

// complete is a configuration of each type with everything that adds a capability.
var complete = map[string]map[string]string{
	"livekit": {
		"url": "wss://example.livekit.cloud", "api_key": "key", "api_secret": "secret", "sip_trunk": "ST_example",
	},
	"realtimekit": {
		"account_id": "account", "app_id": "app", "api_token": "token", "no_video_preset": "no-video",
		"bridge.chromium": "/usr/bin/chromium",
	},
	"simulated": {},
	"twilio-video": {
		"account_sid": "AC" + strings.Repeat("0", 32), "api_key": "SK" + strings.Repeat("0", 32), "api_secret": "secret",
		"auth_token": "token",
	},
	"twilio-voice": {
		"account_sid": "AC" + strings.Repeat("0", 32), "auth_token": "token", "caller_id": "+15005550006",
	},
}

const (
	page  = "../docs/providers.md"
	begin = "<!-- Made from what the drivers say: go test ./app -run TestProvidersPage -update -->\n"
	end   = "<!-- The rest is written by hand. -->\n"
)

// The matrix in docs/providers.md is what the code uses.
func TestProvidersPage(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks of its generated part", page)
	}
	want := before + begin + generated(t) + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("%s is not what the drivers say: go test ./app -run TestProvidersPage -update", page)
	}
}

func generated(t *testing.T) string {
	p := words.MustLoad("en")
	columns := make(map[string]moderation.CapabilitySet)
	for _, kind := range app.Types {
		columns[kind.Name] = capabilities(t, kind)
	}
	var out strings.Builder
	head, rule := "| |", "|---|"
	for _, kind := range app.Types {
		head += " " + kind.Name + " |"
		rule += "---|"
	}
	fmt.Fprintf(&out, "\n%s\n%s\n", head, rule)
	for _, c := range moderation.Capabilities() {
		row := "| `" + string(c) + "` |"
		for _, kind := range app.Types {
			row += " " + string(level(columns[kind.Name][c])) + " |"
		}
		fmt.Fprintln(&out, row)
	}
	for _, kind := range app.Types {
		fmt.Fprintf(&out, "\n## %s\n\n", kind.Name)
		fmt.Fprint(&out, "| key | |\n|---|---|\n")
		for _, f := range kind.Fields {
			fmt.Fprintf(&out, "| `%s` | %s%s |\n", f.Name, f.Usage, needed(f))
		}
		said := remarks(p, columns[kind.Name])
		if len(said) > 0 {
			fmt.Fprintf(&out, "\n%s\n", strings.Join(said, "\n"))
		}
	}
	fmt.Fprintln(&out)
	return out.String()
}

func capabilities(t *testing.T, kind provider.Type) moderation.CapabilitySet {
	values, ok := complete[kind.Name]
	if !ok {
		t.Fatalf("add a configuration of %s to this test", kind.Name)
	}
	d, err := kind.Open(t.Context(), provider.Settings{
		Name: kind.Name, Values: values, PublicURL: "https://example.org",
	})
	if err != nil {
		t.Fatalf("%s: %v", kind.Name, err)
	}
	set := d.Capabilities(moderation.Room{Provider: kind.Name, ID: "room", Name: "room"})
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	return set
}

func level(s moderation.Support) moderation.Level {
	if s.Level == "" {
		return moderation.Impossible
	}
	return s.Level
}

func needed(f provider.Field) string {
	switch {
	case f.Required && f.Secret:
		return " (required, secret)"
	case f.Required:
		return " (required)"
	case f.Secret:
		return " (secret)"
	default:
		return ""
	}
}

// remarks lists what a driver says of its capabilities, each sentence once.
func remarks(p *words.Printer, set moderation.CapabilitySet) []string {
	var order []string
	of := make(map[string][]string)
	for _, c := range moderation.Capabilities() {
		s := set[c]
		if s.Says.IsZero() {
			continue
		}
		text := p.Say(words.Plain{}, s.Says)
		if !slices.Contains(order, text) {
			order = append(order, text)
		}
		of[text] = append(of[text], fmt.Sprintf("`%s` %s", c, level(s)))
	}
	lines := make([]string, 0, len(order))
	for _, text := range order {
		lines = append(lines, "- "+strings.Join(of[text], ", ")+": "+text)
	}
	return lines
}
