package twiliorest

import (
	"context"
	"net/url"
	"regexp"
	"strconv"

	"github.com/roomwarden/roomwarden/moderation"
)

const (
	defaultPage = 50
	// LargestPage is the largest page that Twilio gives.
	LargestPage = 1000
	// scanPages bounds the pages that one call looks through for what it searches.
	scanPages = 10
)

// Page is one page to ask for. Phase is the driver's own: it tells apart
// several lists that are shown as one.
type Page struct {
	Phase, Size   int
	Token, Number string
	skip          int
}

// Chunk is one page as Twilio gave it; Next is the address of the next, nil on the last.
type Chunk[T any] struct {
	Items []T
	Next  *string
}

// Query is what Collect looks for.
type Query[T any] struct {
	Limit  int
	Cursor string
	// Phases is how many lists follow one another; zero means one.
	Phases int
	// Keep selects items; nil keeps all, and then no more is read than is shown.
	Keep func(T) bool
	// List reads one page.
	List func(ctx context.Context, p Page) (Chunk[T], error)
}

// Collect reads pages until it has what q asks for, and returns it with the
// cursor of what follows, which is empty at the end. It looks through at most
// ten pages of a thousand: then it returns what it has and a cursor.
func Collect[T any](ctx context.Context, q Query[T]) (items []T, next string, err error) {
	page, err := q.first()
	if err != nil {
		return nil, "", err
	}
	limit := min(max(q.Limit, 0), LargestPage)
	if limit == 0 {
		limit = defaultPage
	}
	for range scanPages {
		if page.Token == "" && page.skip == 0 {
			page.Size = q.size(limit - len(items))
		}
		chunk, err := q.List(ctx, page)
		if err != nil {
			return nil, "", gone(page, err)
		}
		for i, item := range chunk.Items {
			if i < page.skip || q.Keep != nil && !q.Keep(item) {
				continue
			}
			if len(items) == limit {
				page.skip = i
				return items, page.cursor(), nil
			}
			items = append(items, item)
		}
		page, err = q.after(page, chunk.Next)
		if err != nil || page.Size == 0 {
			return items, "", err
		}
		if len(items) == limit {
			break
		}
	}
	return items, page.cursor(), nil
}

func (q Query[T]) size(missing int) int {
	if q.Keep != nil {
		return LargestPage
	}
	return missing
}

func (q Query[T]) first() (Page, error) {
	if q.Cursor == "" {
		return Page{Size: defaultPage}, nil
	}
	return parseCursor(q.Cursor, max(1, q.Phases))
}

// after returns the page that follows: of the same list, of the next one, or,
// with size zero, none.
func (q Query[T]) after(p Page, next *string) (Page, error) {
	if next != nil && *next != "" {
		u, err := url.Parse(*next)
		if err != nil {
			return Page{}, moderation.Errorf(moderation.CodeUnavailable, "twilio: the next page has no address: %w", err)
		}
		v := u.Query()
		size, err := strconv.Atoi(v.Get("PageSize"))
		if err != nil {
			size = p.Size
		}
		return Page{Phase: p.Phase, Size: size, Token: v.Get("PageToken"), Number: v.Get("Page")}, nil
	}
	if p.Phase+1 < q.Phases {
		return Page{Phase: p.Phase + 1, Size: defaultPage}, nil
	}
	return Page{}, nil
}

// cursor returns the page as text for a later call.
func (p Page) cursor() string {
	v := url.Values{"f": {strconv.Itoa(p.Phase)}, "s": {strconv.Itoa(p.Size)}}
	for key, value := range map[string]string{"t": p.Token, "n": p.Number} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if p.skip > 0 {
		v.Set("k", strconv.Itoa(p.skip))
	}
	return v.Encode()
}

var (
	pageToken  = regexp.MustCompile(`^[A-Za-z0-9_.:=-]{0,200}$`)
	pageNumber = regexp.MustCompile(`^\d{0,9}$`)
)

func parseCursor(s string, phases int) (Page, error) {
	v, err := url.ParseQuery(s)
	phase, err1 := strconv.Atoi(v.Get("f"))
	size, err2 := strconv.Atoi(v.Get("s"))
	skip, _ := strconv.Atoi(v.Get("k"))
	p := Page{Phase: phase, Size: size, Token: v.Get("t"), Number: v.Get("n"), skip: skip}
	if err != nil || err1 != nil || err2 != nil || phase < 0 || phase >= phases || size < 1 || size > LargestPage ||
		skip < 0 || !pageToken.MatchString(p.Token) || !pageNumber.MatchString(p.Number) {
		return Page{}, moderation.Fault(moderation.CodeInvalid, "twilio.page_gone")
	}
	return p, nil
}

// gone turns the refusal of a page token into its own sentence.
func gone(p Page, err error) error {
	if p.Token == "" || moderation.CodeOf(err) != moderation.CodeRejected {
		return err
	}
	return moderation.Fault(moderation.CodeInvalid, "twilio.page_gone").Because(err)
}
