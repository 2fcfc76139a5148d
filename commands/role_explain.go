package commands

import (
	"context"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// explain says why someone may or may not do something: which grant allows it,
// or what each of their grants lacks and who can give it. Of oneself anyone may
// ask, of others those who may manage roles there.
func (s *Service) explain(ctx context.Context, in Invocation) Answer {
	if answer := in.needs(ArgAction); answer != nil {
		return answer
	}
	subject := moderation.Subject{Kind: moderation.UserSubject, ID: in.Caller.Actor.ID}
	if word := in.Args[ArgSubject]; word != "" {
		var err error
		if subject, err = parseSubject(word); err != nil {
			return fault(in, ArgSubject, err)
		}
	} else if in.Caller.Actor.Kind != moderation.SlackUser {
		return in.needs(ArgSubject)
	}
	permission, known := permissionOf(in.Args[ArgAction])
	if !known {
		return fault(in, ArgAction, moderation.Fault(moderation.CodeInvalid, "role.permission",
			"Word", moderation.Literal(in.Args[ArgAction]), "Near", nearest(in.Args[ArgAction], permissionWords(), 3)))
	}
	room, answer := s.explainedRoom(ctx, in)
	if answer != nil {
		return answer
	}
	oneself := in.Caller.Actor.Kind == moderation.SlackUser && subject.ID == in.Caller.Actor.ID
	if !oneself {
		if d := s.may(ctx, in.Caller, moderation.ManageRoles, Target{Room: room}); !d.Allowed {
			return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
		}
	}
	d := s.decideFor(ctx, subject, permission, room)
	return Explanation{Allowed: d.Allowed, Says: explained(d, subject, permission, room)}
}

// explained puts the conclusion before its reasons.
func explained(d Decision, subject moderation.Subject, permission moderation.Permission, room moderation.Room) []moderation.Sentence {
	key := "role.explain_no"
	if d.Allowed {
		key = "role.explain_yes"
	}
	pairs := []any{"Subject", mentionOf(subject), "Permission", moderation.Literal(permission)}
	if room.Provider != "" {
		pairs = append(pairs, "Room", room.Ref())
	}
	says := []moderation.Sentence{moderation.Say(key, pairs...)}
	if d.Hidden {
		says = append(says, moderation.Say("role.explain_hidden"))
	}
	says = append(says, d.Chain...)
	if !d.Allowed && !d.Hidden {
		for _, s := range d.Says {
			if s.Key == "permission.ask" {
				says = append(says, moderation.Say("role.explain_ask", "Who", s.Args["Who"], "More", s.Args["More"]))
			}
		}
	}
	return says
}

// decideFor decides as if the subject asked: a user with all that is known of
// them, a group or channel as one who is in it and holds nothing else.
func (s *Service) decideFor(ctx context.Context, subject moderation.Subject, p moderation.Permission, room moderation.Room) Decision {
	target := Target{Room: room, Explain: true}
	if subject.Kind == moderation.UserSubject {
		d, _ := s.judge(ctx, Caller{Actor: moderation.Actor{Kind: moderation.SlackUser, ID: subject.ID}}, p, target)
		return d
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return s.storeUnread(ctx, p, err)
	}
	q := target.question(p)
	q.At = time.Now()
	q.Asker = moderation.Asker{
		Actor:    moderation.Actor{Kind: moderation.SlackUser, ID: "a member"},
		Standing: moderation.Member, In: []moderation.Subject{subject},
	}
	return policy.Decide(q)
}

// explainedRoom reads the room of an explanation: with its metadata where it is
// live, by its name alone where it is not. Both look the same to someone who may
// not list it.
func (s *Service) explainedRoom(ctx context.Context, in Invocation) (moderation.Room, Answer) {
	word := in.Args[ArgRoom]
	if word == "" {
		return moderation.Room{}, nil
	}
	provider, name, found := strings.Cut(word, ":")
	if !found {
		seen := s.search(ctx, in.Caller, word).seen
		if len(seen) != 1 {
			return moderation.Room{}, fault(in, ArgRoom, moderation.Fault(moderation.CodeNotFound, "role.explain_room", "Room", moderation.Literal(word)))
		}
		return seen[0].room, nil
	}
	room := moderation.Room{Provider: provider, ID: name, Name: name}
	client, ok := s.Providers.Get(provider)
	if !ok {
		return room, nil
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	live, err := client.Room(ctx, name)
	if err != nil {
		return room, nil
	}
	live.Provider = provider
	if d := s.may(ctx, in.Caller, moderation.ListRooms, Target{Room: live}); !d.Allowed && in.Caller.Actor.Kind != moderation.System {
		return room, nil
	}
	return live, nil
}
