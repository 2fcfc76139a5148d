package demo_test

import (
	"fmt"
	"net/http"
	"testing"

	api "github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/demo/browser"
	"github.com/roomwarden/roomwarden/demo/slack"
)

const (
	yes      = `//dialog//button[contains(@class, "filled")]`
	onlyYou  = `//p[.="Only visible to you"]`
	absent   = `[contains(@class, "absent")]`
	silenced = `//*[@aria-label="muted by a moderator"]`
)

// One looks who is in a room, with the command completed while it is typed.
func TestList(t *testing.T) {
	v := visit(t, browser.Options{})
	v.see(`//h1[contains(., "Greenroom")]`)
	v.press(`//main//input[@role="combobox"]`)
	v.must(v.Keys("/room-l"))
	v.see(`//*[@role="option"][contains(., "/room-list")]`)
	v.check("completion")
	v.must(v.Keys("\t"))
	v.must(v.Keys("standup\r"))
	for _, name := range []string{"Ada", "Ben", "Chaos", "Dita"} {
		v.see(browser.In(name, "Kick"))
	}
	v.see(onlyYou)
	v.check("people")
}

// The first kick of someone who has never seen it: three presses.
func TestKickByButton(t *testing.T) {
	v := visit(t, browser.Options{})
	v.press(browser.Button("List the room"))
	v.press(browser.In("Chaos", "Kick"))
	v.see(`//dialog[@open][contains(., "Chaos")]`)
	v.check("asked")
	v.press(`//dialog//button[not(contains(@class, "filled"))]`)
	v.seeGone(`//dialog[@open]`)
	v.see(browser.Seat("standup", "chaos") + `[not(contains(@class, "absent"))]`)

	v.press(browser.In("Chaos", "Kick"))
	v.press(yes)
	v.see(browser.Seat("standup", "chaos") + absent)
	v.seeGone(browser.In("Chaos", "Kick"))
	v.see(browser.Shown("Chaos was removed by @mo"))
	v.check("gone")

	v.press(browser.Button("Let Chaos try to come back"))
	v.see(browser.Seat("standup", "chaos") + `[not(contains(@class, "absent"))]`)
}

// A command without its words asks for them, with what there is offered while
// one types, and shows what came of it in the dialog.
func TestDialog(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-mute")
	v.see(`//dialog[@open]//h2[.="Mute"]`)
	v.press(`//dialog//button[@type="submit"]`)
	v.see(`//dialog//*[@role="alert"]`)
	v.fill("Room", "stand")
	v.pick("sim:standup")
	v.fill("Person", "be")
	v.see(`//dialog//*[@role="option"][starts-with(., "Ben")]`)
	v.check("offered")
	v.pick("Ben")
	v.press(`//dialog//button[@type="submit"]`)
	v.see(browser.Seat("standup", "ben") + silenced)
	v.see(`//dialog[contains(., "Ben in sim:standup is muted")]`)
	v.check("result")
	v.press(`//dialog//footer//button`)
	v.seeGone(`//dialog[@open]`)
}

// A viewer is refused with the permission that is missing; nothing happens, and
// the channel of the record is not his.
func TestRefusedViewer(t *testing.T) {
	v := visit(t, browser.Options{})
	v.becomes("Vera")
	v.typed("/room-kick standup Chaos")
	v.see(browser.Shown("1201"))
	v.see(browser.Shown("kick_participant"))
	v.see(browser.Seat("standup", "chaos") + `[not(contains(@class, "absent"))]`)
	v.seeGone(`//nav//button[contains(., "audit")]`)
	v.check("refused")
	v.becomes("Gus")
	v.typed("/room-list")
	v.see(onlyYou)
	v.check("guest")
	v.becomes("Mo")
	v.opens("audit")
	v.see(browser.Shown("@vera"))
	v.check("recorded")
}

// A board in the channel keeps itself current.
func TestBoard(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-watch town-hall")
	v.see(browser.In("Emil", "Kick"))
	v.check("board")
	v.at.Rooms.Leave("town-hall", "emil")
	v.seeGone(browser.In("Emil", "Kick"))
	v.at.Rooms.Join("town-hall", "zoe", "Zoë")
	v.see(browser.In("Zoë", "Kick"))
	v.check("changed")
}

