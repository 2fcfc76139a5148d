package moderation

import "slices"

// adminRank and ownerRank are the ranks of the two highest presets.
const (
	adminRank = 4
	ownerRank = 5
)

// Power is how high the preset's holder stands: the rank of a built-in one, and
// for an own one that of the highest built-in preset, owner's apart, all of
// which it has; zero where it has all of none.
func (p Preset) Power() int {
	if p.Rank > 0 {
		return p.Rank
	}
	power := 0
	for _, b := range BuiltIn() {
		if b.Rank < ownerRank && p.includes(b) {
			power = b.Rank
		}
	}
	return power
}

// Weight is how high one must stand to give, take or change the preset: the
// rank of a built-in one, and for an own one that of the lowest built-in preset
// that has all it has.
func (p Preset) Weight() int {
	if p.Rank > 0 {
		return p.Rank
	}
	for _, b := range BuiltIn() {
		if b.includes(p) {
			return b.Rank
		}
	}
	return ownerRank
}

// includes reports whether p has all that q has.
func (p Preset) includes(q Preset) bool {
	for _, permission := range q.Permissions {
		if !p.Has(permission) {
			return false
		}
	}
	return !q.Has(BanPermission) || p.MaxBan == 0 || q.MaxBan != 0 && q.MaxBan <= p.MaxBan
}

// isAbove holds a change of roles against what the holder has: nobody gives
// more than they have, nor touches a preset above their own, and who may give
// roles is for owners to say.
func (p *Policy) isAbove(h holding, q asked) Sentence {
	if q.Change == nil {
		return Sentence{}
	}
	preset := q.Change.Preset
	switch {
	case preset.Has(ManageRoles) && h.power < ownerRank && !q.Change.Countersign:
		return Say("permission.owners_alone", "Preset", Literal(preset.Name))
	case preset.Weight() > h.power:
		return Say("permission.above", "Preset", Literal(preset.Name), "Own", Literal(h.preset.Name))
	case h.power < ownerRank && !h.preset.includes(preset):
		return Say("permission.more_than_own", "Preset", Literal(preset.Name), "Own", Literal(h.preset.Name))
	}
	return Sentence{}
}

// rankOf returns the power that a protection by this preset asks for.
func (p *Policy) rankOf(preset string) int {
	if known, ok := p.presets[preset]; ok {
		return known.Weight()
	}
	return ownerRank
}

// Givers returns who can give the permission where the question asks, owners
// first: users, groups and channels, each once.
func (p *Policy) Givers(q Question) []Subject {
	where := ask(Question{Room: q.Room, Within: q.Within, Change: q.Change})
	wants := bitsOf(q.Permission)
	var all []Subject
	for _, h := range p.managers {
		switch {
		case !h.grant.Live(q.At), !h.extends(where), !h.has.contains(wants):
		case q.Permission == ManageRoles && h.power < ownerRank:
		case !slices.Contains(all, h.grant.Subject):
			all = append(all, h.grant.Subject)
		}
	}
	return all
}

// shownGivers is how many of those who can give a permission a refusal names.
const shownGivers = 5

// refusal names the permission, where it is missing and who can give it, and
// what stood in the way of a grant that came near.
func (p *Policy) refusal(q asked, nearest Sentence) []Sentence {
	pairs := []any{"Permission", Literal(q.Permission), "Number", RefusedNumber}
	switch {
	case q.inRoom():
		pairs = append(pairs, "Room", q.Room.Ref())
	case q.Within != nil:
		pairs = append(pairs, "Scope", Literal(q.Within.Scope))
	case q.Change != nil:
		pairs = append(pairs, "Scope", Literal(q.Change.Scope))
	}
	givers := p.Givers(q.Question)
	who := make([]Sentence, 0, shownGivers)
	for _, s := range givers[:min(len(givers), shownGivers)] {
		who = append(who, Say("permission.giver", "Who", s.mention()))
	}
	ask := Say("permission.ask", "Who", who, "More", len(givers)-len(who))
	if !nearest.IsZero() {
		return []Sentence{Say("permission.not_so_far", pairs...), nearest, ask}
	}
	return []Sentence{Say("permission.refused", pairs...), ask}
}

// shared reports whether the subject stands for several people.
func (s Subject) shared() bool { return s.Kind == GroupSubject || s.Kind == ChannelSubject }

// mention is the subject as a sentence shows it.
func (s Subject) mention() any {
	switch s.Kind {
	case GroupSubject:
		return GroupID(s.ID)
	case ChannelSubject:
		return ChannelID(s.ID)
	case UserSubject:
		return UserID(s.ID)
	default:
		return Literal(s.ID)
	}
}

// actorMention is an actor as records carry it, as a sentence shows it.
func actorMention(actor string) any {
	if ActorOf(actor).Kind == SlackUser {
		return UserID(actor)
	}
	return Literal(actor)
}
