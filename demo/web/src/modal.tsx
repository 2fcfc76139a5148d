// A dialog of the app. One is on screen at a time: the topmost of its stack.

import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks'
import { Blocks, initial } from './blocks'
import { plain } from './mrkdwn'
import { act, explain } from './server'
import { World } from './text'
import type { Values, View } from './types'

export function Modal({ view }: { view: View }) {
  const me = useContext(World)?.me ?? ''
  const [values, setValues] = useState<Values>({})
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const [missing, setMissing] = useState<Record<string, string>>({})
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>('.body input, .body select, .body textarea')?.focus()
  }, [])
  useEffect(() => { setMissing({}) }, [view.hash])

  const submit = async () => {
    const now: Values = initial(view.blocks)
    for (const block of Object.keys(now)) now[block] = { ...now[block], ...values[block] }
    const empty: Record<string, string> = {}
    for (const b of view.blocks) {
      const state = now[b.block_id]?.[b.element?.action_id ?? '']
      if (b.type === 'input' && !b.optional && !holds(state)) empty[b.block_id] = 'Please fill this in.'
    }
    setMissing(empty)
    if (Object.keys(empty).length > 0) {
      const first = view.blocks.findIndex((b) => b.block_id in empty)
      dialog.current?.querySelectorAll<HTMLElement>('.blocks > *')[first]?.querySelector<HTMLElement>('input, select, textarea, button')?.focus()
      return
    }
    setBusy(true)
    setFault('')
    const answer = await act('submit', { as: me, view: view.id, values: now })
    setBusy(false)
    if (answer.fault) setFault(explain(answer.fault))
  }
  const dismiss = () => void act('dismiss', { as: me })
  return (
    <dialog ref={dialog} class="modal" aria-labelledby={id} aria-busy={busy} onCancel={(e) => { e.preventDefault(); dismiss() }}>
      <form method="dialog" noValidate onSubmit={(e) => { e.preventDefault(); void submit() }}>
        <header>
          <h2 id={id}>{plain(view.title?.text ?? '')}</h2>
          <button type="button" class="button close" aria-label="Close the dialog" onClick={dismiss}>×</button>
        </header>
        <div class="body">
          <Blocks blocks={view.blocks} where={{ view: view.id }} values={values} setValues={setValues}
            errors={{ ...view.errors, ...missing }} />
          {fault && <p class="fault" role="alert">{fault}</p>}
        </div>
        <footer>
          <button type="button" class="button" onClick={dismiss}>{plain(view.close?.text ?? 'Cancel')}</button>
          {view.submit && <button type="submit" class="button primary filled" disabled={busy}>{plain(view.submit.text)}</button>}
        </footer>
      </form>
    </dialog>
  )
}

function holds(state: Values[string][string] | undefined): boolean {
  if (!state) return false
  return Object.entries(state).some(([name, value]) =>
    name !== 'type' && value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))
}
