package demo_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/demo/browser"
)

// Several people are chosen on a board and acted on together, on a phone as at
// a desk.
func TestSeveralOnABoard(t *testing.T) {
	for name, o := range map[string]browser.Options{"desk": {}, "phone": {Width: 390, Height: 780, Phone: true}} {
		t.Run(name, func(t *testing.T) {
			v := visit(t, o)
			v.typed("/room-watch standup")
			v.see(browser.In("Chaos", "Kick"))
			v.press(`(//span[@class="several"]/button)[last()]`)
			for _, who := range []string{"Ben", "Chaos"} {
				v.press(`//fieldset[@class="ticks"]//label[starts-with(normalize-space(.), "` + who + `")]`)
			}
			v.check("chosen")
			v.must(v.Keys("\x1b"))
			v.press(browser.Button("Kick those chosen"))
			v.see(`//dialog[@open]`)
			v.check("asked")
			v.press(yes)
			v.seeGone(browser.In("Chaos", "Kick"))
			v.seeGone(browser.In("Ben", "Kick"))
			v.see(browser.In("Ada", "Kick"))
			v.see(browser.Shown("Chaos was removed by @mo"))
			v.check("gone")
		})
	}
}

// The person is told first where the box in the dialog is ticked.
func TestTellingInADialog(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-kick standup")
	const box = `//dialog//label[contains(., "Tell them before")]//input`
	v.see(box)
	v.fill("Person", "cha")
	v.pick("Chaos")
	v.press(box)
	v.check("ticked")
	v.press(`//dialog//button[@type="submit"]`)
	v.see(`//dialog[contains(., "Chaos was told before")]`)
	v.check("told")
	v.see(browser.Seat("standup", "chaos") + absent)
	v.see(`//*[@data-room="standup"]//*[contains(., "→ Chaos: A moderator is removing you from this room.")]`)
}

// What was done is looked at once more: the record says that it lasted, and so
// does the case.
func TestTheEffectIsVerified(t *testing.T) {
	v := visit(t, browser.Options{})
	v.typed("/room-kick standup Chaos spam")
	v.see(browser.Seat("standup", "chaos") + absent)
	v.opens("audit")
	v.see(`//article[contains(., "spam")][contains(., "still gone after 10 s")]`)
	v.check("lasted")
	v.becomes("Olive")
	v.opens("moderation")
	v.typed("/room-case 3")
	v.see(`//article[contains(., "Only visible to you") or .//p][contains(., "still gone after 10 s")]`)
	v.check("case")
}
