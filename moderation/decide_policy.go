package moderation

import (
	"cmp"
	"iter"
	"maps"
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
	bySubject     map[Subject]*shelf
	managers      []holding // who can give permissions, owners first
	shared        shelf     // grants to groups and channels
	owners        map[string]bool
	protections   []guarded
	allowExternal bool
}

// NewPolicy indexes a policy.
func NewPolicy(c PolicyConfig) *Policy {
	p := &Policy{
		presets:       make(map[string]Preset, len(c.Presets)+5),
		bySubject:     make(map[Subject]*shelf),
		owners:        make(map[string]bool, len(c.Owners)),
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
		p.owners[id] = true
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
	h := holding{grant: g, preset: preset, has: bitsOf(preset.Permissions...), scope: scope, power: preset.Power()}
	if p.bySubject[g.Subject] == nil {
		p.bySubject[g.Subject] = &shelf{}
	}
	p.bySubject[g.Subject].add(h)
	if g.Subject.shared() {
		p.shared.add(h)
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

// PresetNames returns the names of all presets, sorted.
func (p *Policy) PresetNames() []string { return slices.Sorted(maps.Keys(p.presets)) }

// commandLine is what the machine's operator holds: all about roles and audit.
var commandLine = func() *shelf {
	can := []Permission{ListRooms, ReadAudit, ReviewAudit, WriteNote, ManageRoles}
	h := holding{
		grant:  Grant{Preset: Owner, Scope: Everywhere},
		preset: Preset{Name: Owner, Rank: ownerRank, Permissions: can},
		has:    bitsOf(can...),
		scope:  Scope{all: true},
		power:  ownerRank,
	}
	s := &shelf{}
	s.add(h)
	return s
}()

// held returns the grants of the asker, by themselves and through others, live
// or not.
func (p *Policy) held(a Asker) holdings {
	subjects := []Subject{{Kind: UserSubject, ID: a.Actor.ID}}
	switch a.Actor.Kind {
	case System:
		return holdings{commandLine}
	case APIToken:
		subjects[0].Kind = TokenSubject
	default:
		subjects = append(subjects, a.In...)
	}
	var held holdings
	for i, s := range subjects {
		if shelf := p.bySubject[s]; shelf != nil && (i == 0 || s.shared()) {
			held = append(held, shelf)
		}
	}
	return held
}

// Shared returns the groups and channels whose members the question may turn
// on: those with a live grant of the permission, or of seeing the room, that
// reaches it. Without a permission it is any live grant that reaches it. Each is
// named once.
func (p *Policy) Shared(question Question) []Subject {
	q := ask(question)
	var all []Subject
	seen := make(map[Subject]bool)
	for h := range p.shared.near(q) {
		if !seen[h.grant.Subject] && h.matters(q) {
			seen[h.grant.Subject] = true
			all = append(all, h.grant.Subject)
		}
	}
	return all
}

// Unread says which group or channel could have allowed, had it been readable.
func (p *Policy) Unread(q Question) (Sentence, bool) { return p.unread(ask(q)) }

func (p *Policy) unread(q asked) (Sentence, bool) {
	for s := range p.couldAllow(q) {
		return Say("permission.shared_unread", "Subject", s.mention()), true
	}
	return Sentence{}, false
}

// unreadChain tells of each group and channel that could not be read.
func (p *Policy) unreadChain(q asked) (chain []Sentence) {
	for s := range p.couldAllow(q) {
		chain = append(chain, Say("permission.chain.unread", "Subject", s.mention()))
	}
	return chain
}

// couldAllow goes through the groups and channels whose members could not be
// read and whose grants would have mattered.
func (p *Policy) couldAllow(q asked) iter.Seq[Subject] {
	return func(yield func(Subject) bool) {
		for _, s := range q.Asker.Unread {
			if p.anyGives(s, q) && !yield(s) {
				return
			}
		}
	}
}

func (p *Policy) anyGives(s Subject, q asked) bool {
	shelf := p.bySubject[s]
	if shelf == nil || !s.shared() {
		return false
	}
	for h := range shelf.near(q) {
		if h.gives(q) {
			return true
		}
	}
	return false
}
