package providertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const nowhere = "no-such-room-anywhere"

func (h Harness) testRooms(t *testing.T) {
	one, two := h.open(t, 1), h.open(t, 2)
	for _, s := range []*scene{one, two} {
		byID, err := s.client.Room(t.Context(), s.room.ID)
		if err != nil || byID.ID != s.room.ID || byID.Name != s.Name() {
			t.Errorf("by id: %+v, %v", byID, err)
		}
		if s.room.Provider != "tested" {
			t.Errorf("the room is of %q", s.room.Provider)
		}
		if n := s.room.Participants; n >= 0 && n != len(s.Guests()) {
			t.Errorf("%d participants, want %d", n, len(s.Guests()))
		}
	}
	for _, bad := range []string{nowhere, ""} {
		_, err := one.client.Room(t.Context(), bad)
		wantCode(t, "an unknown room", err, moderation.CodeNotFound)
	}

	var ids []string
	q := provider.RoomQuery{Limit: 1}
	for {
		page, err := one.client.Rooms(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rooms {
			ids = append(ids, r.ID)
		}
		if page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	if !slices.Contains(ids, one.room.ID) || !slices.Contains(ids, two.room.ID) {
		t.Errorf("page by page: %v, want %s and %s in it", ids, one.room.ID, two.room.ID)
	}
	if slices.Sort(ids); len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("a room stands on two pages: %v", ids)
	}
	page, err := one.client.Rooms(t.Context(), provider.RoomQuery{Search: strings.ToUpper(one.Name())})
	if err != nil || !slices.ContainsFunc(page.Rooms, func(r moderation.Room) bool { return r.ID == one.room.ID }) {
		t.Errorf("search by name: %+v, %v", page, err)
	}
	if _, err := one.client.Rooms(t.Context(), provider.RoomQuery{Limit: 1, Cursor: "no cursor of ours"}); err != nil {
		wantCode(t, "a page token that fits nothing", err, moderation.CodeInvalid)
	}
}

func (h Harness) testParticipants(t *testing.T) {
	s := h.open(t, 3)
	page, err := s.client.Participants(t.Context(), s.room, provider.ParticipantQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total >= 0 && page.Total != 3 {
		t.Errorf("a total of %d, want 3", page.Total)
	}
	for _, g := range s.Guests() {
		i := slices.IndexFunc(page.Participants, func(p moderation.Participant) bool { return p.Identity == g.Identity() })
		if i < 0 {
			t.Fatalf("%s is not in %+v", g.Identity(), page.Participants)
		}
		p := page.Participants[i]
		if p.ID == "" || p.ID == p.Identity || !p.Kind.Human() {
			t.Errorf("%+v: a person with a connection id of its own is expected", p)
		}
		for _, by := range []string{p.ID, p.Identity} {
			found, err := s.client.Participant(t.Context(), s.room, by)
			if err != nil || found.ID != p.ID {
				t.Errorf("by %q: %+v, %v", by, found, err)
			}
		}
		found, err := s.client.Participants(t.Context(), s.room, provider.ParticipantQuery{Search: strings.ToUpper(g.Identity())})
		if err != nil || len(found.Participants) != 1 || found.Participants[0].ID != p.ID {
			t.Errorf("search for %s: %+v, %v", g.Identity(), found, err)
		}
	}
	var ids []string
	q := provider.ParticipantQuery{Limit: 1}
	for {
		page, err := s.client.Participants(t.Context(), s.room, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Participants {
			ids = append(ids, p.ID)
		}
		if page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != 3 {
		t.Errorf("page by page: %v, want three", ids)
	}

	_, err = s.client.Participant(t.Context(), s.room, "nobody-of-that-name")
	wantCode(t, "an unknown participant", err, moderation.CodeNotFound)
	_, err = s.client.Participant(t.Context(), s.room, "")
	wantCode(t, "no name", err, moderation.CodeNotFound)
	gone := moderation.Room{Provider: "tested", ID: nowhere, Name: nowhere}
	_, err = s.client.Participants(t.Context(), gone, provider.ParticipantQuery{})
	wantCode(t, "the people of an unknown room", err, moderation.CodeNotFound)
	_, err = s.client.Participant(t.Context(), gone, s.Guests()[0].Identity())
	wantCode(t, "someone in an unknown room", err, moderation.CodeNotFound)
}

// testIdentity holds that a ban can: who comes back is known again, and is not
// taken for the connection that was there before.
func (h Harness) testIdentity(t *testing.T) {
	s := h.open(t, 2)
	g := s.Guests()[0]
	before := s.who(t, g.Identity())
	g.Leave(t)
	s.until(t, "who left is gone", func() bool {
		_, err := s.client.Participant(t.Context(), s.room, g.Identity())
		return moderation.CodeOf(err) == moderation.CodeNotFound
	})
	g.Return(t)
	s.until(t, "who came back is there", func() bool {
		_, err := s.client.Participant(t.Context(), s.room, g.Identity())
		return err == nil
	})
	after := s.who(t, g.Identity())
	if after.ID == before.ID || after.Identity != before.Identity {
		t.Errorf("before %s (%s), after %s (%s)", before.Identity, before.ID, after.Identity, after.ID)
	}
	_, err := s.client.Participant(t.Context(), s.room, before.ID)
	wantCode(t, "the connection that ended", err, moderation.CodeNotFound)
}
