package twiliorest_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
)

// lists serves several lists by page as Twilio does: a token names the last item before.
type lists [][]int

func (l lists) page(_ context.Context, p twiliorest.Page) (twiliorest.Chunk[int], error) {
	if p.Size < 1 || p.Size > twiliorest.LargestPage {
		return twiliorest.Chunk[int]{}, fmt.Errorf("a page of %d", p.Size)
	}
	start := 0
	if p.Token != "" {
		var err error
		if start, err = strconv.Atoi(p.Token); err != nil {
			return twiliorest.Chunk[int]{}, err
		}
	}
	all := l[p.Phase]
	end := min(start+p.Size, len(all))
	chunk := twiliorest.Chunk[int]{Items: all[start:end]}
	if end < len(all) {
		next := fmt.Sprintf("/list?PageSize=%d&Page=1&PageToken=%d", p.Size, end)
		chunk.Next = &next
	}
	return chunk, nil
}

// Whatever the pages, each item that is looked for comes once and in order, and
// no page is larger than was asked.
func TestCollectFindsEachOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all lists
		var want []int
		divisor := rapid.IntRange(1, 50).Draw(t, "divisor")
		for phase := range rapid.IntRange(1, 3).Draw(t, "phases") {
			list := make([]int, rapid.IntRange(0, 2500).Draw(t, "size"))
			for i := range list {
				list[i] = phase*10_000 + i
				if list[i]%divisor == 0 {
					want = append(want, list[i])
				}
			}
			all = append(all, list)
		}
		q := twiliorest.Query[int]{Limit: rapid.IntRange(0, 1200).Draw(t, "limit"), Phases: len(all), List: all.page}
		if divisor > 1 {
			q.Keep = func(n int) bool { return n%divisor == 0 }
		}
		var got []int
		for range len(want) + 20 {
			items, next, err := twiliorest.Collect(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			if q.Limit > 0 && len(items) > q.Limit {
				t.Fatalf("%d items where %d were asked", len(items), q.Limit)
			}
			got = append(got, items...)
			if q.Cursor = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d items, want %d", len(got), len(want))
		}
	})
}

// A cursor comes back from buttons: whatever it is, it is taken or refused.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "f=0&s=50", "f=0&s=50&t=1&n=2&k=3", "f=-1", "%", "f=0&s=99999999999999999999", "t=a%20b"} {
		f.Add(s)
	}
	all := lists{make([]int, 100)}
	f.Fuzz(func(t *testing.T, cursor string) {
		_, next, err := twiliorest.Collect(t.Context(), twiliorest.Query[int]{
			Limit: 10, Cursor: cursor,
			List: func(ctx context.Context, p twiliorest.Page) (twiliorest.Chunk[int], error) {
				p.Token = ""
				return all.page(ctx, p)
			},
		})
		if err != nil && moderation.CodeOf(err) != moderation.CodeInvalid {
			t.Errorf("%q: next %q, %v", cursor, next, err)
		}
	})
}
