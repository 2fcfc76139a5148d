// The page's only outside: the demo server it came from.

import type { Option, Snapshot, Values } from './types'

/** Calls draw with all that the person sees, again at each change; returns how to stop. */
export function follow(person: string, draw: (s: Snapshot) => void, lost: (is: boolean) => void): () => void {
  const events = new EventSource(`/api/events?as=${encodeURIComponent(person)}`)
  events.onmessage = (e) => draw(JSON.parse(e.data) as Snapshot)
  events.onopen = () => lost(false)
  events.onerror = () => lost(true)
  return () => events.close()
}

export interface Deed {
  as: string
  channel?: string
  text?: string
  ts?: string
  view?: string
  block_id?: string
  action_id?: string
  state?: Record<string, unknown>
  values?: Values
  room?: string
  identity?: string
}

export interface Answer {
  fault?: string
  options?: Option[] | null
}

/** Does something; the answer says what went wrong, if anything did. */
export async function act(name: string, deed: Deed): Promise<Answer> {
  try {
    const response = await fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(deed),
    })
    if (!response.ok) return { fault: 'unreachable' }
    return ((await response.json()) as Answer | null) ?? {}
  } catch {
    return { fault: 'unreachable' }
  }
}

/** What a fault means to the person who caused it. */
export function explain(fault: string): string {
  switch (fault) {
    case 'dispatch_failed':
      return 'The app did not take this. Try again in a moment.'
    case 'operation_timeout':
      return 'The app did not answer in time. It may have acted all the same: look before you try again.'
    case 'gone':
      return 'That is no longer there.'
    case 'unreachable':
      return 'The demo has stopped. Start it again with: roomwarden demo'
    default:
      return fault
  }
}
