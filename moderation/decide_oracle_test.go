package moderation_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// The oracle says again, in the plainest way and from the documentation alone,
// what Policy.Decide should: no index, no shared code, no sentences.

// oraclePresets spells the built-in presets out.
var oraclePresets = map[string]oraclePreset{
	"viewer":     {level: 1, can: strings.Fields("list_rooms watch_room")},
	"moderator":  {level: 2, can: strings.Fields(moderatorCan), bound: 24 * time.Hour},
	"supervisor": {level: 3, can: strings.Fields(supervisorCan)},
	"admin":      {level: 4, can: strings.Fields(allCan)},
	"owner":      {level: 5, can: strings.Fields(allCan)},
}

const (
	moderatorCan = `list_rooms watch_room kick_participant disable_participant_audio
		disable_participant_video pin_participant hold_participant announce lock_room ban_participant write_note`
	supervisorCan = moderatorCan + ` coach_participant configure_participant dial_participant end_room read_audit`
	allCan        = supervisorCan + ` review_audit manage_roles`
)

type oraclePreset struct {
	level int // of built-in ones
	can   []string
	bound time.Duration
}

func (a oraclePreset) within(b oraclePreset) bool {
	for _, permission := range a.can {
		if !slices.Contains(b.can, permission) {
			return false
		}
	}
	if slices.Contains(a.can, "ban_participant") && b.bound > 0 {
		return a.bound > 0 && a.bound <= b.bound
	}
	return true
}

// power and weight of an own preset, by trying every level from above and below.
func (a oraclePreset) power() int {
	if a.level > 0 {
		return a.level
	}
	for _, name := range []string{"admin", "supervisor", "moderator", "viewer"} {
		if oraclePresets[name].within(a) {
			return oraclePresets[name].level
		}
	}
	return 0
}

func (a oraclePreset) weight() int {
	if a.level > 0 {
		return a.level
	}
	for _, name := range []string{"viewer", "moderator", "supervisor", "admin"} {
		if a.within(oraclePresets[name]) {
			return oraclePresets[name].level
		}
	}
	return 5
}

type oracle struct{ moderation.PolicyConfig }

func (o oracle) preset(name string) (oraclePreset, bool) {
	if built, ok := oraclePresets[name]; ok {
		return built, true
	}
	for _, own := range o.Presets {
		if own.Name == name {
			return oracleOf(own), true
		}
	}
	return oraclePreset{}, false
}

func oracleOf(p moderation.Preset) oraclePreset {
	if built, ok := oraclePresets[p.Name]; ok {
		return built
	}
	made := oraclePreset{bound: p.MaxBan}
	for _, permission := range p.Permissions {
		made.can = append(made.can, string(permission))
	}
	return made
}

type verdict struct{ allowed, hidden bool }

func (o oracle) decide(q moderation.Question) verdict {
	if !o.admits(q.Asker) {
		return verdict{}
	}
	grants := o.grantsOf(q.Asker)
	if q.Room.Provider != "" && !slices.ContainsFunc(grants, func(g moderation.Grant) bool {
		return o.gives(g, "list_rooms", q) && inRoom(g, q.Room)
	}) {
		return verdict{hidden: !o.mightBeListed(q)}
	}
	touching := !slices.Contains(strings.Fields(
		"list_rooms watch_room lock_room read_audit review_audit write_note manage_roles"), string(q.Permission))
	if touching && q.Participant != nil && q.Participant.Kind == moderation.Observer {
		return verdict{}
	}
	for _, g := range grants {
		if o.gives(g, string(q.Permission), q) && inRoom(g, q.Room) && o.inExtents(g, q) &&
			o.banFits(g, q) && (!touching || o.standsOverAll(g, q)) && o.mayChange(g, q) {
			return verdict{allowed: true}
		}
	}
	return verdict{}
}

func (o oracle) admits(a moderation.Asker) bool {
	switch a.Actor.Kind {
	case moderation.System:
		return true
	case moderation.APIToken:
		return slices.ContainsFunc(o.Tokens, func(g moderation.Grant) bool {
			_, known := o.preset(g.Preset)
			return g.Subject.ID == a.Actor.ID && known && scopeKnown(g.Scope)
		})
	case moderation.SlackUser:
		outsider := a.Standing == moderation.Guest || a.Standing == moderation.External
		named := a.Standing == moderation.Withheld && slices.Contains(o.Owners, a.Actor.ID)
		return a.Actor.ID != "" && (a.Standing == moderation.Member || outsider && o.AllowExternal || named)
	}
	return false
}

func (o oracle) grantsOf(a moderation.Asker) []moderation.Grant {
	var all []moderation.Grant
	switch a.Actor.Kind {
	case moderation.System:
		return []moderation.Grant{{Preset: "system", Scope: "*"}}
	case moderation.APIToken:
		for _, g := range o.Tokens {
			if g.Subject.ID == a.Actor.ID {
				all = append(all, g)
			}
		}
		return all
	}
	if slices.Contains(o.Owners, a.Actor.ID) {
		all = append(all, moderation.Grant{Preset: "owner", Scope: "*"})
	}
	for _, g := range o.Grants {
		direct := g.Subject.Kind == moderation.UserSubject && g.Subject.ID == a.Actor.ID
		shared := g.Subject.Kind == moderation.GroupSubject || g.Subject.Kind == moderation.ChannelSubject
		if direct || shared && slices.Contains(a.In, g.Subject) {
			all = append(all, g)
		}
	}
	return all
}

