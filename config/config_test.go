package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/config"
)

var known = config.Known{Languages: []string{"de", "en"}, Types: []config.ProviderType{
	{Name: "simulated"},
	{Name: "livekit", Fields: []config.ProviderField{
		{Name: "url", Required: true, Usage: "the server's ws:// or wss:// address", Check: func(v string) string {
			if !strings.HasPrefix(v, "ws") {
				return fmt.Sprintf("%q is no ws:// address", v)
			}
			return ""
		}},
		{Name: "api_key", Required: true, Usage: "the API key"},
		{Name: "api_secret", Required: true, Secret: true, Usage: "the API secret"},
		{Name: "bridge.chromium", Usage: "the browser's path"},
	}},
}}

const good = `slack:
  app_token: ${SLACK_APP_TOKEN}
  bot_token: xoxb-verysecret
  audit_channel: C0AUDIT00
owners: [U0OWNER00]
http: {public_url: "https://rw.example.org/", api_tokens: [{name: ci, token: topsecrettopsecret, role: moderator}]}
providers:
  - {name: live, type: livekit, url: ws://a, api_key: k, api_secret: alsosecret, bridge: {chromium: /usr/bin/chromium}}
  - {name: sim,  type: simulated}
`

func environment(values ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i+1 < len(values); i += 2 {
			if values[i] == name {
				return values[i+1], true
			}
		}
		return "", false
	}
}

func TestDefaultsAndOverrides(t *testing.T) {
	c, err := config.Parse("/etc/rw/c.yaml", []byte(good), known, environment("SLACK_APP_TOKEN", "xapp-1", "SLACK_API_URL", "http://127.0.0.1:1/api"))
	if err != nil {
		t.Fatal(err)
	}
	for what, ok := range map[string]bool{
		"app token from the environment":   c.Slack.AppToken.Reveal() == "xapp-1",
		"address ends in a slash":          c.Slack.APIURL == "http://127.0.0.1:1/api/",
		"two connections":                  c.Slack.Connections == 2,
		"requests go to the audit channel": c.Slack.RequestsChannel == "C0AUDIT00",
		"store beside the file":            c.Store.Path == "/etc/rw/roomwarden.db",
		"public address without a slash":   c.HTTP.PublicURL == "https://rw.example.org",
		"a token's scope is everything":    c.HTTP.APITokens[0].Scope == "*",
		"nested provider key":              c.Providers[0].Values["bridge.chromium"] == "/usr/bin/chromium",
		"ending over 20 takes two":         c.Moderation.TwoPeople.EndOver == 20,
	} {
		if !ok {
			t.Errorf("wrong: %s: %+v", what, c)
		}
	}
}

// What editors of other systems leave in a file is no fault.
func TestFileOfAnotherSystem(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(good, "\n", "\r\n")
	if _, err := config.Parse("c.yaml", []byte(text), known, environment("SLACK_APP_TOKEN", "xapp-1")); err != nil {
		t.Fatal(err)
	}
}

func TestReasons(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(good+"moderation: {reasons: [Harassment, \" Not invited \"]}\n"), known, environment("SLACK_APP_TOKEN", "xapp-1"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Moderation.Reasons, "|"); got != "Harassment|Not invited" {
		t.Fatalf("reasons %q", got)
	}
}

func TestMissingVariableIsNoFaultWhereOverridden(t *testing.T) {
	text := strings.ReplaceAll(good, "${SLACK_APP_TOKEN}", "${OTHER}")
	if _, err := config.Parse("c.yaml", []byte(text), known, environment("SLACK_APP_TOKEN", "xapp-1")); err != nil {
		t.Fatal(err)
	}
}

// Whoever has no use for a part of the file is not told what is wrong with it.
func TestFaultsAside(t *testing.T) {
	text := strings.ReplaceAll(good, "url: ws://a", "url: https://a")
	_, err := config.Parse("c.yaml", []byte(text), known, environment(), "slack", "owners")
	var faults *config.Faults
	if !errors.As(err, &faults) || len(faults.List) != 1 || faults.List[0].Key != "providers[0].url" {
		t.Fatalf("faults %v", err)
	}
	if _, err = config.Parse("c.yaml", []byte(text), known, environment(), "slack", "providers"); err != nil {
		t.Fatal(err)
	}
}

