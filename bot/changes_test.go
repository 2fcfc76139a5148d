package bot_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// rented shows every room as one of a tenant that can change.
type rented struct {
	*simulated.Driver
	tenant *atomic.Value
}

func (d rented) mark(room moderation.Room) moderation.Room {
	room.Metadata = fmt.Sprintf(`{"auth_id":%q}`, d.tenant.Load())
	return room
}

func (d rented) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	room, err := d.Driver.Room(ctx, idOrName)
	return d.mark(room), err
}

func (d rented) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	page, err := d.Driver.Rooms(ctx, q)
	for i, room := range page.Rooms {
		page.Rooms[i] = d.mark(room)
	}
	return page, err
}

// A button stands on the screen while what it needs goes away: the press is
// refused, the person stays, and the audit channel has the attempt.
func TestAPressIsDecidedWhenItComes(t *testing.T) {
	for name, c := range map[string]struct {
		grant  string
		change func(s *shift, tenant *atomic.Value) error
	}{
		"the role is revoked": {"@mo moderator sim:*", func(s *shift, _ *atomic.Value) error {
			s.typed(slack.Olive, "/room-role", "revoke @mo moderator sim:*", "✅")
			return nil
		}},
		"the group is left": {"<!subteam^" + slack.Moderators + "|@mods> moderator sim:*", func(s *shift, _ *atomic.Value) error {
			return s.SetGroup(s.ctx, slack.Moderators, slack.Milan)
		}},
		"the account is closed": {"@mo moderator sim:*", func(s *shift, _ *atomic.Value) error {
			return s.SetUser(s.ctx, slack.Mo, func(u *slack.User) { u.Deleted = true })
		}},
		"the room changes hands": {"@mo moderator sim:* auth_id=acme", func(_ *shift, tenant *atomic.Value) error {
			tenant.Store("other")
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant := &atomic.Value{}
			tenant.Store("acme")
			s := newShiftOn(t, func(sim *simulated.Driver) provider.Driver { return rented{sim, tenant} })
			s.typed(slack.Olive, "/room-role", "grant "+c.grant, "✅")
			list := s.typed(slack.Mo, "/room-list", "standup", "Chaos")
			if err := c.change(s, tenant); err != nil {
				t.Fatal(err)
			}
			s.press(slack.Mo, list, "Kick", "Chaos")
			s.audited(moderation.ActionKick, moderation.Refused, slack.Mo)
			room, err := s.sim.Room(s.ctx, "standup")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.sim.Participant(s.ctx, room, "chaos"); err != nil {
				t.Errorf("Chaos is not there: %v", err)
			}
		})
	}
}
