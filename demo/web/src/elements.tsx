// The interactive elements of Block Kit.

import type { TargetedKeyboardEvent } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { plain } from './mrkdwn'
import { Said } from './text'
import type { Element, ElementState, Option } from './types'

/** What an element can do to the place where it stands. */
export interface Hands {
  state(): ElementState | undefined
  /** Keeps a value; tell sends it to the app at once. */
  set(next: ElementState, tell: boolean): void
  /** Sends an action, after the question that the element may ask. */
  press(extra: Record<string, unknown>): void
  suggest(typed: string): Promise<Option[]>
  /** An action is on its way: no second one is sent. What holds a value stays usable. */
  busy: boolean
}

interface Props {
  element: Element
  label: string // for readers who do not see where it stands
  labelId?: string | undefined
  describedBy?: string | undefined
  invalid?: boolean
  hands: Hands
}

const words = (t: Element['text']) => plain(typeof t === 'string' ? t : (t?.text ?? ''))

export function Control(p: Props) {
  switch (p.element.type) {
    case 'button': return <Button {...p} />
    case 'overflow': return <Overflow {...p} />
    case 'static_select':
    case 'users_select': return <StaticSelect {...p} />
    case 'external_select': return <External {...p} />
    case 'multi_static_select': return <Several {...p} />
    case 'checkboxes': return <Ticks {...p} />
    case 'multi_external_select': return <External {...p} several />
    case 'radio_buttons': return <Radio {...p} />
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input': return <TextInput {...p} />
    case 'datepicker': return <DateInput {...p} />
    default: return <span class="unknown">[{p.element.type}]</span>
  }
}

function Button({ element, hands }: Props) {
  return (
    <button type="button" class={`button ${element.style ?? ''}`} aria-disabled={hands.busy}
      aria-label={element.accessibility_label} onClick={() => hands.press({})}>
      {words(element.text)}
    </button>
  )
}

/** A menu behind a button: arrows move, Escape closes, focus comes back. */
function Overflow({ element, label, hands }: Props) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLSpanElement>(null)
  const id = useId()
  useAway(root, open, () => setOpen(false))
  useEffect(() => {
    if (open) root.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus()
  }, [open])
  const close = () => {
    setOpen(false)
    root.current?.querySelector('button')?.focus()
  }
  const keys = (e: TargetedKeyboardEvent<HTMLElement>) => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const go = (i: number) => { items[(i + items.length) % items.length]?.focus(); e.preventDefault() }
    if (e.key === 'ArrowDown') go(at + 1)
    else if (e.key === 'ArrowUp') go(at - 1)
    else if (e.key === 'Home') go(0)
    else if (e.key === 'End') go(items.length - 1)
    else if (e.key === 'Escape') { close(); e.stopPropagation() }
    else if (e.key === 'Tab') setOpen(false)
  }
  return (
    <span class="overflow" ref={root}>
      <button type="button" class="button more" aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined}
        aria-label={`More for ${label}`} aria-disabled={hands.busy} onClick={() => !hands.busy && setOpen(!open)}>⋯</button>
      {open && (
        <div class="menu" role="menu" id={id} aria-label={`More for ${label}`} onKeyDown={keys}>
          {(element.options ?? []).map((o) => (
            <button type="button" role="menuitem" tabIndex={-1} key={o.value}
              onClick={() => { close(); hands.press({ selected_option: o }) }}>
              {plain(o.text.text)}
              {o.description && <small>{plain(o.description.text)}</small>}
            </button>
          ))}
        </div>
      )}
    </span>
  )
}

function StaticSelect({ element, label, labelId, describedBy, invalid, hands }: Props) {
  const chosen = hands.state()?.selected_option?.value ?? ''
  const all = [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((g) => g.options)]
  const choose = (value: string) => {
    const option = all.find((o) => o.value === value) ?? null
    hands.set({ type: element.type, selected_option: option }, true)
  }
  const item = (o: Option) => <option value={o.value} key={o.value}>{plain(o.text.text)}</option>
  return (
    <select class="select" value={chosen} aria-invalid={invalid} aria-describedby={describedBy}
      aria-labelledby={labelId} aria-label={labelId ? undefined : (element.placeholder?.text ?? label)}
      onChange={(e) => choose(e.currentTarget.value)}>
      <option value="">{plain(element.placeholder?.text ?? 'Choose')}</option>
      {(element.options ?? []).map(item)}
      {(element.option_groups ?? []).map((g) => (
        <optgroup label={plain(g.label.text)} key={g.label.text}>{g.options.map(item)}</optgroup>
      ))}
    </select>
  )
}

