package moderation

import "time"

// Standing is what sort of Slack user asks. The zero value is not known, and
// not known is refused.
type Standing string

// The standings.
const (
	Member   Standing = "member"   // of the workspace itself
	Guest    Standing = "guest"    // restricted or ultra restricted
	External Standing = "external" // of another workspace
	BotUser  Standing = "bot"
	Deleted  Standing = "deleted"
)

// Asker is who asks, with what was read of them just now.
type Asker struct {
	Actor    Actor
	Standing Standing // of a SlackUser
	// In holds the groups and channels that the asker is a member of, Unread
	// those whose members could not be read. Others need not have been asked.
	In, Unread []Subject
}

// Question is whether an asker may do something to a target at a time. A zero
// Room with a zero Within asks whether there is anywhere that they may.
type Question struct {
	Asker      Asker
	Permission Permission
	Room       Room
	// Participant is whom the action touches, Everyone whom an action on the
	// whole room touches, such as its end.
	Participant *Participant
	Everyone    []Participant
	BanFor      time.Duration // bans: how long, zero where it does not matter
	Permanent   bool
	// Within asks for the permission in the whole of a scope rather than in a room.
	Within *Extent
	// Change asks whether this preset may be given, taken, defined or deleted there.
	Change *Change
	At     time.Time
}

// Extent is a scope and the tenant in it; no tenant means all of them.
type Extent struct {
	Scope  string
	AuthID string
}

// Change is what someone wants to do with a preset.
type Change struct {
	Preset Preset
	Extent
	// Countersign is set where another owner has asked and this is the second signature.
	Countersign bool
}

// Decision is whether a caller may do something, and why.
type Decision struct {
	Allowed bool
	// Hidden is set where the room must look as if it did not exist: the answer
	// is then the one of a room that is not there, not Says.
	Hidden bool
	// Missing is the permission that a refusal names.
	Missing Permission
	// Says is the refusal or, where allowed, what allows it.
	Says []Sentence
	// Chain holds a sentence for each thing that was weighed. It names grants
	// and is for those who may read them, or oneself.
	Chain []Sentence
	// By is the grant that allows; an owner of the configuration, a token and
	// the command line hold one that stands in no store.
	By Grant
	// Unread is set where the refusal is for want of a fact that could not be read.
	Unread bool
}

// Decide answers a question by the policy. Nothing is allowed but by a grant
// that is live, has the permission, reaches the room or extent, and stands
// high enough for whom it touches. It is the only place that decides.
func (p *Policy) Decide(q Question) Decision {
	if says, ok := p.admits(q.Asker); !ok {
		return refuse(q, says)
	}
	held := p.held(q.Asker)
	if q.Room.Provider != "" && !p.lists(held, q) {
		return p.hide(held, q)
	}
	if q.Participant != nil && q.Participant.Kind == Observer && touches(q.Permission) {
		return refuse(q, Say("permission.observer"))
	}
	var nearest obstacle
	for _, h := range held {
		o := p.weigh(h, q)
		if o.kind == nothing {
			return p.allow(h, q)
		}
		if o.kind > nearest.kind {
			nearest = o
		}
	}
	if says, unread := p.Unread(q); unread {
		return refuse(q, says).forWantOfFacts()
	}
	d := refuse(q, p.refusal(q, nearest)...)
	d.Chain = p.chain(held, q)
	return d
}

// hide is the refusal to someone who may not list the room.
func (p *Policy) hide(held []holding, q Question) Decision {
	list := Question{Asker: q.Asker, Permission: ListRooms, Room: q.Room, At: q.At}
	if says, unread := p.Unread(list); unread {
		return refuse(list, says).forWantOfFacts()
	}
	d := refuse(list, Say("permission.hidden", "Room", q.Room.Ref()))
	d.Hidden, d.Chain = true, p.chain(held, list)
	return d
}

// Lists reports whether the asker may list the room: Decide for ListRooms
// without its sentences, for long lists.
func (p *Policy) Lists(a Asker, room Room, at time.Time) bool {
	if _, ok := p.admits(a); !ok {
		return false
	}
	return room.Provider != "" && p.lists(p.held(a), Question{Asker: a, Room: room, At: at})
}

