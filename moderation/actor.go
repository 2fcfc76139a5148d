package moderation

import "strings"

// ActorKind says through which door someone acts.
type ActorKind string

// The kinds of actors.
const (
	SlackUser ActorKind = "slack"  // a person in the Slack workspace
	APIToken  ActorKind = "api"    // a program with a token
	System    ActorKind = "system" // roomwarden itself, and its command line
)

// Actor is who acts.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id"` // the Slack user id, the token's name; empty for System
}

// String returns the actor as audit records carry it: a bare Slack user id,
// api:NAME or system.
func (a Actor) String() string {
	switch a.Kind {
	case SlackUser:
		return a.ID
	case APIToken:
		return "api:" + a.ID
	default:
		return string(System)
	}
}

// SystemActor is roomwarden itself.
var SystemActor = Actor{Kind: System}

// ActorOf reads an actor as String wrote it.
func ActorOf(text string) Actor {
	if name, ok := strings.CutPrefix(text, "api:"); ok {
		return Actor{Kind: APIToken, ID: name}
	}
	if text == string(System) || text == "" {
		return SystemActor
	}
	return Actor{Kind: SlackUser, ID: text}
}