/** Several choices: a button that opens a list to tick. */
function Several({ element, label, labelId, hands }: Props) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLSpanElement>(null)
  const id = useId()
  useAway(root, open, () => setOpen(false))
  useEffect(() => {
    if (open) root.current?.querySelector('fieldset')?.scrollIntoView({ block: 'nearest' })
  }, [open])
  const chosen = hands.state()?.selected_options ?? []
  const all = [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((g) => g.options)]
  const toggle = (o: Option) => {
    const has = chosen.some((c) => c.value === o.value)
    const next = has ? chosen.filter((c) => c.value !== o.value) : [...chosen, o]
    if (element.max_selected_items && next.length > element.max_selected_items) return
    hands.set({ type: element.type, selected_options: next }, true)
  }
  const shown = chosen.length > 0 ? chosen.map((c) => plain(c.text.text)).join(', ') : plain(element.placeholder?.text ?? label)
  return (
    <span class="several" ref={root} onKeyDown={(e) => {
      if (e.key === 'Escape' && open) {
        setOpen(false)
        root.current?.querySelector('button')?.focus()
        e.stopPropagation()
        e.preventDefault()
      }
    }}>
      <button type="button" class="select" aria-expanded={open} aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}>{shown}</button>
      {open && (
        <fieldset class="ticks" id={id}>
          <legend class="unseen" id={`${id}l`}>{labelId ? label : plain(element.placeholder?.text ?? label)}</legend>
          {all.map((o) => (
            <label key={o.value}>
              <input type="checkbox" checked={chosen.some((c) => c.value === o.value)} onChange={() => toggle(o)} />
              <span>{plain(o.text.text)}</span>
            </label>
          ))}
        </fieldset>
      )}
    </span>
  )
}

/** Boxes to tick, all in sight. */
function Ticks({ element, label, labelId, hands }: Props) {
  const chosen = hands.state()?.selected_options ?? []
  const toggle = (o: Option) => {
    const has = chosen.some((c) => c.value === o.value)
    hands.set({ type: element.type, selected_options: has ? chosen.filter((c) => c.value !== o.value) : [...chosen, o] }, true)
  }
  return (
    <div role="group" class="radio" aria-labelledby={labelId} aria-label={labelId ? undefined : label}>
      {(element.options ?? []).map((o) => (
        <label key={o.value}>
          <input type="checkbox" checked={chosen.some((c) => c.value === o.value)} onChange={() => toggle(o)} />
          <span><Said text={o.text} /></span>
        </label>
      ))}
    </div>
  )
}

