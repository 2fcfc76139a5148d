package provider_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

func people(n int) []moderation.Participant {
	all := make([]moderation.Participant, n)
	for i := range all {
		all[i] = moderation.Participant{
			Identity: fmt.Sprintf("guest-%05d", i), ID: fmt.Sprintf("PA_%05d", i), Name: fmt.Sprintf("Guest %d", i),
			JoinedAt: time.Unix(1700000000, 0).Add(time.Duration(i) * time.Second / 3),
		}
	}
	return all
}

func TestPagesHoldWhenOthersComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people(rapid.IntRange(0, 40).Draw(t, "people"))
		limit := rapid.IntRange(1, 7).Draw(t, "limit")
		stays := slices.Clone(all)
		var seen []string
		q := provider.ParticipantQuery{Limit: limit}
		for {
			page, err := provider.PageParticipants(all, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page.Participants {
				seen = append(seen, p.ID)
			}
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
			if len(all) > 1 && rapid.Bool().Draw(t, "someone leaves") {
				i := rapid.IntRange(0, len(all)-1).Draw(t, "who")
				gone := all[i].ID
				all = slices.Delete(slices.Clone(all), i, i+1)
				stays = slices.DeleteFunc(stays, func(p moderation.Participant) bool { return p.ID == gone })
			}
		}
		if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Fatalf("out of order or twice: %v", seen)
		}
		for _, p := range stays {
			if !slices.Contains(seen, p.ID) {
				t.Fatalf("%s stayed and is on no page: %v", p.ID, seen)
			}
		}
	})
}

func TestQueriesSelect(t *testing.T) {
	yes, no := true, false
	muted := moderation.Participant{Identity: "ada", ID: "1", Tracks: []moderation.Track{{Source: moderation.Microphone, Muted: true}}}
	held := moderation.Participant{Identity: "ben", Name: "Ben Öz", ID: "2", OnHold: true}
	coach := moderation.Participant{Identity: "cy", Number: "+16175551212", ID: "3", Coaching: "2"}
	all := []moderation.Participant{muted, held, coach}
	for _, c := range []struct {
		q    provider.ParticipantQuery
		want []string
	}{
		{provider.ParticipantQuery{Muted: &yes}, []string{"ada"}},
		{provider.ParticipantQuery{Muted: &no}, []string{"ben", "cy"}},
		{provider.ParticipantQuery{OnHold: &yes}, []string{"ben"}},
		{provider.ParticipantQuery{Coaching: &yes}, []string{"cy"}},
		{provider.ParticipantQuery{Search: "öZ"}, []string{"ben"}},
		{provider.ParticipantQuery{Search: "5551"}, []string{"cy"}},
		{provider.ParticipantQuery{Search: "nobody"}, nil},
	} {
		page, err := provider.PageParticipants(all, c.q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range page.Participants {
			got = append(got, p.Identity)
		}
		if !slices.Equal(got, c.want) || page.Total != len(c.want) {
			t.Errorf("%+v: %v, want %v", c.q, got, c.want)
		}
	}
	if _, err := provider.PageParticipants(all, provider.ParticipantQuery{Cursor: "?"}); moderation.CodeOf(err) != moderation.CodeInvalid {
		t.Errorf("a cursor that no list gave out: %v", err)
	}
}

func TestFind(t *testing.T) {
	all := []moderation.Participant{{Identity: "x", ID: "1"}, {Identity: "1", ID: "2"}, {Identity: "x", ID: "3"}}
	if p, err := provider.Find(all, "1"); err != nil || p.ID != "1" {
		t.Errorf("a connection id comes before an identity: %+v, %v", p, err)
	}
	if _, err := provider.Find(all, "x"); moderation.CodeOf(err) != moderation.CodeAmbiguous {
		t.Error(err)
	}
	if _, err := provider.Find(all, ""); moderation.CodeOf(err) != moderation.CodeNotFound {
		t.Error(err)
	}
}

func BenchmarkPageOfTenThousand(b *testing.B) {
	all := people(10_000)
	for b.Loop() {
		if _, err := provider.PageParticipants(all, provider.ParticipantQuery{Limit: 20}); err != nil {
			b.Fatal(err)
		}
	}
}

// Agents, recorders and the like are listed, and are not among the people.
func TestPeopleAreCounted(t *testing.T) {
	all := people(4)
	all[1].Kind, all[2].Kind, all[3].Kind = moderation.Phone, moderation.Observer, moderation.Agent
	page, err := provider.PageParticipants(all, provider.ParticipantQuery{Limit: 3})
	if err != nil || len(page.Participants) != 3 || page.Total != 2 || provider.People(all) != 2 {
		t.Errorf("%d listed, %d people, %v", len(page.Participants), page.Total, err)
	}
}