func TestFileReference(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "token"), []byte("xapp-fromfile\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(good, "${SLACK_APP_TOKEN}", "${file:token}")
	c, err := config.Parse(filepath.Join(folder, "c.yaml"), []byte(text), known, environment())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Slack.AppToken.Reveal(); got != "xapp-fromfile" {
		t.Fatalf("token %q", got)
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(good), known, environment("SLACK_APP_TOKEN", "xapp-1secret"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	printed := string(text) + fmt.Sprintf("%v %+v %#v", c.Slack, c.Slack, c.Slack) + fmt.Sprintf("%+v %#v", c.HTTP, c.HTTP)
	for _, secret := range []string{"1secret", "verysecret", "topsecret", "alsosecret"} {
		if strings.Contains(printed, secret) {
			t.Errorf("%s is printed:\n%s", secret, printed)
		}
	}
	if !strings.Contains(string(text), "name: live") || !strings.Contains(string(text), "chromium: /usr/bin/chromium") {
		t.Errorf("the effective configuration lacks its providers:\n%s", text)
	}
}

// A secret that stands in the wrong place is not printed with the fault.
func TestFaultsHideSecrets(t *testing.T) {
	_, err := config.Parse("c.yaml", []byte(strings.Replace(good, "C0AUDIT00", "xoxb-1-astray", 1)+`language: ${ASTRAY}
privacy: {numbers: ${MODE}}
`), known, environment("SLACK_APP_TOKEN", "xapp-1", "ASTRAY", "topsecret", "MODE", "Masked"))
	var faults *config.Faults
	if !errors.As(err, &faults) || len(faults.List) != 3 {
		t.Fatal(err)
	}
	for _, secret := range []string{"astray", "topsecret", "Masked"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s is printed:\n%v", secret, err)
		}
	}
	if !strings.Contains(err.Error(), `c.yaml:10: language: "${ASTRAY}" is not known. Write de or en.`) {
		t.Errorf("the fault does not show what stands there:\n%v", err)
	}
}

// What is printed can be read again, but for the secrets.
func TestPrintedAsWritten(t *testing.T) {
	for written, printed := range map[string]string{
		"":                                          "end_over: 20\n",
		"moderation: {brake: off}":                  "brake: \"off\"\n",
		"moderation: {brake: {per: 1h}}":            "removals: 10\n    per: 1h\n",
		"moderation: {brake: {per: 90m}}":           "per: 1h30m\n",
		"moderation: {brake: {per: 90s}}":           "per: 1m30s\n",
		"moderation: {two_people: {end_over: off}}": "end_over: \"off\"\n",
		"slack: {app_token: xapp-1, bot_token: xoxb-1, audit_channel: C0AUDIT00, api_url: \"https://me:pw@proxy/api/\"}": "api_url: https://(hidden)@proxy/api/\n",
	} {
		text := good
		if strings.HasPrefix(written, "slack") {
			_, rest, _ := strings.Cut(good, "owners:")
			text = "owners:" + rest
		}
		c, err := config.Parse("c.yaml", []byte(text+written+"\n"), known, environment("SLACK_APP_TOKEN", "xapp-1"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.YAML(); err != nil || !strings.Contains(string(got), printed) {
			t.Errorf("%q: %v\n%s", written, err, got)
		}
	}
}

// Each file in testdata/bad breaks one rule; its first line says which line and
// key the fault must name.
func TestBadFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(text), "\n")
			want := strings.TrimPrefix(first, "# ")
			_, err = config.Parse("c.yaml", text, known, environment())
			var faults *config.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("no fault: %v", err)
			}
			if len(faults.List) != 1 || !strings.HasPrefix(err.Error(), "c.yaml:"+want) {
				t.Fatalf("want one fault at %s, got:\n%v", want, err)
			}
			if faults.List[0].Remedy == "" {
				t.Fatalf("no remedy: %v", err)
			}
		})
	}
}

func TestEveryFaultAtOnce(t *testing.T) {
	_, err := config.Parse("c.yaml", []byte("slack: {app_token: xoxb-1, connections: 99}\nproviders: [{type: zoom}]\nbrumm: 1\n"), known, environment())
	var faults *config.Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	if len(faults.List) != 8 {
		t.Fatalf("want 8 faults, got %d:\n%v", len(faults.List), err)
	}
}

// TestEveryFaultOfAProvider holds that one fault of a provider hides no other.
func TestEveryFaultOfAProvider(t *testing.T) {
	_, err := config.Parse("c.yaml", []byte(good+`  - {name: live, type: livekit, url: http, api_secret: "${NOBODY}"}
  - {name: Bad Name, type: zoom}
  - {name: sim, type: zoom}
`), known, environment())
	var faults *config.Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	var got []string
	for _, f := range faults.List {
		got = append(got, f.Key)
	}
	slices.Sort(got)
	want := []string{
		"providers[2].api_key", "providers[2].api_secret", "providers[2].name", "providers[2].url",
		"providers[3].name", "providers[3].type", "providers[4].name", "providers[4].type",
		"slack.app_token", // of another variable that is not set
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s\n%v", diff, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("a: &a [*a]\n")
	f.Add("slack: ${file:/etc/hostname}\n? : x\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "${file:") {
			return
		}
		c, err := config.Parse("c.yaml", []byte(text), known, environment())
		var faults *config.Faults
		if err != nil && !errors.As(err, &faults) {
			t.Fatalf("an error that names no fault: %v", err)
		}
		if err == nil {
			if _, err := c.YAML(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