// A menu stays with the person whose it is, and keeps the focus, while the list
// around it changes.
func TestOpenMenu(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-watch town-hall")
	const menu = `//*[starts-with(@aria-label, "Actions for Zoë")]//*[@role="menu"]`
	v.at.Rooms.Join("town-hall", "zoe", "Zoë")
	v.press(browser.In("Zoë", "More for"))
	v.see(menu)
	v.at.Rooms.Leave("town-hall", "emil")
	v.seeGone(browser.In("Emil", "Kick"))
	v.see(menu)
	v.check("menu")
	kept, err := browser.Evaluate[bool](v.Tab, `document.activeElement.closest('[aria-label^="Actions for Zoë"]') !== null`)
	if err != nil || !kept {
		t.Errorf("the focus is no longer in the menu (%v)", err)
	}
}

// What was done is undone from the record.
func TestUndo(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-mute standup Dita")
	v.see(browser.Seat("standup", "dita") + silenced)
	v.opens("audit")
	const undo = `//article[contains(., "muted Dita")]//button[.="Undo"]`
	v.press(undo)
	v.press(yes)
	v.seeGone(browser.Seat("standup", "dita") + silenced)
	v.seeGone(undo)
	v.check("undone")
}

// Somebody else reviews the case.
func TestReview(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-kick standup Chaos spam")
	v.see(browser.Seat("standup", "chaos") + absent)
	v.becomes("Olive")
	v.opens("audit")
	v.press(`(//article[contains(., "spam")]//button[.="Mark reviewed"])[last()]`)
	v.see(`//dialog[@open]`)
	v.check("asked")
	v.press(`//dialog//button[@type="submit"]`)
	v.see(`//article[contains(., "spam")][not(.//button[.="Mark reviewed"])]`)
	v.check("reviewed")
}

// The home shows the rooms that one may see and what one may do.
func TestHome(t *testing.T) {
	v := visit(t, browser.Options{})
	v.opens("App home")
	v.see(`//*[@aria-label="App home"][contains(., "standup")]`)
	v.check("moderator")
	v.becomes("Olive")
	v.see(`//*[@aria-label="App home"][contains(., "First steps")]`)
	v.check("owner")
}

// Names are what they are, whatever they hold: nothing of them is drawn as
// markup, nobody is paged.
func TestHostileName(t *testing.T) {
	const name = `<!channel> *boom* <img src=x onerror=document.title='owned'> :tada:`
	t.Parallel()
	w := open(t)
	w.Rooms.Join("standup", "mallory", name)
	v := w.window(browser.Options{})
	v.typed("/room-list standup")
	v.see(browser.In("Ada", "Kick"))
	v.see(browser.Shown("onerror"))
	v.seeGone(`//article//img`)
	v.seeGone(`//article//*[contains(@class, "loud")]`)
	v.seeGone(`//strong[.="boom"]`)
	v.see(browser.Seat("standup", "mallory") + `//*[contains(., "<img")]`)
	v.check("shown")
	if title, err := browser.Evaluate[string](v.Tab, `document.title`); err != nil || title == "owned" {
		t.Errorf("%q %v", title, err)
	}
}

// Slack's markup is drawn as its readers know it, and an address that is none
// does not become a link.
func TestMarkup(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, token := w.Slack.Tokens()
	transport := &http.Transport{DisableKeepAlives: true}
	bot := api.New(token, api.OptionAPIURL(w.Slack.APIURL()), api.OptionHTTPClient(&http.Client{Transport: transport}))
	text := "*bold* _slanted_ ~struck~ `co*d*e` snake_case_name 2*3*4 <https://x.example/?a=1&amp;b=2|a link> " +
		"<@U0MODER00> <#C0MODS00> <!here> &lt;i&gt;raw&lt;/i&gt; <javascript:alert(1)|trap> *open\n&gt; quoted\n```pre *as is*```"
	if _, _, err := bot.PostMessageContext(w.ctx, slack.Moderation, api.MsgOptionText(text, false)); err != nil {
		t.Fatal(err)
	}
	v := w.window(browser.Options{})
	const message = `//article[contains(., "snake_case_name 2*3*4")]`
	for _, part := range []string{
		`//strong[.="bold"]`, `//em[.="slanted"]`, `//s[.="struck"]`, `//code[.="co*d*e"]`, `//pre[.="pre *as is*"]`,
		`//a[.="a link"][@href="https://x.example/?a=1&b=2"]`, `//*[contains(@class, "me")][.="@mo"]`, `//*[.="#moderation"]`,
		`//*[contains(@class, "loud")][.="@here"]`, `//*[@class="quote"][.="quoted"]`, `//*[contains(., "<i>raw</i>")]`,
	} {
		v.see(message + part)
	}
	v.seeGone(message + `//a[contains(., "trap") or starts-with(@href, "javascript")]`)
	v.seeGone(message + `//strong[.!="bold" and .!="roomwarden"]`)
	v.check("drawn")
}

