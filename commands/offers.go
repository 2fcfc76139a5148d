package commands

import (
	"context"
	"strconv"

	"github.com/roomwarden/roomwarden/moderation"
)

// personOffers is what the reader may do to someone, the two likeliest first:
// kick, and mute or unmute; only what the provider can and the reader may.
func (s *Service) personOffers(who authority, able moderation.CapabilitySet, room moderation.Room, one moderation.Participant) []Offer {
	o := offering{who: who, able: able, target: Target{Room: room, Participant: &one}, s: s, room: room, one: &one}
	o.kick()
	o.media(moderation.Audio)
	o.media(moderation.Video)
	if sends, _ := one.Sends(moderation.Screen); sends || one.IsBlocked(moderation.Screen) {
		o.media(moderation.Screen)
	}
	switch {
	case one.OnHold:
		o.add(moderation.ActionUnhold, "")
	default:
		o.add(moderation.ActionHold, "")
	}
	switch {
	case one.Pinned:
		o.add(moderation.ActionUnpin, "")
	default:
		o.add(moderation.ActionPin, "")
	}
	o.add(moderation.ActionBan, "")
	if one.Coaching != "" {
		o.coach(moderation.ActionUncoach)
	} else {
		o.coach(moderation.ActionCoach)
	}
	o.add(moderation.ActionAnnounce, "")
	o.add(moderation.ActionSet, "")
	return o.offers
}

// roomOffers is what the reader may do to a room.
func (s *Service) roomOffers(who authority, room moderation.Room) []Offer {
	client, ok := s.Providers.Get(room.Provider)
	if !ok {
		return nil
	}
	o := offering{who: who, able: client.Capabilities(room), target: Target{Room: room}, s: s, room: room}
	o.offers = append(o.offers, Offer{Command: "list", Args: o.args(), Label: label("list", "")})
	o.add(moderation.ActionMuteAll, moderation.Audio)
	if room.Locked {
		o.add(moderation.ActionUnlock, "")
	} else {
		o.add(moderation.ActionLock, "")
	}
	o.add(moderation.ActionMuteAll, moderation.Video)
	o.add(moderation.ActionAnnounce, "")
	o.add(moderation.ActionDial, "")
	o.add(moderation.ActionEnd, "")
	if who.may(moderation.WatchRoom, o.target).Allowed {
		o.offers = append(o.offers, Offer{Command: "watch", Args: o.args(), Label: label("watch", "")})
	}
	return o.offers
}

// offering collects the offers about one room or one person.
type offering struct {
	s      *Service
	who    authority
	able   moderation.CapabilitySet
	target Target
	room   moderation.Room
	one    *moderation.Participant
	offers []Offer
}

func (o *offering) args() Args {
	args := Args{ArgRoom: o.room.Provider + ":" + o.room.ID}
	if o.one != nil {
		args[ArgPerson] = o.one.ID
	}
	return args
}

// may reports whether the provider can and the reader may.
func (o *offering) may(action moderation.Action, media moderation.Media) bool {
	able := moderation.CapabilityFor(action, media, o.one != nil)
	if able != "" && !o.able[able].Available() {
		return false
	}
	target := o.target
	if action == moderation.ActionBan {
		target.BanFor = defaultBan
	}
	return o.who.may(moderation.PermissionFor(action, media), target).Allowed
}

func (o *offering) kick() {
	o.add(moderation.ActionKick, "")
	if n := len(o.offers); n > 0 && o.one.EndsRoom {
		o.offers[n-1].Ask = moderation.Say("kick.ends_room", o.facts("")...)
	}
}

func (o *offering) media(m moderation.Media) {
	if o.one.IsBlocked(m) {
		o.add(moderation.ActionUnmute, m)
		return
	}
	o.add(moderation.ActionMute, m)
}

func (o *offering) coach(action moderation.Action) {
	before := len(o.offers)
	o.add(action, "")
	if len(o.offers) > before {
		offer := &o.offers[before]
		offer.Args[ArgCoach] = offer.Args[ArgPerson]
		delete(offer.Args, ArgPerson)
	}
}

