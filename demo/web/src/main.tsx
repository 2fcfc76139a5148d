import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Avatar } from './avatar'
import { Blocks } from './blocks'
import { Conversation } from './channel'
import { Composer } from './composer'
import { Icon } from './icons'
import { Modal } from './modal'
import { first, Next, type Move } from './next'
import { act, follow } from './server'
import { Stage } from './stage'
import './style.css'
import { World } from './text'
import type { Channel, Snapshot, Values } from './types'

type Pane = 'places' | 'talk' | 'stage' // what a narrow screen shows

function Page() {
  const [me, setMe] = useState('U0MODER00')
  const [world, setWorld] = useState<Snapshot | null>(null)
  const [lost, setLost] = useState(false)
  const [place, setPlace] = useState('moderation') // a channel's name, or home
  const [pane, setPane] = useState<Pane>('talk')
  const [wish, setWish] = useState({ line: '', turn: 0, as: '' })
  const [seen, setSeen] = useState<Record<string, string>>({})

  const turns = useRef(0)

  useEffect(() => follow(me, setWorld, setLost), [me])
  const channel = world?.channels.find((c) => c.name === place) ?? world?.channels[0]
  const newest = channel?.messages[channel.messages.length - 1]?.ts ?? ''
  useEffect(() => {
    if (channel && place !== 'home') setSeen((old) => ({ ...old, [`${me} ${channel.id}`]: newest }))
  }, [me, channel?.id, newest, place])
  useEffect(() => {
    if (place === 'home' && world?.me === me) void act('home', { as: me })
  }, [me, place, world?.me])
  useEffect(() => {
    document.title = place === 'home' ? 'Home · Greenroom' : `#${place} · Greenroom`
  }, [place])

  if (!world || !channel) {
    return <main class="waiting"><h1>Greenroom</h1><p role="status">{lost ? 'The demo does not answer.' : 'Opening…'}</p></main>
  }
  const show = (name: string) => { setPlace(name); setPane('talk') }
  const granted = (turn: number) => turn > turns.current && !!(turns.current = turn)
  const move = (m: Move) => {
    if (m.as) setMe(m.as)
    if (m.place) show(m.place)
    if (m.line) setWish({ line: m.line, turn: wish.turn + 1, as: m.as ?? me })
  }
  const top = world.modals[world.modals.length - 1]
  return (
    <World.Provider value={world}>
      <div class={`page shows-${pane}`}>
        <nav class="places" aria-label="Workspace">
          <h1>Greenroom<small>a workspace to try roomwarden</small></h1>
          <Personas world={world} me={me} choose={setMe} />
          <h2 id="channels">Channels</h2>
          <ul aria-labelledby="channels">
            {world.channels.filter((c) => c.kind !== 'direct').map((c) => (
              <Place key={c.id} channel={c} here={place !== 'home' && c.id === channel.id} fresh={isFresh(c, seen[`${world.me} ${c.id}`])} show={show} />
            ))}
          </ul>
          <h2 id="direct">Direct</h2>
          <ul aria-labelledby="direct">
            {world.channels.filter((c) => c.kind === 'direct').map((c) => (
              <Place key={c.id} channel={c} here={place !== 'home' && c.id === channel.id} fresh={isFresh(c, seen[`${world.me} ${c.id}`])} show={show} />
            ))}
            <li>
              <button type="button" class="place" aria-current={place === 'home' ? 'page' : undefined} onClick={() => show('home')}>
                <Icon name="home" /> App home
              </button>
            </li>
          </ul>
          <p class="small">Everything runs on this machine. The bot is the real one.</p>
        </nav>
        <main class="talk">
          <header>
            <h2>{place === 'home' ? 'App home' : channel.kind === 'direct' ? channel.name : `#${channel.name}`}</h2>
            <span class="as">as {world.users.find((u) => u.id === world.me)?.real}</span>
            {(lost || !world.online) && <span class="off" role="status">{lost ? 'demo stopped' : 'bot is connecting…'}</span>}
          </header>
          {place === 'home'
            ? <Home key={world.me} world={world} />
            : <><Conversation key={`${world.me} ${channel.id}`} channel={channel} begin={() => move(first(world))} /><Composer channel={channel} wish={wish} granted={granted} /></>}
        </main>
        <aside class="side" aria-label="Stage">
          <Next world={world} place={place} move={move} />
          <Stage />
        </aside>
        <div class="panes" role="group" aria-label="What to show">
          {(['places', 'talk', 'stage'] as const).map((p) => (
            <button type="button" key={p} aria-pressed={pane === p} onClick={() => setPane(p)}>
              {p === 'places' ? 'Places' : p === 'talk' ? 'Talk' : 'Stage'}
            </button>
          ))}
        </div>
        {top && <Modal key={top.id} view={top} />}
      </div>
    </World.Provider>
  )
}

function isFresh(c: Channel, seen: string | undefined): boolean {
  const newest = c.messages[c.messages.length - 1]?.ts ?? ''
  return newest !== '' && newest > (seen ?? '')
}

function Place({ channel, here, fresh, show }: { channel: Channel; here: boolean; fresh: boolean; show(name: string): void }) {
  const icon = channel.kind === 'direct' ? 'mail' : channel.kind === 'private' ? 'lock' : 'hash'
  return (
    <li>
      <button type="button" class={`place ${fresh && !here ? 'fresh' : ''}`} aria-current={here ? 'page' : undefined} onClick={() => show(channel.name)}>
        <Icon name={icon} /> {channel.name}
        {fresh && !here && <span class="dot"><span class="unseen">new messages</span></span>}
      </button>
    </li>
  )
}

function Personas({ world, me, choose }: { world: Snapshot; me: string; choose(id: string): void }) {
  return (
    <fieldset class="personas">
      <legend>You are</legend>
      {world.personas.map((id) => {
        const user = world.users.find((u) => u.id === id)
        return (
          <label key={id} class={id === me ? 'on' : ''}>
            <input type="radio" name="persona" value={id} checked={id === me} onChange={() => choose(id)} />
            <Avatar id={id} name={user?.real ?? id} />
            <span>{user?.real.split(' ')[0]}<small>{user?.role}</small></span>
          </label>
        )
      })}
    </fieldset>
  )
}

function Home({ world }: { world: Snapshot }) {
  const [values, setValues] = useState<Values>({})
  return (
    <div class="log home" role="region" aria-label="App home" tabIndex={0}>
      {world.home
        ? <Blocks blocks={world.home.blocks} where={{ view: world.home.id }} values={values} setValues={(next) => setValues(next)} />
        : <p class="empty">The app is drawing its home…</p>}
    </div>
  )
}

render(<Page />, document.getElementById('page')!)
