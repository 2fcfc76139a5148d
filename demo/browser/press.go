package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/chromedp"
)

// aim waits until what an XPath finds can be pressed: it is enabled, stands
// still, and nothing covers its middle. It returns where that middle is, and
// from then on lets the page see no press of something else.
const aim = `async (xpath) => {
	const find = () => document.evaluate(xpath, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue
	const frame = () => new Promise((done) => requestAnimationFrame(done))
	const off = (e) => e.disabled || e.getAttribute('aria-disabled') === 'true'
	for (let last = ''; ; await frame()) {
		const e = find()
		if (!e || off(e)) continue
		const box = e.getBoundingClientRect()
		const x = box.left + box.width / 2, y = box.top + box.height / 2
		const at = document.elementFromPoint(x, y)
		if (!at || !e.contains(at)) { e.scrollIntoView({ block: 'center', inline: 'center' }); last = ''; continue }
		const now = [x, y, box.width, box.height].join()
		if (now !== last) { last = now; continue }
		const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']
		const press = { hit: false, missed: false, end: () => kinds.forEach((k) => removeEventListener(k, watch, true)) }
		const watch = (event) => {
			if (event.type === 'pointerdown') press.hit = e.isConnected && !off(e) && e.contains(event.target)
			if (press.hit) return
			press.missed = true
			event.stopImmediatePropagation()
			event.preventDefault()
		}
		kinds.forEach((k) => addEventListener(k, watch, true))
		window.lastPress?.end()
		window.lastPress = press
		return [x, y]
	}
}`

// landed says whether the last press was of what it was aimed at.
const landed = `(() => { const p = window.lastPress; p?.end(); return !!p?.hit })()`

// Press presses what an XPath finds, as soon as it is there, enabled and at rest.
// A press that something else would have taken, as the page moved meanwhile, is
// tried again.
func (t *Tab) Press(xpath string) error {
	ctx, cancel := context.WithTimeout(t.ctx, waiting)
	defer cancel()
	return named("press "+xpath, press(ctx, xpath))
}

func press(ctx context.Context, xpath string) error {
	target, err := json.Marshal(xpath)
	if err != nil {
		return err
	}
	for {
		at, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](fmt.Sprintf("(%s)(%s)", aim, target), chromedp.EvalAwaitPromise))
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.MouseClickXY(at[0], at[1])); err != nil {
			return err
		}
		hit, err := chromedp.Run(ctx, chromedp.Evaluate[bool](landed))
		if hit || err != nil {
			return err
		}
	}
}

// Fill types into the field of a dialog that has this label.
func (t *Tab) Fill(label, words string) error {
	ctx, cancel := context.WithTimeout(t.ctx, waiting)
	defer cancel()
	field := fmt.Sprintf(`//dialog//*[@class="input"][.//*[@class="label"][starts-with(normalize-space(.), %s)]]//*[self::input or self::textarea]`, quoted(label))
	err := press(ctx, field)
	if err == nil {
		err = chromedp.Do(ctx, chromedp.KeyEvent(words))
	}
	return named("fill "+label, err)
}
