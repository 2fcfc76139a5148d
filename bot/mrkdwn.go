package bot

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roomwarden/roomwarden/words"
)

// valueRunes bounds one name, reason or text inside a sentence.
const valueRunes = 240

// mrkdwn is the words.Style of Slack's message text. Values lose what Slack
// would read as markup: a participant called "<!channel> *boom*" pages nobody
// and bolds nothing. Characters that mean something to Slack are replaced by
// ones that look like them, because Slack has no escape for them.
type mrkdwn struct {
	// public is set for what a whole channel reads: a user group is then named
	// by its id, since its mention would call all of its members.
	public bool
}

// Text returns someone's text as text that Slack leaves alone.
func (mrkdwn) Text(s string) string { return escape(s, valueRunes) }

// Literal returns s as a code span, or nothing for nothing.
func (mrkdwn) Literal(s string) string {
	s = words.Cut(strings.TrimSpace(words.Visible(s)), valueRunes)
	if s == "" {
		return ""
	}
	// Nothing is marked up inside a code span; where spans are not drawn, pairs
	// of marks must not be either.
	return "`" + entities.Replace(strings.ReplaceAll(pairs(s), "`", "ˋ")) + "`"
}

var (
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]{1,30}$`)
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{1,30}$`)
)

// User returns a mention; what is no user id is shown as it is.
func (m mrkdwn) User(id string) string {
	if !userID.MatchString(id) {
		return m.Literal(id)
	}
	return "<@" + id + ">"
}

// Group returns a mention where one reader alone sees it.
func (m mrkdwn) Group(id string) string {
	if m.public || !groupID.MatchString(id) {
		return m.Literal(id)
	}
	return "<!subteam^" + id + ">"
}

// Channel returns a link to a channel.
func (m mrkdwn) Channel(id string) string {
	if !channelID.MatchString(id) {
		return m.Literal(id)
	}
	return "<#" + id + ">"
}

// Moment returns t in the reader's own time zone.
func (mrkdwn) Moment(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format(time.RFC3339))
}

// plain is the words.Style of Slack's plain_text objects: buttons, questions,
// options, headers. Slack reads no markup there; angle brackets are replaced
// all the same, because the text travels on into notifications.
type plain struct{ words.Plain }

// Text returns someone's text as it is but for what could pass for markup.
func (plain) Text(s string) string {
	return angles.Replace(pairs(shortcodes(strings.TrimSpace(words.Cut(words.Visible(s), valueRunes)))))
}

// Literal returns s like Text.
func (p plain) Literal(s string) string { return p.Text(s) }

// Moment returns t to the minute, in UTC: plain_text knows no readers' zones.
func (plain) Moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

var (
	entities    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	angles      = strings.NewReplacer("<", "‹", ">", "›")
	marks       = strings.NewReplacer("*", "∗", "~", "∼", "`", "ˋ")
	clockDigits = regexp.MustCompile(`^[0-5][0-9]$`)
	shortcode   = regexp.MustCompile(`:([A-Za-z0-9_+'-]+):`)
)

// pairs replaces marks that could make something bold, struck or code, and
// leaves one that stands alone: the * of a scope.
func pairs(s string) string {
	if strings.Count(s, "*") > 1 || strings.Count(s, "~") > 1 || strings.Count(s, "`") > 1 {
		return marks.Replace(s)
	}
	return s
}

// escape makes someone's text safe inside mrkdwn, of at most limit runes.
func escape(s string, limit int) string {
	s = strings.TrimSpace(words.Visible(s))
	s = words.Cut(s, limit)
	s = marks.Replace(shortcodes(s))
	s = underscores(s)
	if first, size := utf8.DecodeRuneInString(s); strings.ContainsRune(">•◦‣", first) {
		s = "›" + s[size:]
	}
	return entities.Replace(s)
}

// shortcodes breaks up :emoji: names, which Slack would draw, and leaves times
// of day alone.
func shortcodes(s string) string {
	if strings.Count(s, ":") < 2 {
		return s
	}
	// Neighbours share a colon, so each name that was broken is looked past.
	var out strings.Builder
	for {
		at := shortcode.FindStringSubmatchIndex(s)
		if at == nil {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:at[0]])
		if name := s[at[2]:at[3]]; clockDigits.MatchString(name) {
			out.WriteString(":")
		} else {
			out.WriteString("∶")
		}
		s = s[at[0]+1:]
	}
}

// underscores replaces the underscores that could start or end italics and
// keeps those within a word, which identities are full of.
func underscores(s string) string {
	if !strings.Contains(s, "_") {
		return s
	}
	word := func(i int) bool {
		if i < 0 || i >= len(s) {
			return false
		}
		c := s[i]
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '_' && (!word(i-1) || !word(i+1)) {
			out.WriteString("ˍ")
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// fit shortens mrkdwn to at most limit runes without cutting through a mention,
// an entity or a code span.
func fit(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	count, safe, code := 0, 0, false
	var until byte
	for i, r := range s {
		if until == 0 && !code {
			safe = i
		}
		if count >= limit-1 {
			break
		}
		count++
		switch {
		case until != 0:
			if byte(r) == until {
				until = 0
			}
		case r == '<':
			until = '>'
		case r == '&':
			until = ';'
		case r == '`':
			code = !code
		}
	}
	return strings.TrimRight(s[:safe], " \n") + "…"
}
