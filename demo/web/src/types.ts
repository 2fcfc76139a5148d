// What the demo server sends. Blocks are Block Kit as the bot wrote them.

export interface Text {
  type?: 'plain_text' | 'mrkdwn'
  text: string
}

export interface Option {
  text: Text
  value: string
  description?: Text
}

export interface OptionGroup {
  label: Text
  options: Option[]
}

export interface Confirm {
  title?: Text
  text: Text
  confirm?: Text
  deny?: Text
  style?: string
}

export interface Element {
  type: string
  action_id?: string
  text?: Text | string
  value?: string
  url?: string
  style?: string
  accessibility_label?: string
  placeholder?: Text
  options?: Option[]
  option_groups?: OptionGroup[]
  initial_option?: Option
  initial_options?: Option[]
  initial_value?: string
  initial_user?: string
  initial_date?: string
  min_query_length?: number
  max_selected_items?: number
  multiline?: boolean
  max_length?: number
  confirm?: Confirm
  alt_text?: string
}

export interface Block {
  type: string
  block_id: string
  text?: Text
  fields?: Text[]
  accessory?: Element
  elements?: Element[]
  element?: Element
  label?: Text
  hint?: Text
  optional?: boolean
  dispatch_action?: boolean
  alt_text?: string
}

export interface Message {
  channel: string
  ts: string
  user: string
  text: string
  blocks: Block[]
  private: boolean // seen by its reader alone
  edited: boolean
  at: string
}

export interface View {
  id: string
  type: string
  title?: Text
  submit?: Text
  close?: Text
  blocks: Block[]
  hash: string
  errors?: Record<string, string>
}

export interface User {
  id: string
  name: string
  real: string
  role: string
  app: boolean
}

export interface Channel {
  id: string
  name: string
  kind: 'open' | 'private' | 'direct'
  messages: Message[]
}

export interface Command {
  command: string
  usage_hint: string
  description: string
}

export interface Track {
  id: string
  source: string
  muted: boolean
}

export interface Person {
  identity: string
  id: string
  name: string
  kind: string
  joined_at?: string
  tracks?: Track[]
  blocked?: string[]
  on_hold?: boolean
  pinned?: boolean
  coaching?: string
  presence?: string
  talking: boolean
}

export interface Room {
  id: string
  provider?: string
  name: string
  locked?: boolean
  recording?: boolean
  people: Person[]
  announced?: string
}

export interface Gone {
  room: string
  identity: string
  name: string
  how: string // left, kick, end
}

export interface Snapshot {
  me: string
  online: boolean
  users: User[]
  personas: string[]
  groups: { id: string; handle: string }[]
  channels: Channel[]
  commands: Command[]
  home: View | null
  modals: View[]
  rooms: Room[]
  gone: Gone[]
}

// The state of elements by block id and action id, as Slack's payloads have it.
export interface ElementState {
  type: string
  value?: string | null
  selected_option?: Option | null
  selected_options?: Option[]
  selected_user?: string | null
  selected_date?: string | null
}

export type Values = Record<string, Record<string, ElementState>>
