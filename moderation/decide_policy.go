package moderation

import (
	"cmp"
	"slices"
)

// PolicyConfig is what a policy is made of.
type PolicyConfig struct {
	// Owners are the Slack user ids that hold the owner preset by the configuration.
	Owners []string
	// Tokens are grants to API tokens, by the configuration.
	Tokens []Grant
	// Grants and Presets are those of the store. A grant whose scope or preset
	// is not known gives nothing; a preset named like a built-in one is not taken.
	Grants      []Grant
	Presets     []Preset
	Protections []Protection
	// AllowExternal lets guests and people of other workspaces hold grants.
	AllowExternal bool
}

// Policy is everything that decides who may do what, indexed by subject. It
// does not change and is safe for concurrent use.
type Policy struct {
	presets       map[string]Preset
	bySubject     map[Subject][]holding
	managers      []holding // who can give permissions, owners first
	shared        []holding // grants to groups and channels
	protections   []guarded
	allowExternal bool
}

// holding is a grant with what it gives.
type holding struct {
	grant  Grant
	preset Preset
	scope  Scope
	power  int
}

// NewPolicy indexes a policy.
func NewPolicy(c PolicyConfig) *Policy {
	p := &Policy{
		presets:       make(map[string]Preset, len(c.Presets)+5),
		bySubject:     make(map[Subject][]holding),
		allowExternal: c.AllowExternal,
	}
	for _, preset := range c.Presets {
		preset.Rank = 0
		p.presets[preset.Name] = preset
	}
	for _, preset := range BuiltIn() {
		p.presets[preset.Name] = preset
	}
	for _, rule := range c.Protections {
		p.protections = append(p.protections, guarded{rule, p.rankOf(rule.Preset)})
	}
	for _, id := range c.Owners {
		p.add(Grant{Subject: Subject{Kind: UserSubject, ID: id}, Preset: Owner, Scope: Everywhere})
	}
	for _, g := range c.Tokens {
		p.add(g)
	}
	for _, g := range c.Grants {
		if g.Subject.Kind != TokenSubject {
			p.add(g)
		}
	}
	slices.SortStableFunc(p.managers, func(a, b holding) int { return cmp.Compare(b.power, a.power) })
	return p
}

func (p *Policy) add(g Grant) {
	preset, known := p.presets[g.Preset]
	scope, err := ParseScope(g.Scope)
	if !known || err != nil || g.Subject.ID == "" {
		return
	}
	h := holding{grant: g, preset: preset, scope: scope, power: preset.Power()}
	p.bySubject[g.Subject] = append(p.bySubject[g.Subject], h)
	if g.Subject.shared() {
		p.shared = append(p.shared, h)
	}
	if preset.Has(ManageRoles) && g.Subject.Kind != TokenSubject {
		p.managers = append(p.managers, h)
	}
}

// Preset returns a preset by name, built-in ones too.
func (p *Policy) Preset(name string) (Preset, bool) {
	preset, ok := p.presets[name]
	return preset, ok
}

// commandLine is what the machine's operator holds: all about roles and audit.
var commandLine = holding{
	grant: Grant{Preset: Owner, Scope: Everywhere},
	preset: Preset{
		Name: Owner, Rank: ownerRank,
		Permissions: []Permission{ListRooms, ReadAudit, ReviewAudit, WriteNote, ManageRoles},
	},
	scope: Scope{all: true},
	power: ownerRank,
}

// held returns the grants of the asker, by themselves and through others, live
// or not.
func (p *Policy) held(a Asker) []holding {
	switch a.Actor.Kind {
	case System:
		return []holding{commandLine}
	case APIToken:
		return p.bySubject[Subject{Kind: TokenSubject, ID: a.Actor.ID}]
	}
	own := p.bySubject[Subject{Kind: UserSubject, ID: a.Actor.ID}]
	if len(a.In) == 0 {
		return own
	}
	all := slices.Clone(own)
	for _, s := range a.In {
		if s.shared() {
			all = append(all, p.bySubject[s]...)
		}
	}
	return all
}

// Shared returns the groups and channels whose members the question may turn
// on: those with a live grant of the permission, or of seeing the room, that
// reaches it. Without a permission it is any live grant. Each is named once.
func (p *Policy) Shared(q Question) []Subject {
	var all []Subject
	seen := make(map[Subject]bool)
	for _, h := range p.shared {
		if !seen[h.grant.Subject] && p.matters(h, q) {
			seen[h.grant.Subject] = true
			all = append(all, h.grant.Subject)
		}
	}
	return all
}

func (p *Policy) matters(h holding, q Question) bool {
	if !h.grant.Live(q.At) {
		return false
	}
	if q.Permission == "" || h.preset.Has(q.Permission) && h.extends(q) {
		return true
	}
	return q.Room.Provider != "" && h.preset.Has(ListRooms) && h.reaches(q.Room)
}

// Unread says which group or channel could have allowed, had it been readable.
func (p *Policy) Unread(q Question) (Sentence, bool) {
	for _, s := range q.Asker.Unread {
		if !s.shared() {
			continue
		}
		for _, h := range p.bySubject[s] {
			if p.matters(h, q) {
				return Say("permission.shared_unread", "Subject", s.mention()), true
			}
		}
	}
	return Sentence{}, false
}

// reaches reports whether the grant holds in the room: by scope and by tenant.
func (h holding) reaches(room Room) bool {
	if !h.scope.Reaches(room.Ref()) {
		return false
	}
	if h.grant.AuthID == "" {
		return true
	}
	tenant, ok := room.AuthID()
	return ok && tenant == h.grant.AuthID
}

// extends reports whether the grant holds where the question asks.
func (h holding) extends(q Question) bool {
	if q.Room.Provider != "" && !h.reaches(q.Room) {
		return false
	}
	if q.Within != nil && !h.holds(*q.Within) {
		return false
	}
	return q.Change == nil || h.holds(q.Change.Extent)
}

// holds reports whether the whole extent is the grant's.
func (h holding) holds(e Extent) bool {
	inner, err := ParseScope(e.Scope)
	return err == nil && h.scope.Covers(inner) && (h.grant.AuthID == "" || h.grant.AuthID == e.AuthID)
}

// say tells something about the grant.
func (h holding) say(key string, pairs ...any) Sentence {
	s := Say(key, append(pairs, "Preset", Literal(h.preset.Name), "Scope", Literal(h.grant.Scope))...)
	if h.grant.Subject.ID != "" {
		s.Args["Subject"] = h.grant.Subject.mention()
		s.Args["Kind"] = string(h.grant.Subject.Kind)
	}
	if h.grant.AuthID != "" {
		s.Args["AuthID"] = Literal(h.grant.AuthID)
	}
	if h.grant.GrantedBy != "" {
		s.Args["By"], s.Args["At"] = actorMention(h.grant.GrantedBy), Moment(h.grant.GrantedAt)
	}
	if !h.grant.Until.IsZero() {
		s.Args["Until"] = Moment(h.grant.Until)
	}
	return s
}