/** A select that asks the app for its options while one types. */
function External({ element, label, labelId, describedBy, invalid, hands, several }: Props & { several?: boolean }) {
  const [typed, setTyped] = useState<string | null>(null)
  const [options, setOptions] = useState<Option[]>([])
  const [asking, setAsking] = useState(false)
  const [active, setActive] = useState(0)
  const root = useRef<HTMLSpanElement>(null)
  const latest = useRef(0)
  const id = useId()
  const open = typed !== null
  const state = hands.state()
  const one = state?.selected_option ?? null
  const many = state?.selected_options ?? []
  const close = () => { setTyped(null); setOptions([]) }
  useAway(root, open, close)
  useEffect(() => {
    if (typed === null || typed.length < (element.min_query_length ?? 3)) return
    const turn = ++latest.current
    setAsking(true)
    const timer = setTimeout(async () => {
      const found = await hands.suggest(typed)
      if (turn === latest.current) {
        setOptions(found)
        setActive(0)
        setAsking(false)
      }
    }, typed === '' ? 0 : 120)
    return () => clearTimeout(timer)
  }, [typed])
  const choose = (o: Option | undefined) => {
    if (!o) return
    if (several) {
      if (!many.some((m) => m.value === o.value)) hands.set({ type: element.type, selected_options: [...many, o] }, true)
    } else hands.set({ type: element.type, selected_option: o }, true)
    close()
  }
  const keys = (e: TargetedKeyboardEvent<HTMLInputElement>) => {
    const move = (by: number) => { setActive((active + by + options.length) % Math.max(1, options.length)); e.preventDefault() }
    if (e.key === 'ArrowDown') { if (open) move(1); else setTyped('') }
    else if (e.key === 'ArrowUp') move(-1)
    else if (e.key === 'Enter') { e.preventDefault(); if (open) choose(options[active]) }
    else if (e.key === 'Escape' && open) { close(); e.stopPropagation(); e.preventDefault() }
    else if (e.key === 'Backspace' && typed === '' && !several && one) hands.set({ type: element.type, selected_option: null }, true)
  }
  return (
    <span class="external" ref={root}>
      {several && many.map((m) => (
        <button type="button" class="chip" key={m.value} aria-label={`Remove ${plain(m.text.text)}`}
          onClick={() => hands.set({ type: element.type, selected_options: many.filter((o) => o.value !== m.value) }, true)}>
          {plain(m.text.text)} ×
        </button>
      ))}
      <input type="text" role="combobox" autocomplete="off" class="select" aria-autocomplete="list" aria-expanded={open}
        aria-controls={`${id}list`} aria-activedescendant={open && options[active] ? `${id}o${active}` : undefined}
        aria-labelledby={labelId} aria-label={labelId ? undefined : plain(element.placeholder?.text ?? label)}
        aria-describedby={describedBy} aria-invalid={invalid}
        placeholder={plain(element.placeholder?.text ?? 'Type to search')}
        value={typed ?? (several ? '' : plain(one?.text.text ?? ''))}
        onFocus={(e) => e.currentTarget.select()} onClick={() => typed === null && setTyped('')}
        onInput={(e) => setTyped(e.currentTarget.value)} onKeyDown={keys} />
      <div class="options" role="listbox" id={`${id}list`} aria-label={label} hidden={!open}>
        {open && options.map((o, i) => (
          <div role="option" id={`${id}o${i}`} key={o.value} aria-selected={i === active}
            onPointerDown={(e) => { e.preventDefault(); choose(o) }}>
            {plain(o.text.text)}
            {o.description && <small>{plain(o.description.text)}</small>}
          </div>
        ))}
      </div>
      {open && options.length === 0 && <span class="none" role="status">{asking ? 'Looking…' : 'No results'}</span>}
    </span>
  )
}

function Radio({ element, label, labelId, hands }: Props) {
  const name = useId()
  const chosen = hands.state()?.selected_option?.value
  return (
    <div role="radiogroup" class="radio" aria-labelledby={labelId} aria-label={labelId ? undefined : label}>
      {(element.options ?? []).map((o) => (
        <label key={o.value}>
          <input type="radio" name={name} checked={o.value === chosen}
            onChange={() => hands.set({ type: element.type, selected_option: o }, true)} />
          <span><Said text={o.text} /></span>
        </label>
      ))}
    </div>
  )
}

function TextInput({ element, labelId, label, describedBy, invalid, hands }: Props) {
  const value = hands.state()?.value ?? ''
  const shared = {
    class: 'field', value, maxLength: element.max_length, 'aria-invalid': invalid,
    'aria-labelledby': labelId, 'aria-label': labelId ? undefined : label, 'aria-describedby': describedBy,
    placeholder: plain(element.placeholder?.text ?? ''),
  }
  const set = (text: string) => hands.set({ type: element.type, value: text === '' ? null : text }, false)
  if (element.multiline) return <textarea rows={3} {...shared} onInput={(e) => set(e.currentTarget.value)} />
  if (element.type === 'number_input') return <input type="number" {...shared} onInput={(e) => set(e.currentTarget.value)} />
  return <input type="text" {...shared} onInput={(e) => set(e.currentTarget.value)} />
}

function DateInput({ element, labelId, label, hands }: Props) {
  return (
    <input type="date" class="field" aria-labelledby={labelId} aria-label={labelId ? undefined : label}
      value={hands.state()?.selected_date ?? element.initial_date ?? ''}
      onInput={(e) => hands.set({ type: element.type, selected_date: e.currentTarget.value || null }, true)} />
  )
}

/** Calls away when the person presses somewhere else. */
export function useAway(root: { current: HTMLElement | null }, on: boolean, away: () => void) {
  useEffect(() => {
    if (!on) return
    const listen = (e: Event) => {
      const at = e.target as globalThis.Node
      // A press on words inside gives the focus to what scrolls around them.
      if (e.type === 'focusin' && root.current && at.contains(root.current)) return
      if (!root.current?.contains(at)) away()
    }
    document.addEventListener('pointerdown', listen)
    document.addEventListener('focusin', listen)
    return () => {
      document.removeEventListener('pointerdown', listen)
      document.removeEventListener('focusin', listen)
    }
  }, [on])
}
