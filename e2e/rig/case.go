package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// Case is what the message of a case in the audit channel carries.
type Case struct {
	Case            uint64 `json:"case"`
	Seq             uint64 `json:"seq"`
	Hash            string `json:"hash"`
	Action          string `json:"action"`
	Outcome         string `json:"outcome"`
	Actor           string `json:"actor"`
	Provider        string `json:"provider"`
	Room            string `json:"room"`
	Participant     string `json:"participant"`
	ParticipantName string `json:"participant_name"`
	Reason          string `json:"reason"`
	At              string `json:"at"`
}

// like reports whether a case has all that is set in c.
func (c Case) like(other Case) bool {
	want, got := reflect.ValueOf(c), reflect.ValueOf(other)
	for i := range want.NumField() {
		if !want.Field(i).IsZero() && !want.Field(i).Equal(got.Field(i)) {
			return false
		}
	}
	return true
}

// Cases returns what the messages in the audit channel carry, in their order.
func Cases(s *slack.Server) ([]Case, error) {
	var all []Case
	for _, m := range s.Messages(slack.Audit) {
		var metadata struct {
			Type    string `json:"event_type"`
			Payload Case   `json:"event_payload"`
		}
		if err := json.Unmarshal(m.Metadata, &metadata); err != nil {
			return nil, fmt.Errorf("a message without metadata: %w: %s", err, m.Plain())
		}
		if metadata.Type != "roomwarden_case" {
			return nil, fmt.Errorf("event_type %q: %s", metadata.Type, m.Plain())
		}
		all = append(all, metadata.Payload)
	}
	return all, nil
}

// AwaitCase waits until the audit channel has a case like want, and returns it.
// The error says that ctx ended first, or that a message carries no case.
func AwaitCase(ctx context.Context, s *slack.Server, want Case) (Case, error) {
	var found Case
	var broken error
	err := s.Await(ctx, func() bool {
		all, err := Cases(s)
		if err != nil {
			broken = err
			return true
		}
		i := slices.IndexFunc(all, want.like)
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	})
	if broken != nil {
		return Case{}, broken
	}
	if err != nil {
		all, _ := Cases(s)
		return Case{}, fmt.Errorf("no case %+v among %+v: %w", want, all, err)
	}
	return found, nil
}