// Everything can be done with the keyboard, and what takes the focus gives it back.
func TestKeyboard(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-list standup")
	v.see(browser.In("Chaos", "Kick"))
	focus := func(xpath string) {
		script := fmt.Sprintf("document.evaluate(%q, document, null, 9, null).singleNodeValue.focus()", xpath)
		if _, err := browser.Evaluate[any](v.Tab, script+"; null"); err != nil {
			t.Fatal(err)
		}
	}
	focused := func() string {
		text, err := browser.Evaluate[string](v.Tab, `document.activeElement.textContent`)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	focus(browser.In("Chaos", "Kick"))
	v.must(v.Keys("\r"))
	v.see(`//dialog[@open]`)
	v.must(v.Keys("\x1b"))
	v.seeGone(`//dialog[@open]`)
	if got := focused(); got != "Kick" {
		t.Errorf("the focus is on %q", got)
	}
	v.must(v.Keys("\r"))
	v.see(`//dialog[@open]`)
	v.must(v.Keys("\t\r"))
	v.see(browser.Seat("standup", "chaos") + absent)
	v.see(browser.Shown("was removed by")) // the list has been drawn anew: nothing takes the focus from it

	more := `//button[starts-with(@aria-label, "More for Dita")]`
	v.see(more)
	focus(more)
	v.must(v.Keys("\r"))
	v.see(`//*[@role="menu"]`)
	v.check("menu")
	v.must(v.Keys("\x1b"))
	v.seeGone(`//*[@role="menu"]`)
	if got := focused(); got != "⋯" {
		t.Errorf("the focus is on %q", got)
	}
}

// A phone shows one pane at a time, and nothing wider than itself.
func TestPhone(t *testing.T) {
	v := visit(t, browser.Options{Width: 390, Height: 780, Phone: true})
	fits := func() {
		wide, err := browser.Evaluate[int](v.Tab, `document.documentElement.scrollWidth`)
		if err != nil || wide > 390 {
			t.Errorf("%d pixels wide, %v", wide, err)
		}
	}
	v.press(browser.Button("Stage"))
	v.see(browser.Seat("standup", "chaos"))
	fits()
	v.check("stage")
	v.press(browser.Button("Talk"))
	v.check("first")
	v.press(browser.Button("List a room"))
	v.press(browser.In("Chaos", "Kick"))
	v.press(yes)
	v.see(browser.Shown("was removed by"))
	fits()
	v.check("talk")
	v.press(browser.Button("Places"))
	v.see(`//nav//button[contains(., "audit")]`)
	fits()
	v.check("places")
}

// The dark colours are as legible as the light ones.
func TestDark(t *testing.T) {
	v := visit(t, browser.Options{Dark: true})
	v.typed("/room-list standup")
	v.see(browser.In("Chaos", "Kick"))
	v.check("list")
	v.press(browser.In("Chaos", "Kick"))
	v.see(`//dialog[@open]`)
	v.check("asked")
	v.press(yes)
	v.see(browser.Seat("standup", "chaos") + absent)
	v.opens("audit")
	v.see(browser.Shown("Chaos"))
	v.check("audit")
}

// Whatever the page was used for, the bot kept to Slack's limits and acked in time.
func TestNothingOversteps(t *testing.T) {
	t.Parallel()
	w := open(t)
	mo := w.Slack.As(slack.Mo)
	for _, line := range []string{"help", "list", "list standup", "mute-all town-hall", "lock standup", "unlock standup"} {
		reply, err := mo.Command(w.ctx, "/room", line, slack.Moderation)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reply.Await(w.ctx, slack.AnyMessage); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range w.Slack.Violations() {
		t.Error(v)
	}
	for _, f := range w.Slack.Ledger().Faults() {
		t.Error(f)
	}
}
