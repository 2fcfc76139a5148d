package twiliotest

import (
	"net/http"
	"net/url"
	"strconv"
)

const (
	defaultPageSize = 50
	largestPageSize = 1000
)

// page is what a request asks of a list.
type page struct {
	number, size, start int
	more                bool
	token               string // of the next page
}

// item is what can be in a list: its SID never changes, and its place among
// all that were ever made neither, so that a token outlives what it names.
type item interface{ key() string }

// cut takes the page that the request asks for out of all, which holds what
// left too; shown says which of them are in the list.
func cutPage[T item](r *http.Request, all []T, shown func(T) bool) ([]T, page, *problem) {
	q := r.URL.Query()
	p := page{size: defaultPageSize}
	if s := q.Get("PageSize"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil, p, &problem{http.StatusBadRequest, 20001, "Page size must be greater than 0"}
		}
		p.size = min(n, largestPageSize)
	}
	if s := q.Get("Page"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return nil, p, &problem{http.StatusBadRequest, 20001, "Page number must be an integer"}
		}
		p.number = n
	}
	if token := q.Get("PageToken"); token != "" {
		found := false
		for i, each := range all {
			if "PA"+each.key() == token {
				p.start, found = i+1, true
			}
		}
		if !found {
			return nil, p, &problem{http.StatusBadRequest, 20001, "Page token is invalid"}
		}
	}
	var items []T
	for _, each := range all[p.start:] {
		if !shown(each) {
			continue
		}
		if len(items) == p.size {
			p.more = true
			break
		}
		items = append(items, each)
	}
	if p.more {
		p.token = "PA" + items[len(items)-1].key()
	}
	return items, p, nil
}

// address returns where a page is: the request's own address, or the next
// one's, or the first one's.
func (p page) address(r *http.Request, number int, token string) string {
	q := url.Values{}
	for key, values := range r.URL.Query() {
		q[key] = values
	}
	q.Set("PageSize", strconv.Itoa(p.size))
	q.Set("Page", strconv.Itoa(number))
	q.Del("PageToken")
	if token != "" {
		q.Set("PageToken", token)
	}
	return r.URL.Path + "?" + q.Encode()
}

// voiceList makes the answer of the 2010 API.
func (p page) voiceList(r *http.Request, name string, items []any) map[string]any {
	start := p.number * p.size
	body := map[string]any{
		name: items, "page": p.number, "page_size": p.size, "start": start, "end": max(start, start+len(items)-1),
		"uri": p.address(r, p.number, r.URL.Query().Get("PageToken")), "first_page_uri": p.address(r, 0, ""),
		"next_page_uri": nil, "previous_page_uri": nil,
	}
	if p.more {
		body["next_page_uri"] = p.address(r, p.number+1, p.token)
	}
	return body
}

// videoList makes the answer of the version 1 API.
func (p page) videoList(r *http.Request, name string, items []any) map[string]any {
	base := "https://video.twilio.com"
	meta := map[string]any{
		"page": p.number, "page_size": p.size, "key": name, "previous_page_url": nil, "next_page_url": nil,
		"url": base + p.address(r, p.number, r.URL.Query().Get("PageToken")), "first_page_url": base + p.address(r, 0, ""),
	}
	if p.more {
		meta["next_page_url"] = base + p.address(r, p.number+1, p.token)
	}
	return map[string]any{name: items, "meta": meta}
}
