// Draws text: mrkdwn as marks, plain text as it stands.

import { createContext } from 'preact'
import { useContext, useMemo } from 'preact/hooks'
import { date, parse, plain, type Node } from './mrkdwn'
import type { Snapshot, Text } from './types'

export const World = createContext<Snapshot | null>(null)

export function Said({ text }: { text: Text | undefined }) {
  if (!text) return null
  if (text.type === 'plain_text') return <span class="plain">{plain(text.text)}</span>
  return <Mrkdwn text={text.text} />
}

export function Mrkdwn({ text }: { text: string }) {
  const nodes = useMemo(() => parse(text), [text])
  return <>{nodes.map((n, i) => <Drawn key={i} node={n} />)}</>
}

function Drawn({ node }: { node: Node }) {
  const world = useContext(World)
  const inside = 'inside' in node ? node.inside.map((n, i) => <Drawn key={i} node={n} />) : null
  switch (node.kind) {
    case 'text': return <>{node.text}</>
    case 'bold': return <strong>{inside}</strong>
    case 'italic': return <em>{inside}</em>
    case 'strike': return <s>{inside}</s>
    case 'quote': return <span class="quote">{inside}</span>
    case 'code': return <code>{node.text}</code>
    case 'pre': return <pre>{node.text}</pre>
    case 'break': return <br />
    case 'link': return <a href={node.href} rel="noreferrer noopener" target="_blank">{node.text}</a>
    case 'user': {
      const user = world?.users.find((u) => u.id === node.id)
      return <span class={`mention ${node.id === world?.me ? 'me' : ''}`}>@{user?.name ?? (node.label || node.id)}</span>
    }
    case 'channel': {
      const channel = world?.channels.find((c) => c.id === node.id)
      return <span class="mention">#{channel?.name ?? (node.label || 'private-channel')}</span>
    }
    case 'group': {
      const group = world?.groups.find((g) => g.id === node.id)
      return <span class="mention">@{group?.handle ?? node.label.replace(/^@/, '')}</span>
    }
    case 'everyone': return <span class="mention loud">@{node.id}</span>
    case 'date': {
      const at = Number.isNaN(node.at) ? undefined : new Date(node.at * 1000).toISOString()
      return <time dateTime={at}>{date(node.at, node.format, node.otherwise)}</time>
    }
  }
}
