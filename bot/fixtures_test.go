package bot_test

import (
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// nasty is a name that tries everything that Slack would read as markup.
const nasty = "<!channel> *boom* `x` _y_ ~z~ & :tada: \u202egnirts\u2069"

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func say(key string, pairs ...any) moderation.Sentence { return moderation.Say(key, pairs...) }

// sample builds what is drawn, every name and word of people being name.
type sample struct{ name string }

func (s sample) room() moderation.Room {
	return moderation.Room{
		Provider: "sim", ID: "RM_1", Name: s.name, Participants: 4,
		CreatedAt: noon.Add(-75 * time.Minute), Recording: true, Locked: true,
	}
}

func (s sample) person(id string) moderation.Participant {
	return moderation.Participant{
		Identity: s.name + id, ID: "PA_" + id, Name: s.name, Kind: moderation.Person, JoinedAt: noon.Add(-9 * time.Minute),
		Tracks: []moderation.Track{
			{ID: "TR_1", Source: moderation.Microphone}, {ID: "TR_2", Source: moderation.Camera, Muted: true},
		},
	}
}

func (s sample) offers(id string) []commands.Offer {
	args := func(media string) commands.Args {
		a := commands.Args{commands.ArgRoom: "sim:RM_1", commands.ArgPerson: "PA_" + id}
		if media != "" {
			a[commands.ArgMedia] = media
		}
		return a
	}
	return []commands.Offer{
		{Command: "kick", Args: args(""), Label: say("label.kick"), Danger: true, Ask: say("ask.kick", "Person", s.name, "Room", s.name)},
		{Command: "mute", Args: args("audio"), Label: say("label.mute_audio")},
		{Command: "ban", Args: args(""), Label: say("label.ban"), Danger: true},
		{Command: "mute", Args: args("video"), Label: say("label.mute_video")},
		{Command: "hold", Args: args(""), Label: say("label.hold")},
		{Command: "pin", Args: args(""), Label: say("label.pin")},
		{Command: "announce", Args: args(""), Label: say("label.announce"), Dialog: true},
	}
}

func (s sample) kicked() moderation.Case {
	return moderation.Case{
		Number: 12, Seq: 31, Hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
		Action: moderation.ActionKick, Outcome: moderation.Succeeded, Actor: "U0OWNER00",
		Provider: "sim", Room: s.name, RoomID: "RM_1", Participant: s.name, ParticipantID: "PA_1",
		ParticipantName: s.name, Reason: s.name, At: noon, ChangedAt: noon.Add(time.Second),
		Details: moderation.Details{Source: "button"}, Text: s.name,
	}
}

func (s sample) roomPage(people int) commands.RoomPage {
	page := commands.RoomPage{
		Room: s.room(), Metadata: s.name, Total: people, AsOf: noon, Search: s.name, Cursor: "20", Next: "40",
		Says: []moderation.Sentence{say("bot.rooms.none", "Search", s.name)},
		Gone: []commands.GoneRow{{Name: s.name, Case: commands.CaseBrief{
			Case: 12, Action: moderation.ActionKick, Outcome: moderation.Succeeded, Actor: "U0OWNER00", At: noon,
		}}},
		Offers: []commands.Offer{
			{Command: "list", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Label: say("label.refresh")},
			{Command: "mute-all", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Label: say("label.mute-all"), Danger: true},
			{Command: "lock", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Label: say("label.lock")},
			{Command: "end", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Label: say("label.end"), Danger: true},
		},
	}
	for i := range people {
		id := string(rune('A' + i%26))
		row := commands.PersonRow{Participant: s.person(id), Offers: s.offers(id)}
		switch i % 4 {
		case 1:
			row.Last = &commands.CaseBrief{Case: 9, Action: moderation.ActionMute, Outcome: moderation.Succeeded, Actor: "api:robot", At: noon, Media: moderation.Video}
			row.Participant.Blocked, row.Metadata = []moderation.Media{moderation.Audio}, s.name
		case 2:
			row.Shown = "+1 555 •••• 12"
			row.Participant.Kind, row.Participant.Number = moderation.Phone, "+15550112"
			row.Participant.OnHold, row.Participant.Pinned, row.Participant.EndsRoom = true, true, true
		case 3:
			row.Participant.Kind, row.Offers = moderation.Recorder, nil
		}
		page.People = append(page.People, row)
	}
	return page
}

func (s sample) answers() map[string]commands.Answer {
	kicked := s.kicked()
	muted := kicked
	muted.Action, muted.Media, muted.Until = moderation.ActionMuteAll, moderation.Audio, noon.Add(time.Hour)
	muted.Outcome = moderation.Partial
	for range 30 {
		muted.Unreached = append(muted.Unreached, moderation.Unreached{Identity: s.name, Name: s.name, Why: s.name})
	}
	rooms := commands.RoomsPage{
		Providers: []commands.ProviderState{{Name: "sim", Type: "simulated"}, {Name: s.name, Type: "livekit", Down: true, Code: moderation.CodeUnavailable}},
		AsOf:      noon, Search: s.name, Next: "20", Previous: true,
	}
	for i := range 25 {
		row := commands.RoomRow{Room: s.room(), Present: 4 - i%6}
		for _, id := range []string{"A", "B", "C", "D", "E", "F", "G", "H"} {
			row.People = append(row.People, s.person(id))
		}
		row.Offers = []commands.Offer{
			{Command: "list", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Label: say("label.people")},
			{Command: "end", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Label: say("label.end"), Danger: true},
		}
		rooms.Rooms = append(rooms.Rooms, row)
	}
	candidates := commands.Candidates{
		Says: say("error.ambiguous"), Command: "kick", Arg: commands.ArgPerson,
		Args: commands.Args{commands.ArgRoom: "sim:RM_1", commands.ArgReason: s.name},
	}
	cases := commands.CasePage{Next: 3, Args: commands.Args{commands.ArgRoom: s.name}}
	grants := commands.GrantPage{Presets: moderation.BuiltIn(), Owners: []string{"U0OWNER00"}}
	help := commands.HelpPage{}
	measures := commands.MeasurePage{Room: s.name}
	for range 50 {
		measures.Rows = append(measures.Rows, commands.MeasureRow{
			Measure: commands.Measure{Kind: moderation.ActionBan, Provider: "sim", Room: s.name, Identity: s.name, Name: s.name, Case: 3, Actor: "U0OWNER00", Until: noon, Returns: 2, ReturnedAt: noon},
			Offers:  []commands.Offer{{Command: "unban", Args: commands.Args{commands.ArgRoom: "sim:" + s.name, commands.ArgPerson: s.name}, Label: say("label.unban")}},
		})
	}
	for i := range 45 {
		candidates.Options = append(candidates.Options, commands.Candidate{Value: "PA_" + string(rune('A'+i)), Label: s.name, Hint: say("bot.person.since", "For", "9m")})
		c := kicked
		c.Number, c.Review = uint64(100-i), &moderation.Note{Actor: "U0OTHER00", At: noon, Text: s.name, Verdict: "right"}
		cases.Cases = append(cases.Cases, c)
		grants.Grants = append(grants.Grants, moderation.Grant{
			Subject: moderation.Subject{Kind: moderation.GroupSubject, ID: "S0MODS000"}, Preset: moderation.Moderator, Scope: "sim:*",
			AuthID: s.name, Until: noon.Add(time.Hour), GrantedBy: "U0OWNER00", GrantedAt: noon, Reason: s.name, Case: 4,
		})
		help.Commands = append(help.Commands, commands.CommandHelp{Usage: "/room-kick ROOM PERSON [reason]", Summary: say("error.not_found")})
	}
	return map[string]commands.Answer{
		"notice_failure": commands.Notice{Tone: commands.Failure, Code: moderation.CodeNotFound, Says: []moderation.Sentence{say("bot.rooms.none", "Search", s.name)}},
		"notice_refusal": commands.Notice{Tone: commands.Refusal, Says: []moderation.Sentence{say("error.forbidden")}, Case: 7},
		"notice_empty":   commands.Notice{Tone: commands.Info},
		"case_done": commands.CaseAnswer{
			Tone: commands.Done, Case: kicked,
			Says: []moderation.Sentence{say("bot.do.kick", "Person", s.name, "Room", moderation.RoomRef{Provider: "sim", Name: s.name})},
			Offers: []commands.Offer{
				{Command: "undo", Args: commands.Args{commands.ArgCase: "12"}, Label: say("label.undo")},
				{Command: "note", Args: commands.Args{commands.ArgCase: "12"}, Label: say("label.note"), Dialog: true},
			},
		},
		"case_partial": commands.CaseAnswer{Tone: commands.Done, Case: muted, Says: []moderation.Sentence{say("error.conflict")}},
		"rooms":        rooms,
		"rooms_none":   commands.RoomsPage{AsOf: noon},
		"room":         s.roomPage(4),
		"room_full":    s.roomPage(30),
		"room_empty":   commands.RoomPage{Room: s.room(), AsOf: noon},
		"cases":        cases,
		"cases_none":   commands.CasePage{},
		"case_history": commands.CaseHistory{Case: muted, Records: s.records(40), Offers: []commands.Offer{
			{Command: "review", Args: commands.Args{commands.ArgCase: "12"}, Label: say("label.review"), Dialog: true},
		}},
		"measures":      measures,
		"measures_none": commands.MeasurePage{Room: s.name},
		"candidates":    candidates,
		"missing":       commands.Missing{Command: "kick", Args: commands.Args{commands.ArgRoom: s.name}, Missing: []string{commands.ArgPerson}},
		"confirm_end":   commands.Confirm{Says: []moderation.Sentence{say("ask.end", "Room", s.name)}, Command: "end", Args: commands.Args{commands.ArgRoom: "sim:RM_1"}, Danger: true},
		"confirm_long": commands.Confirm{
			Says: []moderation.Sentence{say("ask.end", "Room", s.name)}, Command: "end",
			Args: commands.Args{commands.ArgReason: string(make([]byte, 5000))},
		},
		"grants":         grants,
		"explanation":    commands.Explanation{Allowed: true, Says: []moderation.Sentence{say("error.forbidden"), say("error.conflict")}},
		"help":           help,
		"help_nothing":   commands.HelpPage{},
		"help_one":       commands.HelpPage{One: true, Commands: []commands.CommandHelp{{Usage: "/room-kick ROOM PERSON [reason]", Summary: say("error.not_found"), Examples: []string{"/room-kick standup " + s.name}, Needs: moderation.KickPermission}}},
		"unknown_answer": nil,
	}
}

func (s sample) records(n int) []moderation.Record {
	kinds := []moderation.RecordKind{moderation.RecordIntended, moderation.RecordSucceeded, moderation.RecordNoted, moderation.RecordReviewed}
	var all []moderation.Record
	for i := range n {
		all = append(all, moderation.Record{
			Seq: uint64(30 + i), Case: 12, Kind: kinds[i%len(kinds)], At: noon, Actor: "U0OWNER00",
			Hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef", Words: moderation.Words{Text: s.name},
		})
	}
	return all
}

// cases returns a case in every state that its message can show.
func (s sample) cases() map[string]moderation.Case {
	all := make(map[string]moderation.Case)
	for _, a := range moderation.Actions() {
		for _, o := range []moderation.Outcome{moderation.Intended, moderation.Succeeded, moderation.Partial, moderation.Failed, moderation.Unknown, moderation.Refused} {
			c := s.kicked()
			c.Action, c.Outcome = a, o
			switch a {
			case moderation.ActionGrant, moderation.ActionRevoke, moderation.ActionDefine, moderation.ActionDelete:
				c.Room, c.Provider, c.Participant, c.ParticipantName = "", "", "", ""
				c.Subject, c.Preset, c.Scope = "S0MODS000", moderation.Moderator, "sim:*"
			}
			all[string(a)+"_"+string(o)] = c
		}
	}
	full := s.kicked()
	full.Action, full.Permanent, full.ApprovedBy, full.Inverts = moderation.ActionBan, true, "U0ADMIN00", 3
	full.UndoneBy, full.UndoneCase, full.Expired = "U0OWNER00", 14, true
	full.Review = &moderation.Note{Actor: "U0ADMIN00", At: noon, Text: s.name, Verdict: s.name}
	for range 9 {
		full.Notes = append(full.Notes, moderation.Note{Actor: "U0ADMIN00", At: noon, Text: s.name})
	}
	all["ban_full"] = full
	refused := s.kicked()
	refused.Outcome, refused.Permission, refused.Code = moderation.Refused, moderation.KickPermission, moderation.CodeForbidden
	all["kick_refused_permission"] = refused
	mute := s.kicked()
	mute.Action, mute.Media, mute.Until = moderation.ActionMute, moderation.Video, noon.Add(10*time.Minute)
	all["mute_video_until"] = mute
	awaits := s.kicked()
	awaits.Outcome, awaits.Awaits, awaits.AwaitsUntil = moderation.Intended, true, noon.Add(time.Hour)
	all["kick_awaits"] = awaits
	requested := awaits
	requested.Action, requested.Requested = moderation.ActionMuteAll, true
	all["mute_all_requested"] = requested
	redacted := s.kicked()
	redacted.Participant, redacted.ParticipantName, redacted.Reason, redacted.Text, redacted.Redacted = "", "", "", "", true
	all["kick_redacted"] = redacted
	return all
}
