package bot

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/words"
)

// Slack's limits, as far as we come near them; facts in docs/slack.md.
const (
	messageBlocks    = 50
	viewBlocks       = 100
	sectionRunes     = 3000
	headerRunes      = 150
	messageRunes     = 3000 // of a message's text: chat.update takes under 4000
	buttonRunes      = 75
	buttonValue      = 2000
	optionRunes      = 75
	optionValue      = 150
	overflowCount    = 5 // options of an overflow menu
	selectCount      = 100
	actionCount      = 25
	confirmTitle     = 100
	confirmRunes     = 300
	confirmButton    = 30
	titleRunes       = 24
	metadataLength   = 3000
	idLength         = 255
	inputLabel       = 150 // Slack takes 2000; a label is read at a glance
	placeholderRunes = 150
)

// page collects the blocks of one message or view. Block ids are the order of
// the blocks, action ids say what they do, so that the same answer always looks
// the same. What does not fit is left out: lists count their rows before.
type page struct {
	limit  int
	blocks []slack.Block
	board  bool // it is a board: many read it, and it changes by itself
}

func newPage(limit int) *page { return &page{limit: limit} }

func (p *page) add(b slack.Block) {
	if len(p.blocks) < p.limit {
		p.blocks = append(p.blocks, b)
	}
}

// section adds mrkdwn text with perhaps a button beside it.
func (p *page) section(text string, beside *slack.ButtonBlockElement) {
	if strings.TrimSpace(text) == "" {
		return
	}
	b := &slack.SectionBlock{Type: slack.MBTSection, Text: markup(fit(text, sectionRunes)), BlockID: p.id("s")}
	if beside != nil {
		b.Accessory = slack.NewAccessory(beside)
	}
	p.add(b)
}

func (p *page) header(text string) {
	if text = words.Cut(strings.TrimSpace(text), headerRunes); text != "" {
		p.add(&slack.HeaderBlock{Type: slack.MBTHeader, Text: plainText(text), BlockID: p.id("h")})
	}
}

// note adds small grey text.
func (p *page) note(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.add(slack.NewContextBlock(p.id("n"), markup(fit(text, sectionRunes))))
}

func (p *page) divider() { p.add(&slack.DividerBlock{Type: slack.MBTDivider, BlockID: p.id("d")}) }

// actions adds buttons and menus in one row.
func (p *page) actions(elements ...slack.BlockElement) {
	if len(elements) == 0 {
		return
	}
	p.add(slack.NewActionBlock(p.id("a"), elements[:min(len(elements), actionCount)]...))
}

func (p *page) id(kind string) string { return kind + strconv.Itoa(len(p.blocks)) }

// markup makes a mrkdwn object in which Slack turns nothing into a link or a
// mention that is not written out as one.
func markup(text string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: text, Verbatim: true}
}

// plainText makes a plain_text object.
func plainText(text string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: text}
}

// plainCut makes a plain_text object of at least one and at most limit runes.
func plainCut(text string, limit int) *slack.TextBlockObject {
	text = words.Cut(strings.TrimSpace(text), limit)
	if text == "" {
		text = "–"
	}
	return plainText(text)
}

// join joins what is not empty.
func join(separator string, parts ...string) string {
	kept := make([]string, 0, len(parts))
	for _, s := range parts {
		if strings.TrimSpace(s) != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, separator)
}
