package commands

import (
	"context"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// HomePage is what one person sees first: where they may look, what stands,
// what waits for them, and what they may do.
type HomePage struct {
	Rooms    []RoomRow // live rooms, the fullest first
	More     bool      // there are more rooms than these
	Down     []ProviderState
	Measures []HomeMeasure     // bans, mutes and locks that stand
	Review   []moderation.Case // that wait for a review by the reader
	Mine     []moderation.Case // the reader's own latest actions
	Grants   []moderation.Grant
	Owner    bool // by the configuration
	// Permissions is what the reader may do somewhere, in the order of Permissions.
	Permissions []moderation.Permission
	// Steps is what is left to set up; owners alone see it, and none once all is done.
	Steps []Step
	AsOf  time.Time
}

// HomeMeasure is something that stands, with what the reader may do about it.
type HomeMeasure struct {
	Kind   moderation.Action
	Media  moderation.Media
	Name   string // of the person; empty for a room
	Room   moderation.RoomRef
	Actor  string
	Case   uint64
	Until  time.Time // zero: until it is taken back
	Offers []Offer
}

// Step is one thing to set up.
type Step struct {
	Done bool
	Says moderation.Sentence
}

// How much of each list a HomePage holds.
const (
	homeMeasures = 30
	homeCases    = 10
	homeReading  = 100 // cases read to find those
)

// Home reads what a person sees first. What cannot be read is left out.
func (s *Service) Home(ctx context.Context, c Caller) HomePage {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	h := HomePage{AsOf: time.Now().UTC(), Owner: slices.Contains(s.Rules.Owners, c.Actor.ID)}
	if rooms, ok := s.listRooms(ctx, Invocation{Caller: c, Command: "list", Args: Args{}}).(RoomsPage); ok {
		h.Rooms, h.More, h.Down = rooms.Rooms, rooms.Next != "", rooms.Providers
	}
	who := s.authority(ctx, c)
	for _, p := range moderation.Permissions() {
		if who.may(p, Target{}).Allowed {
			h.Permissions = append(h.Permissions, p)
		}
	}
	err := s.view(ctx, func(tx store.Tx) error {
		h.Measures, h.Review, h.Mine, h.Grants = nil, nil, nil, nil
		if err := s.homeMeasures(tx, who, &h); err != nil {
			return err
		}
		return s.homeCases(tx, who, c, &h)
	})
	if err != nil {
		s.Log.Error("what the App Home shows could not be read", "error", err)
	}
	if h.Owner {
		h.Steps = s.steps(ctx, h)
	}
	return h
}

// homeMeasures reads what stands and who was given what, as far as the reader may see it.
func (s *Service) homeMeasures(tx store.Tx, who authority, h *HomePage) error {
	all, err := Measures.All(tx, "")
	if err != nil {
		return err
	}
	for _, m := range all {
		room := moderation.Room{Provider: m.Provider, ID: m.RoomID, Name: m.Room}
		if len(h.Measures) == homeMeasures || !who.lists(room) {
			continue
		}
		row := HomeMeasure{
			Kind: m.Kind, Media: m.Media, Name: s.shown(m.Name), Room: moderation.RoomRef{Provider: m.Provider, Name: m.Room},
			Actor: m.Actor, Case: m.Case, Until: m.Until,
		}
		inverse, ok := moderation.Inverse(m.Kind)
		if ok && who.may(moderation.PermissionFor(inverse, m.Media), m.target()).Allowed {
			args := Args{ArgRoom: m.Provider + ":" + m.Room, ArgPerson: m.Identity, ArgMedia: string(m.Media)}
			if inverse == moderation.ActionUncoach {
				args[ArgCoach], args[ArgPerson] = args[ArgPerson], ""
			}
			row.Offers = []Offer{{
				Command: commandOf(inverse), Args: args, Label: label(commandOf(inverse), m.Media),
				Ask: moderation.Say("ask.undo", "Case", m.Case),
			}}
		}
		h.Measures = append(h.Measures, row)
	}
	grants, err := store.Grants.All(tx, "")
	for _, g := range grants {
		if g.Live(h.AsOf) && (g.Subject.ID == who.asker.Actor.ID || slices.Contains(who.asker.In, g.Subject)) {
			h.Grants = append(h.Grants, g)
		}
	}
	return err
}

// homeCases reads the reader's own latest cases and those that wait for a review.
func (s *Service) homeCases(tx store.Tx, who authority, c Caller, h *HomePage) error {
	mine, err := tx.Cases(store.CaseQuery{Actor: c.Actor.String(), Limit: homeReading})
	if err != nil {
		return err
	}
	h.Mine = s.homeVisible(mine, func(of moderation.Case) bool { return of.Provider == "" || who.lists(caseRoom(of)) })
	waiting, err := tx.Cases(store.CaseQuery{Unreviewed: true, Limit: homeReading})
	if err != nil {
		return err
	}
	h.Review = s.homeVisible(waiting, func(of moderation.Case) bool {
		return s.mayJudge(c, of) && who.may(moderation.ReviewAudit, targetOf(of)).Allowed
	})
	return nil
}

// homeVisible returns the first few of the cases that pass, with names as they may be shown.
func (s *Service) homeVisible(all []moderation.Case, pass func(moderation.Case) bool) []moderation.Case {
	var out []moderation.Case
	for _, c := range all {
		if len(out) < homeCases && pass(c) {
			c.ParticipantName = s.shown(c.ParticipantName)
			out = append(out, c)
		}
	}
	return out
}

// steps says what is set up and what is left.
func (s *Service) steps(ctx context.Context, h HomePage) []Step {
	up := slices.ContainsFunc(h.Down, func(p ProviderState) bool { return !p.Down })
	var granted, acted, told bool
	err := s.view(ctx, func(tx store.Tx) error {
		granted, acted, told = false, false, false
		grants, err := store.Grants.All(tx, "")
		if err != nil {
			return err
		}
		granted = len(grants) > 0
		latest, err := tx.Cases(store.CaseQuery{Limit: homeReading})
		for _, c := range latest {
			acted = acted || c.Outcome == moderation.Succeeded && c.Provider != ""
			told = told || s.wasTold(tx, c)
		}
		return err
	})
	if err != nil {
		s.Log.Error("what is set up could not be read", "error", err)
		return nil
	}
	return []Step{
		{up, moderation.Say("home.step.provider")},
		{granted, moderation.Say("home.step.grant")},
		{acted, moderation.Say("home.step.act")},
		{told, moderation.Say("home.step.audit")},
	}
}

// wasTold reports whether a case's message stands in an audit channel.
func (s *Service) wasTold(tx store.Tx, c moderation.Case) bool {
	if s.AuditChannels == nil {
		return false
	}
	for _, channel := range s.AuditChannels(c) {
		if post, err := tx.Post(channel, c.Number); err == nil && post.PostedAs != "" {
			return true
		}
	}
	return false
}
