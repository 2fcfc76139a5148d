package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"roomwarden": main})
}

// TestScripts runs the scripts in testdata/script: what they type is what
// someone at a terminal types.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     exits,
			"shift":     shift,
			"tamper":    tamper,
			"hold":      hold,
			"connected": connected,
		},
	})
}

// setUp gives a script a stand-in for Slack and a configuration that names it.
func setUp(env *testscript.Env) error {
	s, err := slack.Start(slack.Options{})
	if err != nil {
		return err
	}
	env.Defer(s.Close)
	env.Values["slack"] = s
	app, bot := s.Tokens()
	env.Setenv("SLACK_APP_TOKEN", app)
	env.Setenv("SLACK_BOT_TOKEN", bot)
	env.Setenv("SLACK_API_URL", s.APIURL())
	config := fmt.Sprintf("slack: {audit_channel: %s}\nowners: [%s]\nhttp: {listen: \"\"}\nproviders: [{name: sim, type: simulated}]\n",
		slack.Audit, slack.Olive)
	return os.WriteFile(filepath.Join(env.WorkDir, "roomwarden.yaml"), []byte(config), 0o600)
}

// exits runs a program and checks its exit status: exits STATUS PROGRAM ARGS…
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGS…")
	}
	status := 0
	err := ts.Exec(args[1], args[2:]...)
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		status = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got := strconv.Itoa(status); got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// shift writes four cases into the store of a script.
func shift(ts *testscript.TestScript, _ bool, _ []string) {
	s, err := bolt.Open(context.Background(), ts.MkAbs("roomwarden.db"))
	ts.Check(err)
	kick := moderation.Record{
		Kind: moderation.RecordIntended, At: began, Actor: slack.Mo, Action: moderation.ActionKick,
		Provider: "sim", Room: "standup", RoomID: "RM_1",
		Words: moderation.Words{Participant: "chaos", ParticipantName: "Chaos", Reason: "noise"},
	}
	mute := kick
	mute.Action, mute.At, mute.Words.Participant, mute.Words.ParticipantName = moderation.ActionMute, began.Add(time.Hour), "ann", "=Ann\x1b[31m"
	refused := kick
	refused.Kind, refused.Actor, refused.At, refused.Room, refused.RoomID = moderation.RecordRefused, slack.Vera, began.Add(2*time.Hour), "town-hall", "RM_2"
	refused.Details = moderation.Details{Permission: moderation.KickPermission, Code: moderation.CodeForbidden}
	grant := moderation.Record{
		Kind: moderation.RecordSucceeded, At: began.Add(3 * time.Hour), Actor: "system",
		Action: moderation.ActionGrant, Details: moderation.Details{Subject: slack.Ada, Preset: "admin", Scope: "*"},
	}
	done := kick
	done.Case, done.Kind, done.At, done.Words = 1, moderation.RecordSucceeded, began.Add(time.Second), moderation.Words{Text: "Chaos is out."}
	muted := mute
	muted.Case, muted.Kind, muted.Words = 2, moderation.RecordFailed, moderation.Words{Text: "Ann had left."}
	ts.Check(s.Update(context.Background(), func(tx store.Tx) error {
		var all error
		for _, r := range []moderation.Record{kick, mute, refused, grant, done, muted} {
			_, _, err := tx.AppendRecord(r)
			all = errors.Join(all, err)
		}
		return all
	}))
	ts.Check(s.Close())
}

// tamper changes a text in a record: tamper SEQ OLD NEW.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	seq, err := strconv.Atoi(args[0])
	ts.Check(err)
	db, err := bbolt.Open(ts.MkAbs("roomwarden.db"), 0o600, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bbolt.Tx) error {
		records := tx.Bucket([]byte("records"))
		key := []byte{0, 0, 0, 0, 0, 0, 0, byte(seq)}
		before := records.Get(key)
		after := bytes.Replace(before, []byte(args[1]), []byte(args[2]), 1)
		if bytes.Equal(before, after) {
			return fmt.Errorf("%s is not in %s", args[1], before)
		}
		return records.Put(key, after)
	}))
	ts.Check(db.Close())
}

// hold keeps the store open until the script ends.
func hold(ts *testscript.TestScript, _ bool, _ []string) {
	s, err := bolt.Open(context.Background(), ts.MkAbs("roomwarden.db"))
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
}

// connected waits until the bot is linked to the stand-in.
func connected(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, ok := ts.Value("slack").(*slack.Server)
	if !ok {
		ts.Fatalf("there is no stand-in")
	}
	ts.Check(s.AwaitConnections(ctx, 1))
}

func TestLineKeepsWords(t *testing.T) {
	got := line("grant", "U0ADA", "my role", "live:*", `"quoted"`, `a\b`, "")
	if want := `grant U0ADA "my role" live:* "\"quoted\"" "a\\b" ""`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMoments(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-03-01":                began.Add(-9 * time.Hour),
		"2026-03-01T11:00:00+02:00": began,
		"2026-03-01 09:00:00":       began,
	} {
		var m moment
		if err := m.UnmarshalText([]byte(text)); err != nil || !time.Time(m).Equal(want) {
			t.Errorf("%s is %v, %v; want %v", text, time.Time(m), err, want)
		}
	}
	var m moment
	if err := m.UnmarshalText([]byte("3d")); err != nil || time.Since(time.Time(m)) < 3*24*time.Hour {
		t.Errorf("3d is %v, %v", time.Time(m), err)
	}
	for _, text := range []string{"", "d", "-3d", "3y", "99999999w", "yesterday"} {
		if err := m.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "is no time") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
