package commands

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// trail is the cursor of a page with those of the pages before it, so that one
// can go back where a provider's own cursors only go on. Buttons carry it, so
// it forgets the oldest when it grows too long: back is then the first page.
type trail []string

const (
	trailMark = "~"
	trailMost = 900 // characters
)

func readTrail(cursor string) trail {
	if cursor == "" {
		return nil
	}
	return strings.Split(cursor, trailMark)
}

func (t trail) String() string {
	for len(t) > 1 && len(strings.Join(t, trailMark)) > trailMost {
		t = t[1:]
	}
	return strings.Join(t, trailMark)
}

// here is the position of the page itself; "" is the first.
func (t trail) here() string {
	if len(t) == 0 {
		return ""
	}
	return t[len(t)-1]
}

// back is the trail of the page before.
func (t trail) back() trail {
	if len(t) == 0 {
		return nil
	}
	return t[:len(t)-1]
}

// to is the trail of a page that follows at a position; none where there is none.
func (t trail) to(position string) trail {
	if position == "" {
		return nil
	}
	return append(t[:len(t):len(t)], position)
}

// position is where a page of rooms begins: at a provider, after so many rooms
// of the page that its cursor names.
type position struct {
	client int
	skip   int
	cursor string
}

func (p position) String() string {
	return strconv.Itoa(p.client) + "." + strconv.Itoa(p.skip) + "." + base64.RawURLEncoding.EncodeToString([]byte(p.cursor))
}

// readPosition reads a position; one that makes no sense is the first.
func readPosition(s string) position {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) != 3 {
		return position{}
	}
	client, err1 := strconv.Atoi(parts[0])
	skip, err2 := strconv.Atoi(parts[1])
	cursor, err3 := base64.RawURLEncoding.DecodeString(parts[2])
	if err1 != nil || err2 != nil || err3 != nil || client < 0 || skip < 0 {
		return position{}
	}
	return position{client, skip, string(cursor)}
}