func (o *offering) add(action moderation.Action, m moderation.Media) {
	if !o.may(action, m) {
		return
	}
	command := commandOf(action)
	offer := Offer{Command: command, Args: o.args(), Label: label(command, m)}
	if m != "" {
		offer.Args[ArgMedia] = string(m)
	}
	switch action {
	case moderation.ActionKick, moderation.ActionBan, moderation.ActionEnd:
		offer.Danger = true
		offer.Ask = moderation.Say("ask."+command, o.facts(m)...)
	case moderation.ActionMute, moderation.ActionMuteAll, moderation.ActionHold, moderation.ActionLock:
		key := "ask." + command
		if m != "" && m != moderation.Audio {
			key += "_" + string(m)
		}
		offer.Ask = moderation.Say(key, o.facts(m)...)
		if asks := o.able[moderation.CapabilityFor(action, m, o.one != nil)].Asks; !asks.IsZero() {
			offer.Ask = moderation.Say(asks.Key, o.facts(m)...)
		}
	case moderation.ActionAnnounce, moderation.ActionSet, moderation.ActionCoach, moderation.ActionDial:
		offer.Dialog = true
	}
	o.offers = append(o.offers, offer)
}

func (o *offering) facts(m moderation.Media) []any {
	facts := []any{"Room", o.room.Ref(), "Media", string(m)}
	if o.one != nil {
		facts = append(facts, "Person", o.s.nameOf(*o.one))
	}
	return facts
}

// commandOf is the command that does an action.
func commandOf(action moderation.Action) string {
	for _, c := range table {
		if c.Action == action {
			return c.Name
		}
	}
	return string(action)
}

// caseOffers is what the reader may do about a case: take it back, review it,
// add a word.
func (s *Service) caseOffers(ctx context.Context, c Caller, of moderation.Case) []Offer {
	who := s.authorityIn(ctx, c, targetOf(of).Room)
	target := s.caseTarget(ctx, who, of)
	may := func(p moderation.Permission) bool { return who.may(p, target).Allowed }
	args := Args{ArgCase: strconv.FormatUint(of.Number, 10)}
	var offers []Offer
	if of.Actor == c.Actor.String() || may(moderation.PermissionFor(of.Action, of.Media)) {
		offers = approvalOffers(of)
	}
	if inverse, ok := s.Undoable(of); ok && who.may(moderation.PermissionFor(inverse, of.Media), undoing(target, of)).Allowed {
		offers = append(offers, Offer{
			Command: "undo", Args: args, Label: label("undo", ""), Ask: moderation.Say("ask.undo", "Case", of.Number),
		})
	}
	if of.Review == nil && s.mayJudge(c, of) && may(moderation.ReviewAudit) {
		offers = append(offers, Offer{Command: "review", Args: args, Label: label("review", ""), Dialog: true})
	}
	if may(moderation.WriteNote) {
		offers = append(offers, Offer{Command: "note", Args: args, Label: label("note", ""), Dialog: true})
	}
	return offers
}

// undoing is the target of taking a case back: to lift a ban one must be allowed
// to ban for as long.
func undoing(t Target, c moderation.Case) Target {
	if c.Action == moderation.ActionBan {
		t.Permanent = c.Permanent
		begun := c.At
		if !c.AwaitsUntil.IsZero() { // it began when somebody approved it, by then at the latest
			begun = c.AwaitsUntil
		}
		t.BanFor = max(0, c.Until.Sub(begun))
	}
	return t
}

// Undoable returns the action that takes a case back, and whether one can: the
// case took effect and still has it, and its provider can do the opposite.
func (s *Service) Undoable(c moderation.Case) (moderation.Action, bool) {
	inverse, ok := moderation.Inverse(c.Action)
	done := c.Outcome == moderation.Succeeded || c.Outcome == moderation.Partial
	if !ok || !done || c.UndoneBy != "" || c.Expired || c.Redacted {
		return "", false
	}
	client, known := s.Providers.Get(c.Provider)
	able := moderation.CapabilityFor(inverse, c.Media, false)
	if able != "" && (!known || !client.Capabilities(caseRoom(c))[able].Available()) {
		return "", false
	}
	return inverse, true
}

// caseRoom is the room of a case as far as the case knows it.
func caseRoom(c moderation.Case) moderation.Room {
	return moderation.Room{Provider: c.Provider, ID: c.RoomID, Name: c.Room}
}