// Admits reports whether a grant can help the asker at all.
func (p *Policy) Admits(a Asker) bool {
	_, ok := p.admits(a)
	return ok
}

// admits refuses those whom no grant helps.
func (p *Policy) admits(a Asker) (Sentence, bool) {
	switch a.Actor.Kind {
	case System:
		return Sentence{}, true
	case APIToken:
		if _, known := p.bySubject[Subject{Kind: TokenSubject, ID: a.Actor.ID}]; !known {
			return Say("permission.token_unknown"), false
		}
		return Sentence{}, true
	case SlackUser:
		return p.admitsUser(a)
	default:
		return Say("permission.nobody"), false
	}
}

func (p *Policy) admitsUser(a Asker) (Sentence, bool) {
	if a.Actor.ID == "" {
		return Say("permission.nobody"), false
	}
	switch a.Standing {
	case Member:
		return Sentence{}, true
	case Guest, External:
		if p.allowExternal {
			return Sentence{}, true
		}
		return Say("permission." + string(a.Standing)), false
	case BotUser, Deleted:
		return Say("permission." + string(a.Standing)), false
	default:
		return Say("permission.user_unread"), false
	}
}

func (p *Policy) lists(held []holding, q Question) bool {
	for _, h := range held {
		if h.preset.Has(ListRooms) && h.grant.Live(q.At) && h.reaches(q.Room) {
			return true
		}
	}
	return false
}

// obstacleKind says how near a grant came to allowing: the highest is told.
type obstacleKind int

const (
	nothing obstacleKind = iota
	expired
	elsewhere
	lacking
	tooLow
)

type obstacle struct {
	kind obstacleKind
	says Sentence
}

// weigh returns what keeps one grant from allowing, or nothing.
func (p *Policy) weigh(h holding, q Question) obstacle {
	switch {
	case !h.grant.Live(q.At):
		return obstacle{expired, h.say("permission.chain.expired", "Until", Moment(h.grant.Until))}
	case !h.extends(q):
		return obstacle{elsewhere, h.say("permission.chain.elsewhere")}
	case !h.preset.Has(q.Permission):
		return obstacle{lacking, h.say("permission.chain.lacking", "Permission", Literal(q.Permission))}
	}
	for _, judge := range []func(holding, Question) Sentence{p.tooLongABan, p.isProtected, p.isAbove} {
		if says := judge(h, q); !says.IsZero() {
			return obstacle{tooLow, says}
		}
	}
	return obstacle{}
}

// tooLongABan holds a ban against the bound of the preset.
func (p *Policy) tooLongABan(h holding, q Question) Sentence {
	bound := h.preset.MaxBan
	if q.Permission != BanPermission || bound == 0 || !q.Permanent && q.BanFor <= bound {
		return Sentence{}
	}
	return Say("permission.ban_bound", "Preset", Literal(h.preset.Name), "Bound", bound)
}

func (p *Policy) allow(h holding, q Question) Decision {
	says := h.say("permission.chain.allows", "Permission", Literal(q.Permission))
	return Decision{Allowed: true, By: h.grant, Says: []Sentence{says}, Chain: []Sentence{says}}
}

func refuse(q Question, says ...Sentence) Decision {
	d := Decision{Missing: q.Permission}
	for _, s := range says {
		if !s.IsZero() {
			d.Says = append(d.Says, s)
		}
	}
	d.Chain = d.Says
	return d
}

func (d Decision) forWantOfFacts() Decision {
	d.Unread = true
	return d
}

// chain tells of every grant of the asker why it does not allow.
func (p *Policy) chain(held []holding, q Question) []Sentence {
	if len(held) == 0 {
		return []Sentence{Say("permission.chain.none")}
	}
	chain := make([]Sentence, 0, len(held))
	for _, h := range held {
		if o := p.weigh(h, q); o.kind != nothing {
			chain = append(chain, o.says)
		}
	}
	return chain
}
