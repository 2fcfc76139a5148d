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
	// Withheld is that of everyone where Slack does not let the app read who
	// people are: the scope for it is missing.
	Withheld Standing = "withheld"
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
	// Explain asks for the Chain of the decision too.
	Explain bool
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
	// Chain holds a sentence for each thing that was weighed, where the question
	// wants it explained. It names grants and is for those who may read them, or
	// oneself.
	Chain []Sentence
	// Unread is set where the refusal is for want of a fact that could not be read.
	Unread bool
}

// Decide answers a question by the policy. Nothing is allowed but by a grant
// that is live, has the permission, reaches the room or extent, and stands
// high enough for whom it touches. It is the only place that decides.
func (p *Policy) Decide(question Question) Decision {
	q := ask(question)
	if says, ok := p.admits(q.Asker); !ok {
		return refuse(q, says)
	}
	held := p.held(q.Asker)
	if q.inRoom() && !lists(held, q) {
		return p.hide(held, q)
	}
	if q.Participant != nil && q.Participant.Kind == Observer && touches(q.Permission) {
		return refuse(q, Say("permission.observer"))
	}
	var nearest Sentence
	for h := range held.near(q) {
		o := p.weigh(h, q)
		if o.kind == nothing {
			return allow(h, q)
		}
		if o.kind == tooLow {
			nearest = o.says
		}
	}
	if says, unread := p.unread(q); unread {
		return p.undecided(refuse(q, append([]Sentence{says}, p.refusal(q, nearest)...)...), held, q)
	}
	d := refuse(q, p.refusal(q, nearest)...)
	if q.Explain {
		d.Chain = p.chain(held, q)
	}
	return d
}

// hide is the refusal to someone who may not list the room.
func (p *Policy) hide(held holdings, q asked) Decision {
	list := ask(Question{Asker: q.Asker, Permission: ListRooms, Room: q.Room, At: q.At, Explain: q.Explain})
	if says, unread := p.unread(list); unread {
		return p.undecided(refuse(list, says), held, list)
	}
	d := refuse(list, Say("permission.hidden", "Room", q.Room.Ref()))
	d.Hidden = true
	if q.Explain {
		d.Chain = p.chain(held, list)
	}
	return d
}

// Lists reports whether the asker may list the room: Decide for ListRooms
// without its sentences, for long lists.
func (p *Policy) Lists(a Asker, room Room, at time.Time) bool {
	q := ask(Question{Asker: a, Permission: ListRooms, Room: room, At: at})
	return p.Admits(a) && q.inRoom() && lists(p.held(a), q)
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
	case Withheld:
		return Say("permission.withheld"), p.owners[a.Actor.ID]
	default:
		return Say("permission.user_unread"), false
	}
}

func lists(held holdings, q asked) bool {
	for h := range held.near(q) {
		if h.has.contains(listRooms) && h.grant.Live(q.At) && h.reaches(q) {
			return true
		}
	}
	return false
}

// obstacle is what keeps a grant from allowing. For tooLow, which is told to
// the caller, says is there already; say tells of the others.
type obstacle struct {
	kind obstacleKind
	says Sentence
}

type obstacleKind int

const (
	nothing obstacleKind = iota
	expired
	elsewhere
	lacking
	tooLow
)

// weigh returns what keeps one grant from allowing, or nothing.
func (p *Policy) weigh(h holding, q asked) obstacle {
	switch {
	case !h.grant.Live(q.At):
		return obstacle{kind: expired}
	case !h.extends(q):
		return obstacle{kind: elsewhere}
	case !h.has.contains(q.wants):
		return obstacle{kind: lacking}
	}
	for _, judge := range []func(holding, asked) Sentence{p.tooLongABan, p.isProtected, p.isAbove} {
		if says := judge(h, q); !says.IsZero() {
			return obstacle{tooLow, says}
		}
	}
	return obstacle{}
}

// tooLongABan holds a ban against the bound of the preset.
func (p *Policy) tooLongABan(h holding, q asked) Sentence {
	bound := h.preset.MaxBan
	if q.Permission != BanPermission || bound == 0 || !q.Permanent && q.BanFor <= bound {
		return Sentence{}
	}
	return Say("permission.ban_bound", "Preset", Literal(h.preset.Name), "Bound", bound)
}

func allow(h holding, q asked) Decision {
	d := Decision{Allowed: true}
	d.Says = []Sentence{h.say("permission.chain.allows", "Permission", Literal(q.Permission))}
	if q.Explain {
		d.Chain = d.Says
	}
	return d
}

func refuse(q asked, says ...Sentence) Decision {
	d := Decision{Missing: q.Permission, Says: says}
	if q.Explain {
		d.Chain = says
	}
	return d
}

// undecided marks a refusal for want of a fact that could not be read, and
// explains it by all that could have allowed.
func (p *Policy) undecided(d Decision, held holdings, q asked) Decision {
	d.Unread = true
	if q.Explain {
		d.Chain = append(p.unreadChain(q), p.chain(held, q)...)
	}
	return d
}

// chain tells of every grant of the asker why it does not allow.
func (p *Policy) chain(held holdings, q asked) []Sentence {
	var chain []Sentence
	for _, s := range held {
		for _, h := range s.all {
			switch o := p.weigh(h, q); o.kind {
			case expired:
				chain = append(chain, h.say("permission.chain.expired"))
			case elsewhere:
				chain = append(chain, h.say("permission.chain.elsewhere"))
			case lacking:
				chain = append(chain, h.say("permission.chain.lacking", "Permission", Literal(q.Permission)))
			case tooLow:
				chain = append(chain, o.says)
			}
		}
	}
	if len(chain) == 0 {
		return []Sentence{Say("permission.chain.none")}
	}
	return chain
}
