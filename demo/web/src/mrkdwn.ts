// Reads Slack's mrkdwn into a small tree. Nothing in it is HTML: what draws the
// tree makes text nodes, so that no name can become markup.

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike' | 'quote'; inside: Node[] }
  | { kind: 'code' | 'pre'; text: string }
  | { kind: 'link'; href: string; text: string }
  | { kind: 'user' | 'channel' | 'group' | 'everyone'; id: string; label: string }
  | { kind: 'date'; at: number; format: string; otherwise: string }
  | { kind: 'break' }

const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }

export function unescape(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (found) => entities[found] ?? found)
}

const emoji: Record<string, string> = {
  tada: '🎉', wave: '👋', warning: '⚠️', white_check_mark: '✅', x: '❌', no_entry: '⛔', lock: '🔒', eyes: '👀',
  hourglass_flowing_sand: '⏳', mute: '🔇', red_circle: '🔴', pushpin: '📌', headphones: '🎧', telephone_receiver: '📞',
}

/** Plain text: emoji names become signs, nothing else. */
export function plain(text: string): string {
  return text.replace(/:([a-z0-9_+-]+):/g, (found, name: string) => emoji[name] ?? found)
}

export function parse(text: string): Node[] {
  const nodes: Node[] = []
  const fence = /```([\s\S]+?)```/g
  let from = 0
  for (let found = fence.exec(text); found; found = fence.exec(text)) {
    lines(text.slice(from, found.index), nodes)
    nodes.push({ kind: 'pre', text: unescape(found[1]!.replace(/^\n|\n$/g, '')) })
    from = found.index + found[0].length
  }
  lines(text.slice(from), nodes)
  return nodes
}

function lines(text: string, into: Node[]) {
  if (text === '') return
  text.split('\n').forEach((line, i) => {
    if (i > 0) into.push({ kind: 'break' })
    const quote = /^&gt; ?(.*)$/.exec(line)
    if (quote) into.push({ kind: 'quote', inside: inline(quote[1]!) })
    else into.push(...inline(line))
  })
}

const styles = { '*': 'bold', _: 'italic', '~': 'strike' } as const

/** Marks within a line. A mark opens at a word's start and closes at its end. */
function inline(text: string): Node[] {
  const nodes: Node[] = []
  let said = ''
  const flush = () => {
    if (said !== '') nodes.push({ kind: 'text', text: plain(unescape(said)) })
    said = ''
  }
  let i = 0
  while (i < text.length) {
    const c = text[i]!
    if (c === '<') {
      const end = text.indexOf('>', i)
      if (end > i) {
        flush()
        nodes.push(angle(text.slice(i + 1, end)))
        i = end + 1
        continue
      }
    }
    if (c === '`') {
      const end = text.indexOf('`', i + 1)
      if (end > i + 1) {
        flush()
        nodes.push({ kind: 'code', text: unescape(text.slice(i + 1, end)) })
        i = end + 1
        continue
      }
    }
    if (c === '*' || c === '_' || c === '~') {
      const end = closing(text, i, c)
      if (end > 0) {
        flush()
        nodes.push({ kind: styles[c], inside: inline(text.slice(i + 1, end)) })
        i = end + 1
        continue
      }
    }
    said += c
    i++
  }
  flush()
  return nodes
}

const word = /[\p{L}\p{N}]/u

function closing(text: string, open: number, mark: string): number {
  const before = text[open - 1] ?? ' '
  const after = text[open + 1] ?? ' '
  if (word.test(before) || before === mark || after === ' ' || after === mark) return -1
  for (let end = open + 2; end < text.length; end++) {
    if (text[end] !== mark || text[end - 1] === ' ') continue
    const next = text[end + 1] ?? ' '
    if (!word.test(next) && next !== mark) return end
  }
  return -1
}

function angle(inside: string): Node {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? '' : unescape(inside.slice(bar + 1))
  if (target.startsWith('@')) return { kind: 'user', id: target.slice(1), label }
  if (target.startsWith('#')) return { kind: 'channel', id: target.slice(1), label }
  if (target.startsWith('!subteam^')) return { kind: 'group', id: target.slice(9), label }
  if (target.startsWith('!date^')) {
    const [, at, format] = target.split('^')
    return { kind: 'date', at: Number(at), format: format ?? '{date_short_pretty} {time}', otherwise: label }
  }
  if (target.startsWith('!')) return { kind: 'everyone', id: target.slice(1), label }
  if (/^(https?:\/\/|mailto:)/.test(target)) return { kind: 'link', href: unescape(target), text: label || unescape(target) }
  return { kind: 'text', text: `<${inside}>` }
}

/** A date in the reader's own zone, by Slack's format words. */
export function date(at: number, format: string, otherwise: string): string {
  const when = new Date(at * 1000)
  if (Number.isNaN(when.getTime())) return otherwise
  const show = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, options).format(when)
  const day = (options: Intl.DateTimeFormatOptions, pretty: boolean) => {
    const distance = Math.round((startOfDay(new Date()) - startOfDay(when)) / 86_400_000)
    if (pretty && distance === 0) return 'today'
    if (pretty && distance === 1) return 'yesterday'
    if (pretty && distance === -1) return 'tomorrow'
    return show(options)
  }
  return format.replace(/\{(\w+)\}/g, (found, name: string) => {
    switch (name) {
      case 'date_num': return when.toISOString().slice(0, 10)
      case 'date': return day({ dateStyle: 'long' }, false)
      case 'date_pretty': return day({ dateStyle: 'long' }, true)
      case 'date_short': return day({ dateStyle: 'medium' }, false)
      case 'date_short_pretty': return day({ dateStyle: 'medium' }, true)
      case 'date_long': return day({ dateStyle: 'full' }, false)
      case 'date_long_pretty': return day({ dateStyle: 'full' }, true)
      case 'time': return show({ timeStyle: 'short' })
      case 'time_secs': return show({ timeStyle: 'medium' })
      default: return found
    }
  })
}

function startOfDay(d: Date): number {
  return new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime()
}
