// The layout blocks that the product sends, drawn as people know them.

import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks'
import { Control, type Hands } from './elements'
import { plain } from './mrkdwn'
import { act, explain, type Deed } from './server'
import { Said, World } from './text'
import type { Block, Confirm, Element, ElementState, Values } from './types'

interface Props {
  blocks: Block[]
  /** Where the blocks stand: what every deed in them names. */
  where: Pick<Deed, 'channel' | 'ts' | 'view'>
  values: Values
  setValues(next: (old: Values) => Values): void
  errors?: Record<string, string> | undefined
}

/** What everything that holds a value starts with. */
export function initial(blocks: Block[]): Values {
  const values: Values = {}
  for (const b of blocks) {
    for (const e of controls(b)) {
      if (e.type === 'button' || e.type === 'overflow' || !e.action_id) continue
      const state: ElementState = { type: e.type }
      if (e.type.endsWith('_input')) state.value = e.initial_value || null
      else if (e.type.startsWith('multi_') || e.type === 'checkboxes') state.selected_options = e.initial_options ?? []
      else state.selected_option = e.initial_option ?? null
      ;(values[b.block_id] ??= {})[e.action_id] = state
    }
  }
  return values
}

function controls(b: Block): Element[] {
  return [...(b.accessory ? [b.accessory] : []), ...(b.type === 'actions' ? (b.elements ?? []) : []), ...(b.element ? [b.element] : [])]
}

export function Blocks(p: Props) {
  const me = useContext(World)?.me ?? ''
  const [sending, setSending] = useState(0)
  const busy = sending > 0
  const [fault, setFault] = useState('')
  const [asking, setAsking] = useState<{ ask: Confirm; yes: () => void; turn: number } | null>(null)
  const turns = useRef(0)
  const alive = useRef(true)
  useEffect(() => () => { alive.current = false }, [])
  const values: Values = { ...initial(p.blocks) }
  for (const [block, actions] of Object.entries(p.values)) {
    if (values[block]) values[block] = { ...values[block], ...pick(actions, values[block]) }
  }

  const send = async (b: Block, e: Element, state: Record<string, unknown>, now: Values) => {
    setSending((n) => n + 1)
    setFault('')
    const answer = await act('action', { as: me, ...p.where, block_id: b.block_id, action_id: e.action_id ?? '', state, values: now })
    if (!alive.current) return
    setSending((n) => n - 1)
    if (answer.fault) setFault(explain(answer.fault))
  }
  const hands = (b: Block, e: Element): Hands => ({
    busy,
    state: () => values[b.block_id]?.[e.action_id ?? ''],
    set: (next, tell) => {
      const now = { ...values, [b.block_id]: { ...values[b.block_id], [e.action_id ?? '']: next } }
      p.setValues(() => now)
      if (tell && (b.type !== 'input' || b.dispatch_action)) {
        const { type: _, ...state } = next
        void send(b, e, state, now)
      }
    },
    press: (extra) => {
      if (busy) return
      const go = () => void send(b, e, extra, values)
      if (e.confirm) setAsking({ ask: e.confirm, yes: go, turn: ++turns.current })
      else go()
    },
    suggest: async (typed) => {
      const answer = await act('suggest', { as: me, ...p.where, block_id: b.block_id, action_id: e.action_id ?? '', text: typed, values })
      return answer.options ?? []
    },
  })

  let heading = ''
  const rows = new Map<string, number>()
  // A row of buttons belongs to what stands above it, wherever that moves to.
  const row = (b: Block) => {
    if (b.type !== 'actions') return b.block_id
    const nth = rows.get(heading) ?? 0
    rows.set(heading, nth + 1)
    return `${heading} ${nth}`
  }
  return (
    <div class="blocks" aria-busy={busy}>
      {p.blocks.map((b) => {
        if (b.type === 'section' || b.type === 'header') heading = firstLine(b.text?.text ?? '')
        return <Layout key={row(b)} block={b} heading={heading} hands={hands} error={p.errors?.[b.block_id]} />
      })}
      {fault && <p class="fault" role="alert">{fault}</p>}
      {asking && <Question key={asking.turn} {...asking} close={() => setAsking((now) => (now?.turn === asking.turn ? null : now))} />}
    </div>
  )
}

