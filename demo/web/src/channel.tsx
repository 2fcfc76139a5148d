// A conversation: its messages, the newest at the end.

import { memo } from 'preact/compat'
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Avatar } from './avatar'
import { Blocks } from './blocks'
import { Mrkdwn, World } from './text'
import type { Channel, Message, Values } from './types'

export function Conversation({ channel, begin }: { channel: Channel; begin(): void }) {
  const log = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const last = channel.messages[channel.messages.length - 1]
  useLayoutEffect(() => {
    const el = log.current
    if (el && atEnd.current) el.scrollTop = el.scrollHeight
  })
  useLayoutEffect(() => {
    const el = log.current
    const newest = el?.lastElementChild
    if (!el || !(newest instanceof HTMLElement) || !last) return
    // One that is taller than the screen is read from its beginning.
    el.scrollTop = newest.offsetHeight > el.clientHeight ? newest.offsetTop - 8 : el.scrollHeight
  }, [channel.id, last?.ts])
  const shown = channel.kind === 'direct' ? channel.name : `#${channel.name}`
  return (
    <div class="log" ref={log} role="log" aria-label={`Messages in ${shown}`} tabIndex={0}
      onScroll={(e) => {
        const el = e.currentTarget
        atEnd.current = el.scrollHeight - el.scrollTop - el.clientHeight < 60
      }}>
      {channel.messages.length === 0 && (
        <div class="empty">
          <p>{empty(channel)}</p>
          {channel.name === 'moderation' && <button type="button" class="button filled accent begin" onClick={begin}>List a room</button>}
        </div>
      )}
      {channel.messages.map((m, i) => (
        <OneMessage key={m.ts} message={m} follows={joins(channel.messages[i - 1], m)} latest={m === last} />
      ))}
    </div>
  )
}

function empty(channel: Channel): string {
  if (channel.kind === 'direct') return 'Nothing here yet. The app writes to you here when it cannot answer elsewhere.'
  if (channel.name === 'audit') return 'Nothing here yet. Every attempt becomes a case with one message in this channel.'
  return 'Nothing here yet. Type /room-list to see which rooms are live.'
}

/** Whether a message continues the one before it, and needs no name again. */
function joins(before: Message | undefined, m: Message): boolean {
  return !!before && before.user === m.user && before.private === m.private && !m.private &&
    Date.parse(m.at) - Date.parse(before.at) < 60_000 && m.blocks.length === 0
}

const OneMessage = memo(function OneMessage({ message: m, follows }: { message: Message; follows: boolean; latest: boolean }) {
  const world = useContext(World)!
  const [values, setValues] = useState<Values>({})
  const from = world.users.find((u) => u.id === m.user)
  const at = new Date(m.at)
  return (
    <article class={`message ${m.private ? 'private' : ''} ${follows ? 'follows' : ''}`} data-ts={m.ts}
      aria-label={`${from?.name ?? m.user}, ${at.toLocaleTimeString()}${m.private ? ', only visible to you' : ''}`}>
      <div class="face">{!follows && <Avatar id={m.user} name={from?.real ?? m.user} app={from?.app ?? false} />}</div>
      <div class="content">
        {m.private && <p class="eyes">Only visible to you</p>}
        {!follows && (
          <p class="from">
            <strong>{from?.app ? from.name : (from?.real ?? m.user)}</strong>
            {from?.app && <span class="tag">app</span>}
            <time dateTime={m.at}>{at.toLocaleTimeString([], { timeStyle: 'short' })}</time>
          </p>
        )}
        {m.blocks.length > 0
          ? <Blocks blocks={m.blocks} where={{ channel: m.channel, ts: m.ts }} values={values} setValues={(next) => setValues(next)} />
          : <div class="section"><div class="words"><Mrkdwn text={m.text} />{m.edited && <small> (edited)</small>}</div></div>}
      </div>
    </article>
  )
}, (a, b) => a.follows === b.follows && JSON.stringify(a.message) === JSON.stringify(b.message))
