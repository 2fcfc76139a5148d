package words

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Plain draws values for terminals, logs and JSON: ids as they are, times as
// RFC 3339 in UTC.
type Plain struct{}

// Text returns s without control characters and marks that reorder text.
func (Plain) Text(s string) string { return Visible(s) }

// Literal returns s.
func (Plain) Literal(s string) string { return Visible(s) }

// User returns the bare id.
func (Plain) User(id string) string { return Visible(id) }

// Group returns the bare id.
func (Plain) Group(id string) string { return Visible(id) }

// Channel returns the bare id.
func (Plain) Channel(id string) string { return Visible(id) }

// Moment returns t in RFC 3339, UTC.
func (Plain) Moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Fault returns the sentence of an error that is safe to show.
func Fault(err error) moderation.Sentence {
	var e *moderation.Error
	if errors.As(err, &e) {
		if !e.Says.IsZero() {
			return e.Says
		}
		return moderation.Say("error." + string(e.Code))
	}
	return moderation.Say("error." + string(moderation.CodeInternal))
}

// Visible takes control characters, bidirectional marks and other invisible
// runes out of someone's text, so that what is shown is what is there. Line
// ends become blanks.
func Visible(s string) string {
	clean := make([]rune, 0, len(s))
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			clean = append(clean, ' ')
		case r < ' ' || r == 0x7f || (r >= 0x80 && r <= 0x9f):
		case r >= 0x200b && r <= 0x200f && r != 0x200d, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069,
			r == 0xfeff, r == 0x061c, r == 0x00ad, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		case r == 0xfffd:
			clean = append(clean, '?')
		default:
			clean = append(clean, r)
		}
	}
	return string(clean)
}

// Cut shortens s to at most limit runes, the last of them an ellipsis where
// something was cut.
func Cut(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	count := 0
	keep := 0
	for i := range s {
		if count == limit-1 {
			keep = i
		}
		count++
		if count > limit {
			return s[:keep] + "…"
		}
	}
	return s
}

// Duration writes a length of time as people type it: 90s, 10m, 2h, 3d, 1w.
func Duration(d time.Duration) string {
	units := []struct {
		name string
		unit time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}}
	for _, u := range units {
		if d >= u.unit && d%u.unit == 0 {
			return fmt.Sprintf("%d%s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("%ds", int64(d/time.Second))
}

// Told draws values for a record's text, which is read in many places: as Plain
// does, but with people, groups and channels as <@U…>, <!subteam^S…> and <#C…>,
// which foreign text cannot imitate, so that Slack can name them.
type Told struct{ Plain }

var untold = strings.NewReplacer("<@", "< @", "<#", "< #", "<!", "< !")

// Text returns s as it may stand in a record's text.
func (Told) Text(s string) string { return untold.Replace(Visible(s)) }

// Literal returns s as it may stand in a record's text.
func (t Told) Literal(s string) string { return t.Text(s) }

// User returns the mention of a user.
func (t Told) User(id string) string { return "<@" + t.Text(id) + ">" }

// Group returns the mention of a user group.
func (t Told) Group(id string) string { return "<!subteam^" + t.Text(id) + ">" }

// Channel returns the mention of a channel.
func (t Told) Channel(id string) string { return "<#" + t.Text(id) + ">" }