// mightBeListed is whether a group or channel that could not be read has a
// grant that would show the room.
func (o oracle) mightBeListed(q moderation.Question) bool {
	return slices.ContainsFunc(o.Grants, func(g moderation.Grant) bool {
		shared := g.Subject.Kind == moderation.GroupSubject || g.Subject.Kind == moderation.ChannelSubject
		return shared && slices.Contains(q.Asker.Unread, g.Subject) && inRoom(g, q.Room) && o.gives(g, "list_rooms", q)
	})
}

func (o oracle) gives(g moderation.Grant, permission string, q moderation.Question) bool {
	if g.Preset == "system" {
		return slices.Contains(strings.Fields("list_rooms read_audit review_audit write_note manage_roles"), permission)
	}
	preset, known := o.preset(g.Preset)
	ended := !g.Until.IsZero() && !g.Until.After(q.At)
	return known && !ended && scopeKnown(g.Scope) && slices.Contains(preset.can, permission)
}

var someScope = regexp.MustCompile(`^[^:*?]+:.+$`)

func scopeKnown(scope string) bool { return scope == "*" || someScope.MatchString(scope) }

func inRoom(g moderation.Grant, room moderation.Room) bool {
	if room.Provider == "" {
		return true
	}
	if g.AuthID != "" {
		var metadata map[string]any
		if json.Unmarshal([]byte(room.Metadata), &metadata) != nil || metadata["auth_id"] != g.AuthID {
			return false
		}
	}
	return g.Scope == "*" || wildcard(g.Scope).MatchString(room.Provider+":"+room.Name)
}

var wildcards sync.Map

func wildcard(pattern string) *regexp.Regexp {
	if known, ok := wildcards.Load(pattern); ok {
		return known.(*regexp.Regexp)
	}
	text := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	made := regexp.MustCompile(`(?s)^` + strings.ReplaceAll(text, `\?`, `.`) + `$`)
	wildcards.Store(pattern, made)
	return made
}

// covered lists, for the scopes that the tests draw from, which lie in which.
var covered = map[string][]string{
	"*":            {"*", "live:*", "live:stand*", "live:standup", "live:s?andup", "calls:*", "calls:standup"},
	"live:*":       {"live:*", "live:stand*", "live:standup", "live:s?andup"},
	"live:stand*":  {"live:stand*", "live:standup"},
	"live:standup": {"live:standup"},
	"live:s?andup": {"live:s?andup", "live:standup"},
	"calls:*":      {"calls:*", "calls:standup"},
}

func (o oracle) inExtents(g moderation.Grant, q moderation.Question) bool {
	var extents []moderation.Extent
	if q.Within != nil {
		extents = append(extents, *q.Within)
	}
	if q.Change != nil {
		extents = append(extents, q.Change.Extent)
	}
	for _, e := range extents {
		if !slices.Contains(covered[g.Scope], e.Scope) || g.AuthID != "" && g.AuthID != e.AuthID {
			return false
		}
	}
	return true
}

func (o oracle) banFits(g moderation.Grant, q moderation.Question) bool {
	preset, _ := o.preset(g.Preset)
	if q.Permission != "ban_participant" || preset.bound == 0 {
		return true
	}
	return !q.Permanent && q.BanFor <= preset.bound
}

func (o oracle) standsOverAll(g moderation.Grant, q moderation.Question) bool {
	people := slices.Clone(q.Everyone)
	if q.Participant != nil {
		people = append(people, *q.Participant)
	}
	preset, _ := o.preset(g.Preset)
	for _, someone := range people {
		for _, rule := range o.Protections {
			itsOwn := rule.User != "" && q.Asker.Actor.Kind == moderation.SlackUser && rule.User == q.Asker.Actor.ID
			needed := 5
			if known, ok := o.preset(rule.Preset); ok {
				needed = known.weight()
			}
			if guards(rule, someone) && !itsOwn && preset.power() < needed {
				return false
			}
		}
	}
	return true
}

func guards(rule moderation.Protection, someone moderation.Participant) bool {
	if rule.Match != "" && !wildcard(rule.Match).MatchString(someone.Identity) {
		return false
	}
	for name, want := range rule.Attributes {
		if someone.Attributes[name] != want {
			return false
		}
	}
	metadata := map[string]any{}
	if json.Unmarshal([]byte(someone.Metadata), &metadata) != nil {
		metadata = nil
	}
	for name, want := range rule.Metadata {
		text, ok := metadata[name].(string)
		truth, isBool := metadata[name].(bool)
		written := isBool && strconv.FormatBool(truth) == want
		if (!ok || text != want) && !written {
			return false
		}
	}
	return true
}

func (o oracle) mayChange(g moderation.Grant, q moderation.Question) bool {
	if q.Change == nil {
		return true
	}
	held, _ := o.preset(g.Preset)
	if g.Preset == "system" || held.power() == 5 {
		return true
	}
	wanted := oracleOf(q.Change.Preset)
	if slices.Contains(wanted.can, "manage_roles") && !q.Change.Countersign {
		return false
	}
	return wanted.within(held) && wanted.weight() <= held.power()
}
