package moderation

import (
	"iter"
	"strings"
)

// asked is a question with what is worked out once for all grants.
type asked struct {
	Question
	wants    bits
	key      string // provider:name of the room
	tenant   string
	tenanted bool
}

func ask(q Question) asked {
	a := asked{Question: q, wants: bitsOf(q.Permission)}
	if a.inRoom() {
		a.key = q.Room.Ref().String()
		a.tenant, a.tenanted = q.Room.AuthID()
	}
	return a
}

func (q asked) inRoom() bool { return q.Room.Provider != "" }

// bits is a set of permissions. One that is not known is a set that no holding
// contains.
type bits uint64

const unknownPermission bits = 1 << 63

var permissionBits = func() map[Permission]bits {
	all := make(map[Permission]bits)
	for i, p := range Permissions() {
		all[p] = 1 << i
	}
	return all
}()

var listRooms = bitsOf(ListRooms)

func bitsOf(permissions ...Permission) bits {
	var set bits
	for _, p := range permissions {
		if bit, known := permissionBits[p]; known {
			set |= bit
		} else {
			set |= unknownPermission
		}
	}
	return set
}

// contains reports whether all of other is in the set.
func (b bits) contains(other bits) bool {
	return b&other == other && other&unknownPermission == 0
}

// holding is a grant with what it gives.
type holding struct {
	grant  Grant
	preset Preset
	has    bits
	scope  Scope
	power  int
}

// reaches reports whether the grant holds in the question's room: by scope and
// by tenant.
func (h holding) reaches(q asked) bool {
	if !h.scope.Reaches(q.Room.Ref()) {
		return false
	}
	return h.grant.AuthID == "" || q.tenanted && q.tenant == h.grant.AuthID
}

// extends reports whether the grant holds wherever the question asks.
func (h holding) extends(q asked) bool {
	if q.inRoom() && !h.reaches(q) {
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

// matters reports whether the answer could turn on the grant: by what it gives,
// or by showing the room.
func (h holding) matters(q asked) bool {
	return h.gives(q) || q.inRoom() && h.has.contains(listRooms) && h.reaches(q) && h.grant.Live(q.At)
}

// gives reports whether the grant has the permission where the question asks;
// without one, whether it gives anything there.
func (h holding) gives(q asked) bool {
	return (q.Permission == "" || h.has.contains(q.wants)) && h.extends(q) && h.grant.Live(q.At)
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

// shelf holds grants so that those that can reach a room are found by how its
// name begins: what is before the first wildcard of a scope.
type shelf struct {
	all     []holding
	byStart map[string][]int
}

func (s *shelf) add(h holding) {
	if s.byStart == nil {
		s.byStart = make(map[string][]int)
	}
	start := h.grant.Scope
	if wild := strings.IndexAny(start, "*?"); wild >= 0 {
		start = start[:wild]
	}
	s.byStart[start] = append(s.byStart[start], len(s.all))
	s.all = append(s.all, h)
}

// near walks over the grants that may reach the question's room; all of them
// where it names none.
func (s *shelf) near(q asked) iter.Seq[holding] {
	return func(yield func(holding) bool) {
		if !q.inRoom() {
			for _, h := range s.all {
				if !yield(h) {
					return
				}
			}
			return
		}
		for end := range len(q.key) + 1 {
			for _, at := range s.byStart[q.key[:end]] {
				if !yield(s.all[at]) {
					return
				}
			}
		}
	}
}

// holdings is everything that one asker holds.
type holdings []*shelf

func (all holdings) near(q asked) iter.Seq[holding] {
	return func(yield func(holding) bool) {
		for _, s := range all {
			for h := range s.near(q) {
				if !yield(h) {
					return
				}
			}
		}
	}
}
