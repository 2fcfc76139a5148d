// The card that says what to try next. A step is done when the workspace shows it.

import { useEffect, useState } from 'preact/hooks'
import type { Snapshot } from './types'

/** What a step does for the visitor: be someone, go somewhere, type a line. */
export interface Move {
  as?: string
  place?: string
  line?: string
}

interface Step {
  id: string
  title: string
  text(s: Snapshot): string
  button?: string
  go?(s: Snapshot): Move
  done(s: Snapshot, place: string): boolean
}

const byRole = (s: Snapshot, role: string) => s.users.find((u) => u.role === role)?.id ?? s.me
const drawn = (s: Snapshot, action: string) => s.channels.some((c) => c.messages.some((m) =>
  m.blocks.some((b) => b.elements?.some((e) => e.action_id?.startsWith(action)))))

/** The one to kick: Chaos where possible, with the room. */
function target(s: Snapshot): { name: string; room: string } {
  for (const wanted of ['chaos', '']) {
    for (const r of s.rooms) {
      const p = r.people.find((x) => wanted === '' || x.identity === wanted)
      if (p) return { name: p.name || p.identity, room: r.name }
    }
  }
  return { name: 'Chaos', room: 'standup' }
}

const steps: Step[] = [
  {
    id: 'list', title: 'See who is in a room',
    text: (s) => `Type /room-list ${target(s).room}, or let this button type it.`,
    button: 'List the room', go: (s) => first(s),
    done: (s) => drawn(s, 'do:kick'),
  },
  {
    id: 'kick', title: 'Put someone out',
    text: (s) => `Press Kick on ${target(s).name} and say yes. Watch the stage.`,
    done: (s) => s.gone.some((g) => g.how === 'kick'),
  },
  {
    id: 'audit', title: 'Look at the record',
    text: () => 'Every attempt is a case in #audit, written down before anything was done.',
    button: 'Open #audit', go: () => ({ place: 'audit' }),
    done: (_, place) => place === 'audit',
  },
  {
    id: 'viewer', title: 'Try it without the right',
    text: () => 'Be Vera, who may only look, and try to kick someone. Nothing happens, and it is a case all the same.',
    button: 'Be Vera and try', go: (s) => ({ as: byRole(s, 'viewer'), place: 'moderation', line: `/room-kick ${target(s).room} ${target(s).name}` }),
    done: (s) => s.me === byRole(s, 'viewer') && s.channels.some((c) => c.messages.some((m) => m.private && JSON.stringify(m).includes('1201'))),
  },
  {
    id: 'dialog', title: 'Let a dialog ask',
    text: () => 'As the moderator, type /room-mute with nothing behind it. Rooms and people are offered while you type.',
    button: 'Open the dialog', go: (s) => ({ as: byRole(s, 'moderator'), place: 'moderation', line: '/room-mute' }),
    done: (s) => s.modals.length > 0,
  },
  {
    id: 'watch', title: 'Watch a room',
    text: () => 'A board in the channel keeps itself current while people come and go.',
    button: 'Watch town-hall', go: (s) => ({ as: byRole(s, 'moderator'), place: 'moderation', line: '/room-watch town-hall' }),
    done: (s) => s.channels.some((c) => c.messages.some((m) => !m.private && m.blocks.some((b) => b.elements?.some((e) => e.action_id?.startsWith('do:'))) && c.name === 'moderation')),
  },
  {
    id: 'home', title: 'Open the home',
    text: () => 'The app has a home of its own: live rooms, what is in force, what waits for review.',
    button: 'Open the home', go: () => ({ place: 'home' }),
    done: (s, place) => place === 'home' && s.home !== null,
  },
  {
    id: 'review', title: 'Review a case',
    text: () => 'As the owner, open #audit: mark a case reviewed, or press Undo where it can be undone.',
    button: 'Be Olive in #audit', go: (s) => ({ as: byRole(s, 'owner'), place: 'audit' }),
    done: (s, place) => s.me === byRole(s, 'owner') && place === 'audit',
  },
]

/** The first step, for where its card is out of sight. */
export const first = (s: Snapshot): Move => ({ place: 'moderation', line: `/room-list ${target(s).room}` })

const kept = 'greenroom.done'

export function Next({ world, place, move }: { world: Snapshot; place: string; move(m: Move): void }) {
  const [done, setDone] = useState<string[]>(() => JSON.parse(sessionStorage.getItem(kept) ?? '[]') as string[])
  const step = steps.find((s) => !done.includes(s.id))
  const finish = (id: string) => {
    const next = [...done, id]
    setDone(next)
    sessionStorage.setItem(kept, JSON.stringify(next))
  }
  useEffect(() => {
    if (step?.done(world, place)) finish(step.id)
  }, [world, place, step])
  if (!step) {
    return (
      <section class="next" aria-label="What to try next">
        <h2>That was the tour</h2>
        <p>Everything here is the real bot. To connect it to a workspace of yours, see the five steps in the README.</p>
        <div class="answers">
          <button type="button" class="button small" onClick={() => { setDone([]); sessionStorage.removeItem(kept) }}>Once more</button>
        </div>
      </section>
    )
  }
  return (
    <section class="next" aria-label="What to try next">
      <p class="step">Try next · {steps.indexOf(step) + 1} of {steps.length}</p>
      <h2>{step.title}</h2>
      <p>{step.text(world)}</p>
      <div class="answers">
        {step.button && <button type="button" class="button filled accent" onClick={() => step.go && move(step.go(world))}>{step.button}</button>}
        <button type="button" class="button small" onClick={() => finish(step.id)}>Skip</button>
      </div>
    </section>
  )
}
