package twiliovideo

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	api "github.com/twilio/twilio-go/rest/video/v1"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
)

// witnesses is how many subscribers' rules are read to tell who is muted. Of
// three, one at most is the person in question and one at most whom a whisper
// is for.
const witnesses = 3

// sight is what the rules of a few subscribers tell of everyone. Rules are kept
// for each subscriber, and there is no list of what somebody is kept from; to
// read all of them each time would use up the quota.
type sight struct {
	driver *Driver
	room   moderation.Room
	also   []string // subscribers to ask besides the witnesses

	once  sync.Once
	err   error
	rules map[string][]rule // by subscriber
}

func sightOf(d *Driver, room moderation.Room, also ...string) *sight {
	return &sight{driver: d, room: room, also: also}
}

// open reads the rules of the witnesses, once.
func (s *sight) open(ctx context.Context) error {
	s.once.Do(func() { s.err = s.read(ctx) })
	return s.err
}

func (s *sight) read(ctx context.Context) error {
	params := new(api.ListRoomParticipantParams).SetStatus(present[0]).SetPageSize(witnesses)
	chunk, err := s.driver.listPeople(ctx, s.room, params, twiliorest.Page{})
	if err != nil {
		return err
	}
	s.rules = map[string][]rule{}
	ask := slices.Clone(s.also)
	for _, p := range chunk.Items {
		ask = append(ask, p.ID)
	}
	slices.Sort(ask)
	for _, subscriberSID := range slices.Compact(ask) {
		if err := s.ask(ctx, subscriberSID); err != nil {
			return err
		}
	}
	return nil
}

func (s *sight) ask(ctx context.Context, subscriberSID string) error {
	rules, err := s.driver.readRules(ctx, s.room, subscriberSID)
	if left(err) {
		return nil
	}
	s.rules[subscriberSID] = rules
	return err
}

// raw is what was seen, for Remember.
func (s *sight) raw() []byte {
	text, _ := json.Marshal(s.rules) // of strings and booleans: cannot fail
	return text
}

// show sets what the rules tell of p.
func (s *sight) show(ctx context.Context, p *moderation.Participant) error {
	whispers := false
	for subscriber, rules := range s.rules {
		if subscriber == p.ID {
			continue
		}
		p.OnHold = p.OnHold || holds(rules, *p)
		for kind, media := range map[string]moderation.Media{"audio": moderation.Audio, "video": moderation.Video} {
			if silences(rules, *p, kind) && !slices.Contains(p.Blocked, media) {
				p.Blocked = append(p.Blocked, media)
			}
		}
		whispers = whispers || slices.Contains(rules, whisperRule(*p))
	}
	slices.Sort(p.Blocked)
	if !whispers {
		return nil
	}
	var err error
	p.Coaching, err = s.listener(ctx, *p)
	return err
}

// listener finds the one whose rules let the coach through.
func (s *sight) listener(ctx context.Context, coach moderation.Participant) (string, error) {
	people, err := s.driver.everyone(ctx, s.room)
	if err != nil {
		return "", err
	}
	for _, p := range others(people, coach.ID) {
		if _, known := s.rules[p.ID]; !known {
			if err := s.ask(ctx, p.ID); err != nil {
				return "", err
			}
		}
		if rules, known := s.rules[p.ID]; known && !slices.Contains(rules, whisperRule(coach)) {
			return p.ID, nil
		}
	}
	return "", nil
}
