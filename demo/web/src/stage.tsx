// The stage: the simulated rooms, and who is in them at this moment.

import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import { Avatar } from './avatar'
import { Icon } from './icons'
import { act } from './server'
import { World } from './text'
import type { Gone, Person, Room } from './types'

export function Stage() {
  const world = useContext(World)!
  const said = useHappenings(world.rooms, world.gone)
  const elsewhere = world.rooms.filter(isElsewhere)
  const simulated = world.rooms.filter((r) => !isElsewhere(r))
  const names = [...new Set([...simulated.map((r) => r.name), ...world.gone.map((g) => g.room)])].sort()
  return (
    <section class="stage" aria-label="The rooms, live">
      <h2>On stage</h2>
      <p class="lead">Simulated rooms. What you do in the workspace happens here.</p>
      <p class="unseen" role="status">{said}</p>
      {names.map((name) => (
        <RoomCard key={name} name={name} room={simulated.find((r) => r.name === name)} gone={world.gone.filter((g) => g.room === name)} />
      ))}
      {elsewhere.map((r) => <RoomCard key={r.id} name={r.name} room={r} gone={[]} />)}
    </section>
  )
}

/** Whether a room is of another provider than the simulated one, which names none. */
const isElsewhere = (r: Room) => !!r.provider

function RoomCard({ name, room, gone }: { name: string; room: Room | undefined; gone: Gone[] }) {
  return (
    <div class={`room ${room ? '' : 'over'}`} data-room={name}>
      <h3>
        {name}
        {room?.provider && <code>{room.provider}</code>}
        {room?.locked && <Icon name="lock" label="locked" />}
        <span class="count">{room ? `${room.people.length} in` : 'ended'}</span>
      </h3>
      {room?.announced && <p class="announced"><span class="unseen">Announced: </span>{room.announced}</p>}
      <ul>
        {(room?.people ?? []).map((p) => <Seat key={p.id} person={p} />)}
        {gone.map((g) => <Absent key={g.identity} gone={g} canReturn={!!room} />)}
      </ul>
    </div>
  )
}

function Seat({ person: p }: { person: Person }) {
  const blocked = (media: string) => p.blocked?.includes(media) ?? false
  const track = (source: string) => p.tracks?.find((t) => t.source === source)
  const mic = track('microphone')
  const silent = blocked('audio') || !mic || mic.muted
  const talking = p.talking && !silent && !p.on_hold
  const camera = track('camera')
  const screen = track('screen_share')
  return (
    <li class={`seat ${talking ? 'talking' : ''} ${p.on_hold ? 'held' : ''}`} data-identity={p.identity}>
      <Avatar id={p.identity} name={p.name || p.identity} />
      <span class="who" title={p.name || p.identity}>{p.name || p.identity}</span>
      <span class="signs">
        {talking && <span class="unseen">talking</span>}
        {blocked('audio')
          ? <span class="taken"><Icon name="micOff" label="muted by a moderator" /></span>
          : silent ? <Icon name="micOff" label="microphone off" /> : <Icon name="mic" label="microphone on" />}
        {blocked('video') ? <span class="taken"><Icon name="cameraOff" label="video taken away" /></span>
          : camera && !camera.muted && <Icon name="camera" label="camera on" />}
        {blocked('screen') ? <span class="taken"><Icon name="screenOff" label="screen taken away" /></span>
          : screen && !screen.muted && <Icon name="screen" label="shares a screen" />}
        {p.on_hold && <Icon name="hold" label="on hold" />}
        {p.pinned && <Icon name="pin" label="pinned" />}
        {p.coaching && <Icon name="ear" label="coaching one person" />}
        {p.presence === 'ringing' && <span>ringing</span>}
      </span>
    </li>
  )
}

const ways: Record<string, string> = { kick: 'removed', end: 'room ended', left: 'left' }

function Absent({ gone: g, canReturn }: { gone: Gone; canReturn: boolean }) {
  const me = useContext(World)!.me
  return (
    <li class="seat absent" data-identity={g.identity}>
      <Avatar id={g.identity} name={g.name} />
      <span class="who" title={g.name}>{g.name}</span>
      <span class="signs">{ways[g.how] ?? 'left'}</span>
      {canReturn && (
        <button type="button" class="button small" aria-label={`Let ${g.name} try to come back`}
          onClick={() => void act('return', { as: me, room: g.room, identity: g.identity })}>come back</button>
      )}
    </li>
  )
}

/** Says what happened since the last look, for readers who do not see the stage. */
function useHappenings(rooms: Room[], gone: Gone[]): string {
  const before = useRef<Map<string, string>>(new Map())
  const [said, setSaid] = useState('')
  useEffect(() => {
    const now = new Map<string, string>()
    for (const r of rooms) for (const p of r.people) now.set(`${r.name}\n${p.identity}`, p.blocked?.includes('audio') ? 'muted' : 'in')
    const news: string[] = []
    for (const [key, state] of now) {
      const was = before.current.get(key)
      const [room, identity] = key.split('\n') as [string, string]
      const name = rooms.find((r) => r.name === room)?.people.find((p) => p.identity === identity)?.name || identity
      if (before.current.size > 0 && !was) news.push(`${name} came into ${room}`)
      if (was === 'in' && state === 'muted') news.push(`${name} was muted in ${room}`)
    }
    for (const key of before.current.keys()) {
      if (now.has(key)) continue
      const [room, identity] = key.split('\n') as [string, string]
      const g = gone.find((x) => x.room === room && x.identity === identity)
      news.push(`${g?.name ?? identity} ${g && g.how !== 'left' ? `was ${ways[g.how] ?? 'removed'} from` : 'left'} ${room}`)
    }
    before.current = now
    if (news.length > 0) setSaid(news.join('. '))
  }, [rooms, gone])
  return said
}
