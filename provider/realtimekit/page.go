package realtimekit

import "sync/atomic"

const (
	perPage  = 100
	maxPages = 100
)

// sizes are the largest pages that each list was seen to give.
type sizes struct{ sessions, participants, presets, enrolled atomic.Int64 }

// pages reads page after page until one has nothing new: an API may give
// smaller pages than it was asked for, and count none of them. A first page is
// the only one where it is smaller than one that the list gave before.
func pages[T any](largest *atomic.Int64, read func(no int) ([]T, error), id func(T) string) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	for no := 1; no <= maxPages; no++ {
		page, err := read(no)
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, item := range page {
			if !seen[id(item)] {
				seen[id(item)] = true
				all = append(all, item)
			}
		}
		size := int64(len(page))
		if len(all) == before || no == 1 && size < largest.Load() {
			break
		}
		largest.Store(max(largest.Load(), size))
	}
	return all, nil
}
