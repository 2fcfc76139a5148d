package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

var bansCommand = &Command{
	Name:     "bans",
	Args:     []Arg{{Name: ArgRoom, Usage: "[ROOM]"}},
	Summary:  moderation.Say("help.bans"),
	Examples: []string{"/room-bans", "/room-bans live:standup"},
	Needs:    moderation.BanPermission,
	run:      runBans,
}

// runBans lists the measures that stand: bans, locks, and what else holds for
// those who come back.
func runBans(ctx context.Context, s *Service, in Invocation) Answer {
	who := s.authority(ctx, in.Caller)
	if d := who.may(moderation.BanPermission, Target{}); !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	var all []Measure
	err := s.view(ctx, func(tx store.Tx) (err error) {
		all, err = Measures.All(tx, "")
		return err
	})
	if err != nil {
		return s.unstored(err)
	}
	page := MeasurePage{Room: in.Args[ArgRoom]}
	for _, m := range all {
		room := moderation.Room{Provider: m.Provider, ID: m.RoomID, Name: m.Room}
		if client, ok := s.Providers.Get(m.Provider); ok && !who.lists(room) {
			room = s.roomOf(ctx, client, m) // a tenant's rights need what the room says of itself
		}
		target, lift := m.target(), m.target()
		target.Permanent, target.BanFor = false, 0 // who may ban at all may see it
		if m.Room != EveryRoom {
			target.Room, lift.Room = room, room
		}
		wanted := m.Kind == moderation.ActionBan && (page.Room == "" || m.inRoom(page.Room))
		if !wanted || !who.may(moderation.BanPermission, target).Allowed {
			continue
		}
		m.Name = s.shown(m.Name)
		row := MeasureRow{Measure: m}
		if who.may(moderation.BanPermission, lift).Allowed {
			row.Offers = []Offer{{
				Command: "unban", Label: label("unban", ""),
				Args: Args{ArgRoom: m.Provider + ":" + m.Room, ArgPerson: m.Identity},
				Ask:  moderation.Say("ask.unban", "Person", m.Name, "Room", moderation.RoomRef{Provider: m.Provider, Name: m.Room}),
			}}
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}
