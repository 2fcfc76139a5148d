// Where one types. A slash offers the commands, with what each wants to know.

import type { TargetedKeyboardEvent } from 'preact'
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks'
import { Icon } from './icons'
import { act, explain } from './server'
import { World } from './text'
import type { Channel } from './types'

interface Props {
  channel: Channel
  /** A line that something on the page wants typed by someone: sent at once, once each turn. */
  wish: { line: string; turn: number; as: string }
  granted(turn: number): boolean
}

const shownCommands = 8

export function Composer({ channel, wish, granted }: Props) {
  const world = useContext(World)!
  const [line, setLine] = useState('')
  const [active, setActive] = useState(0)
  const [hidden, setHidden] = useState(false)
  const [fault, setFault] = useState('')
  const [sent, setSent] = useState<string[]>([])
  const [recall, setRecall] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()

  const [first = '', ...rest] = line.split(' ')
  const choosing = line.startsWith('/') && rest.length === 0
  const matches = choosing ? world.commands.filter((c) => c.command.startsWith(first.toLowerCase())).slice(0, shownCommands) : []
  const open = matches.length > 0 && !hidden && !(matches.length === 1 && matches[0]!.command === first)
  const typing = line.startsWith('/') && world.commands.find((c) => c.command === first)

  const send = async (text: string) => {
    if (text.trim() === '') return
    setFault('')
    setSent([text, ...sent.filter((s) => s !== text)].slice(0, 30))
    setRecall(-1)
    setLine('')
    input.current?.focus()
    const answer = await act('say', { as: world.me, channel: channel.id, text })
    if (answer.fault) setFault(explain(answer.fault))
  }
  useEffect(() => { if (wish.as === world.me && granted(wish.turn)) void send(wish.line) }, [wish.turn, world.me, channel.id])
  const complete = (command: string) => {
    setLine(`${command} `)
    setHidden(false)
    input.current?.focus()
  }
  const keys = (e: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (open) {
      const move = (by: number) => { setActive((active + by + matches.length) % matches.length); e.preventDefault() }
      if (e.key === 'ArrowDown') return move(1)
      if (e.key === 'ArrowUp') return move(-1)
      if (e.key === 'Tab' && !e.shiftKey) { e.preventDefault(); return complete(matches[active]!.command) }
      if (e.key === 'Enter') { e.preventDefault(); return complete(matches[active]!.command) }
      if (e.key === 'Escape') { e.preventDefault(); return setHidden(true) }
    }
    if (e.key === 'Enter') { e.preventDefault(); void send(line) }
    if (e.key === 'ArrowUp' && (line === '' || recall >= 0) && sent[recall + 1] !== undefined) {
      e.preventDefault()
      setRecall(recall + 1)
      setLine(sent[recall + 1]!)
      setHidden(true)
    }
  }
  return (
    <div class="composer">
      {fault && <p class="fault" role="alert">{fault}</p>}
      {typing && !open && (
        <p class="usage" id={`${id}u`}>
          <code>{typing.command} {typing.usage_hint}</code> {typing.description}
        </p>
      )}
      <div class="commands" role="listbox" id={`${id}c`} aria-label="Commands" hidden={!open}>
        {open && matches.map((c, i) => (
          <div role="option" id={`${id}o${i}`} key={c.command} aria-selected={i === active}
            onPointerDown={(e) => { e.preventDefault(); complete(c.command) }}>
            <code>{c.command} <span>{c.usage_hint}</span></code>
            <small>{c.description}</small>
          </div>
        ))}
      </div>
      <form class="line" onSubmit={(e) => { e.preventDefault(); void send(line) }}>
        <input ref={input} type="text" role="combobox" autocomplete="off" spellcheck={false} enterkeyhint="send"
          aria-label={`Message to ${channel.kind === 'direct' ? channel.name : `#${channel.name}`}, or a command that starts with a slash`}
          aria-autocomplete="list" aria-expanded={open} aria-controls={`${id}c`}
          aria-activedescendant={open ? `${id}o${active}` : undefined} aria-describedby={typing && !open ? `${id}u` : undefined}
          placeholder={`Type / for the commands`} value={line}
          onInput={(e) => { setLine(e.currentTarget.value); setActive(0); setHidden(false); setRecall(-1) }} onKeyDown={keys} />
        <button type="submit" class="button primary filled" aria-label="Send" disabled={line.trim() === ''}><Icon name="send" /></button>
      </form>
    </div>
  )
}