function pick(from: Record<string, ElementState>, known: Record<string, ElementState>) {
  return Object.fromEntries(Object.entries(from).filter(([id]) => id in known))
}

function firstLine(text: string): string {
  return plain((text.split('\n')[0] ?? '').replace(/[*_~`]/g, '').split('  ·  ')[0] ?? '')
}

interface LayoutProps {
  block: Block
  heading: string
  hands(b: Block, e: Element): Hands
  error: string | undefined
}

function Layout({ block: b, heading, hands, error }: LayoutProps) {
  switch (b.type) {
    case 'section':
      return (
        <div class="section">
          <div class="words">
            {b.text && <div><Said text={b.text} /></div>}
            {b.fields && <div class="fields">{b.fields.map((f, i) => <div key={i}><Said text={f} /></div>)}</div>}
          </div>
          {b.accessory && <Control element={b.accessory} label={heading} hands={hands(b, b.accessory)} />}
        </div>
      )
    case 'header': return <h3>{plain(b.text?.text ?? '')}</h3>
    case 'divider': return <hr />
    case 'context':
      return <p class="context">{(b.elements ?? []).map((e, i) => <Context key={i} element={e} />)}</p>
    case 'actions':
      return (
        <div class="actions" role="group" aria-label={heading ? `Actions for ${heading}` : 'Actions'}>
          {(b.elements ?? []).map((e, i) => <Control key={i} element={e} label={heading} hands={hands(b, e)} />)}
        </div>
      )
    case 'input': return <Input block={b} hands={hands} error={error} />
    case 'image': return <p class="context">[{b.alt_text}]</p>
    default: return <p class="unknown">[{b.type}]</p>
  }
}

function Context({ element }: { element: Element }) {
  if (element.type === 'image') return <span>[{element.alt_text}]</span>
  return <span><Said text={{ type: element.type as 'mrkdwn', text: String(element.text ?? '') }} /></span>
}

function Input({ block: b, hands, error }: Omit<LayoutProps, 'heading'>) {
  const id = useId()
  if (!b.element) return null
  const described = [error ? `${id}e` : '', b.hint ? `${id}h` : ''].filter(Boolean).join(' ') || undefined
  return (
    <div class="input">
      <span class="label" id={id}>
        {plain(b.label?.text ?? '')}
        {b.optional && <small> (optional)</small>}
      </span>
      <Control element={b.element} label={plain(b.label?.text ?? '')} labelId={id} describedBy={described} invalid={!!error}
        hands={hands(b, b.element)} />
      {b.hint && <p class="hint" id={`${id}h`}>{plain(b.hint.text)}</p>}
      {error && <p class="error" id={`${id}e`} role="alert">{plain(error)}</p>}
    </div>
  )
}

/** The question before a button acts. */
export function Question({ ask, yes, close }: { ask: Confirm; yes: () => void; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => { dialog.current?.showModal() }, [])
  return (
    <dialog ref={dialog} class="question" aria-labelledby={`${id}t`} aria-describedby={`${id}d`}
      onCancel={(e) => e.stopPropagation()} onClose={close}>
      <h2 id={`${id}t`}>{plain(ask.title?.text ?? 'Sure?')}</h2>
      <p id={`${id}d`}><Said text={ask.text} /></p>
      <div class="answers">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>{plain(ask.deny?.text ?? 'Cancel')}</button>
        <button type="button" class={`button ${ask.style === 'danger' ? 'danger' : 'primary'} filled`}
          onClick={() => { dialog.current?.close(); yes() }}>{plain(ask.confirm?.text ?? 'Yes')}</button>
      </div>
    </dialog>
  )
}
