import type { CHAT } from '../../contracts/chat.ts'
import type { Implemented } from '../../operations.ts'
import type { ChatConversation, ChatMessage, ChatPerson, ChatTransfer } from '../../schemas/chat.ts'
import {
  BEN,
  HUB,
  HUB_KEY,
  idOf,
  messageIdOf,
  OPEN_RULES,
  PERSONS,
  type SampleConversation,
  type SampleMessage,
  SELF,
  sampleConversations,
} from './chat-samples.ts'
import { found, refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

/** Seconds until a hub has a message, and until a person answers a question. */
const DELIVERY_SECONDS = 1
const TYPING_SECONDS = 2
const ANSWER_SECONDS = 4
const REPORT = 'shoal-report:'
const HISTORY_CODE = 'shoal-history:'
const TRANSFER_SECONDS = 1
/** Seconds until the code has been carried to the other device. */
const CODE_SECONDS = 8
const NO_TRANSFER: ChatTransfer = {
  ...{ direction: 'away', state: 'done', messages: 0, total: null, added: 0, problem: null },
}

/**
 * Conversations with made-up persons. A message is delivered a second later (`SimulatedNode.tick`),
 * and a person who is asked a question in a private conversation types, reads and answers. Nothing
 * is encrypted.
 */
export function chat(state: SimulatedState): Implemented<typeof CHAT> {
  const rooms = new Map<string, SampleConversation>()
  if (!state.isFresh) {
    state.verified.add(BEN)
    const [first] = state.torrents.keys()
    const share = first === undefined ? [] : [first]
    for (const each of sampleConversations(state.clock.nowMs(), share)) rooms.set(each.id, each)
  }
  let written = 0

  const person = (did: string): ChatPerson => {
    const known = PERSONS.find(each => each.did === did)
    const isBlocked = state.blocked.has(did)
    const name =
      known?.isSelf === false && known.name !== null ? state.says(known.name) : (known?.name ?? null)
    return {
      ...{ did, isSelf: false, isContact: false, ...known },
      ...{ name, isBlocked, isVerified: state.verified.has(did) },
    }
  }
  const messageView = (message: SampleMessage): ChatMessage => ({
    ...message,
    ...(message.sender === SELF
      ? {}
      : { text: state.says(message.text), files: message.files.map(state.says) }),
    reactions: message.reactions.map(each => ({ ...each, emoji: state.says(each.emoji) })),
    sender: person(message.sender),
  })
  let transfer: ChatTransfer | null = null
  const messageCount = () => [...rooms.values()].reduce((sum, { messages }) => sum + messages.length, 0)
  /** Some seconds later, another device has sent its history, or this one has. */
  const carry = (next: ChatTransfer): void => {
    transfer = next
    state.emit({ type: 'chat-transfer', transfer })
    if (next.state !== 'waiting' && next.state !== 'running') return
    state.after(next.state === 'waiting' ? CODE_SECONDS : TRANSFER_SECONDS, () => {
      if (transfer !== next) return
      const total = messageCount()
      if (next.state === 'waiting') carry({ ...next, state: 'running', total })
      else if (next.messages === 0 && total > 1) carry({ ...next, total, messages: Math.floor(total / 2) })
      else carry({ ...next, state: 'done', total, messages: total })
    })
  }
  const readable = ({ messages }: SampleConversation) =>
    messages.filter(({ sender }) => !state.blocked.has(sender))
  const view = (room: SampleConversation): ChatConversation => {
    const { members, messages: _, invitedBy, readBy, ...rest } = room
    const messages = readable(room)
    const read = messages.findIndex(({ id }) => id === room.readUpTo)
    const fresh = messages.slice(read + 1).filter(each => each.sender !== SELF && each.state !== 'deleted')
    const last = messages.at(-1)
    return {
      ...rest,
      name: state.says(rest.name),
      invitedBy: invitedBy === null ? null : person(invitedBy),
      members: members.map(member => ({ ...person(member.did), ...member })),
      unread: {
        messages: fresh.length,
        mentions: fresh.filter(({ mentions }) => mentions.includes(SELF)).length,
      },
      readBy: [...readBy].map(([did, upTo]) => ({ did, upTo })),
      last: last ? messageView(last) : null,
    }
  }
  const find = (id: string) => found(rooms, id, 'conversation', 'conversation')
  const findMessage = (room: SampleConversation, id: string) => {
    const message = readable(room).find(each => each.id === id)
    if (!message) throw refusal('not-found', 'This message does not exist.', 'message')
    return message
  }
  const list = () => ({
    items: [...rooms.values()].map(view).sort((a, b) => (b.last?.sentMs ?? 0) - (a.last?.sentMs ?? 0)),
  })
  const put = (room: SampleConversation, isNew = false): ChatConversation => {
    const before = new Set(rooms.get(room.id)?.messages)
    rooms.set(room.id, room)
    const touched = room.messages.filter(each => !before.has(each)).map(({ id }) => id)
    state.emit(
      isNew
        ? { type: 'chat', conversation: null, messages: null }
        : { type: 'chat', conversation: room.id, messages: touched },
    )
    return view(room)
  }
  const change = (id: string, changes: Partial<SampleConversation>) => put({ ...find(id), ...changes })
  const changeMessage = (room: string, id: string, changes: Partial<SampleMessage>): ChatMessage => {
    const { messages } = find(room)
    change(room, { messages: messages.map(each => (each.id === id ? { ...each, ...changes } : each)) })
    return messageView(findMessage(find(room), id))
  }
  const write = (
    room: string,
    sender: string,
    text: string,
    more: Partial<SampleMessage> = {},
  ): SampleMessage => {
    const message: SampleMessage = {
      ...{
        id: messageIdOf(`written ${++written}`),
        sender,
        sentMs: state.clock.nowMs(),
        state: 'shown',
        text,
      },
      ...{ replyTo: null, mentions: [], files: [], reactions: [], delivery: 'delivered' },
      ...more,
    }
    change(room, { messages: [...find(room).messages, message] })
    return message
  }
  const checkMember = ({ state: at }: SampleConversation) => {
    if (at !== 'member')
      throw refusal('removed', 'You are not a member of this conversation.', 'conversation')
  }
  const isAdmin = ({ members }: SampleConversation) =>
    members.some(member => member.did === SELF && member.isAdmin)
  const checkSlow = (room: SampleConversation) => {
    const seconds = isAdmin(room) ? 0 : (room.rules?.slowSeconds ?? 0)
    const last = room.messages.findLast(({ sender }) => sender === SELF)
    const waitMs = last && seconds > 0 ? last.sentMs + 1000 * seconds - state.clock.nowMs() : 0
    if (waitMs > 0)
      throw refusal(
        'not-allowed',
        `This group is in slow mode: wait for ${Math.ceil(waitMs / 1000)} s before the next message.`,
        'conversation',
      )
  }
  const answer = (room: string, did: string, question: string) => {
    state.after(TYPING_SECONDS, () => {
      if (!rooms.has(room)) return
      change(room, { readBy: new Map([...find(room).readBy, [did, question]]) })
      state.emit({ type: 'chat-presence', conversation: room, did, what: 'typing' })
    })
    state.after(ANSWER_SECONDS, () => {
      if (!rooms.has(room)) return
      const message = write(room, did, 'Let me look that up.', { replyTo: question })
      if (!find(room).isMuted)
        state.emit({ type: 'chat-message', conversation: room, message: messageView(message) })
    })
  }
  const begin = (
    room: Pick<SampleConversation, 'id' | 'kind' | 'name' | 'hub' | 'members' | 'rules'> &
      Partial<Pick<SampleConversation, 'share'>>,
  ) =>
    put(
      {
        ...{ state: 'member', isRequest: false, invitedBy: null, readUpTo: null, readBy: new Map() },
        ...{ isMuted: false, draft: '', problems: [], hubProof: null, messages: [], share: [], ...room },
      },
      true,
    )
  const shareIn = (link: string): string[] =>
    [...state.torrents.values()]
      .map(torrent => torrent.detail())
      .filter(({ id, link: own }) => link.includes(id) || (own !== null && link.endsWith(own)))
      .map(({ id }) => id)
  const enter = (link: string, hub = HUB, name = titleIn(link)) => {
    if (!/^magnet:\?|#s\d/.test(link))
      throw refusal('bad-argument', 'This is not the link of a share.', 'link')
    const known = rooms.get(idOf(link))
    if (known) return view(known)
    const share = shareIn(link)
    return begin({ id: idOf(link), kind: 'share', name, hub, share, members: [], rules: null })
  }
  const memberOf = (did: string, admin: boolean) => ({ did, isAdmin: admin, devices: 1 })

  return {
    async getChat() {
      const own = list().items.filter(({ isRequest }) => !isRequest)
      const sum = (counted: typeof own, kind: 'messages' | 'mentions') =>
        counted.reduce((total, { unread }) => total + unread[kind], 0)
      const unread = {
        messages: sum(
          own.filter(({ isMuted }) => !isMuted),
          'messages',
        ),
        mentions: sum(own, 'mentions'),
      }
      return { problem: null, unread }
    },
    listConversations: async () => list(),
    getConversation: async ({ conversation }) => view(find(conversation)),
    createGroup: async ({ hub = HUB, name, add, membersAdd, slowSeconds }) =>
      begin({
        ...{ id: idOf(`group ${++written}`), kind: 'group', name, hub },
        members: [memberOf(SELF, true), ...add.filter(did => did !== SELF).map(did => memberOf(did, false))],
        rules: { membersAdd, allowed: null, slowSeconds },
      }),
    async createPrivate({ hub = HUB, person: did }) {
      const known = [...rooms.values()].find(
        ({ kind, state: at, members }) =>
          kind === 'private' && at === 'member' && members.some(each => each.did === did),
      )
      return known
        ? view(known)
        : begin({
            ...{ id: idOf(`private ${did}`), kind: 'private', name: person(did).name ?? '', hub },
            members: [memberOf(SELF, true), memberOf(did, true)],
            rules: { ...OPEN_RULES, membersAdd: false, allowed: [SELF, did] },
          })
    },
    joinShareRoom: async ({ hub, link }) => enter(link, hub),
    async createShareRoom({ hub, link }) {
      const made = withRoom(link)
      return { link: made, conversation: enter(made, hub, titleIn(link)) }
    },
    async getShareRoomLink({ conversation, link }) {
      if (find(conversation).kind !== 'share')
        throw refusal('bad-argument', 'This conversation is not the room of that share.', 'link')
      return { link: withRoom(link) }
    },
    async listMessages({ conversation, before, around, limit }) {
      const room = find(conversation)
      const all = readable(room)
      const at = (id: string) => all.indexOf(findMessage(room, id))
      let end = all.length
      if (before !== undefined) end = at(before)
      else if (around !== undefined) end = Math.min(all.length, at(around) + Math.ceil(limit / 2))
      const start = Math.max(0, end - limit)
      const items = all.slice(start, end).map(messageView)
      return { items, hasOlder: start > 0, hasNewer: end < all.length }
    },
    async sendMessage({ conversation, text, replyTo = null, mentions, files }) {
      const room = find(conversation)
      checkMember(room)
      checkSlow(room)
      if (text.trim() === '' && files.length === 0)
        throw refusal('bad-argument', 'A message needs a text or a file.', 'text')
      const message = write(conversation, SELF, text, { replyTo, mentions, files, delivery: 'waiting' })
      change(conversation, { readUpTo: message.id, draft: '' })
      state.after(DELIVERY_SECONDS, () => {
        if (rooms.has(conversation)) changeMessage(conversation, message.id, { delivery: 'delivered' })
      })
      const other = room.kind === 'private' && room.members.find(({ did }) => did !== SELF)
      if (other && text.trim().endsWith('?')) answer(conversation, other.did, message.id)
      return messageView(message)
    },
    async editMessage({ conversation, message, text, mentions }) {
      const room = find(conversation)
      checkMember(room)
      if (findMessage(room, message).sender !== SELF)
        throw refusal('not-allowed', 'Only its author can change a message.', 'message')
      return changeMessage(conversation, message, { state: 'edited', text, mentions })
    },
    async deleteMessage({ conversation, message }) {
      const room = find(conversation)
      checkMember(room)
      if (findMessage(room, message).sender !== SELF && !isAdmin(room))
        throw refusal('not-allowed', 'Only its author and admins can delete a message.', 'message')
      const nothing = { text: '', replyTo: null, mentions: [], files: [], reactions: [] }
      return changeMessage(conversation, message, { ...nothing, state: 'deleted' })
    },
    async reactToMessage({ conversation, message, emoji }) {
      const room = find(conversation)
      checkMember(room)
      const others = findMessage(room, message)
        .reactions.map(each => ({ ...each, by: each.by.filter(did => did !== SELF) }))
        .filter(({ by }) => by.length > 0)
      const same = others.find(each => each.emoji === emoji)
      const reactions =
        emoji === null
          ? others
          : same
            ? others.map(each => (each === same ? { ...each, by: [...each.by, SELF] } : each))
            : [...others, { emoji, by: [SELF] }]
      return changeMessage(conversation, message, { reactions })
    },
    async reportMessage({ conversation, message }) {
      findMessage(find(conversation), message)
      return { report: `${REPORT}${conversation}.${message}` }
    },
    async verifyReport({ report }) {
      const [conversation, message] = report.slice(REPORT.length).split('.')
      const room = rooms.get(conversation ?? '')
      const known = room?.messages.find(({ id }) => id === message)
      if (!room || !known || !report.startsWith(REPORT))
        throw refusal('bad-report', 'This is not a report of a message in these conversations.', 'report')
      const { id, sender, sentMs, text, files } = known
      const sequence = room.messages.indexOf(known) + 1
      return {
        ...{ conversation: room.id, id, sequence, sender: person(sender), device: 'Phone' },
        ...{ sentMs, kind: 'text', text, files: [...files] },
      }
    },
    async verifyHubProof({ proof }) {
      const room = [...rooms.values()].find(({ hubProof }) => hubProof === proof.trim())
      if (!room)
        throw refusal('bad-report', 'The hub that this proof names did not sign it: it is forged.', 'proof')
      const signedMs = state.clock.nowMs() - 10_800_000
      const headOf = (text: string) => ({ hash: idOf(text), signedMs })
      const joinedHub = { url: HUB, name: 'Harbour' }
      const heads: [ReturnType<typeof headOf>, ReturnType<typeof headOf>] = [headOf('one'), headOf('other')]
      return { hub: HUB_KEY, joinedHub, conversation: room.id, sequence: 3, heads }
    },
    async markRead({ conversation, message }) {
      findMessage(find(conversation), message)
      return change(conversation, { readUpTo: message })
    },
    setConversation: async ({ conversation, isMuted, draft }) =>
      change(conversation, {
        ...(isMuted !== undefined && { isMuted }),
        ...(draft !== undefined && { draft }),
      }),
    async changeGroup({ conversation, add, remove, name, admins, membersAdd, allowed, slowSeconds }) {
      const room = find(conversation)
      checkMember(room)
      const { rules } = room
      if (room.kind !== 'group' || rules === null)
        throw refusal('bad-argument', 'This conversation has no members to change.', 'conversation')
      const changesRules = [name, admins, membersAdd, allowed, slowSeconds].some(each => each !== undefined)
      if (!isAdmin(room) && (remove.length > 0 || changesRules || !rules.membersAdd))
        throw refusal('not-allowed', 'The rules of this group do not allow you this change.', 'conversation')
      const known = new Set(room.members.map(({ did }) => did))
      const kept = room.members.filter(({ did }) => !remove.includes(did))
      const added = add.filter(did => !known.has(did)).map(did => memberOf(did, false))
      const members = [...kept, ...added].map(member => ({
        ...member,
        isAdmin: admins?.includes(member.did) ?? member.isAdmin,
      }))
      return change(conversation, {
        ...{ members, name: name ?? room.name },
        rules: {
          membersAdd: membersAdd ?? rules.membersAdd,
          allowed: allowed === undefined ? rules.allowed : allowed,
          slowSeconds: slowSeconds ?? rules.slowSeconds,
        },
      })
    },
    acceptConversation: async ({ conversation }) => change(conversation, { isRequest: false }),
    async leaveConversation({ conversation }) {
      const room = find(conversation)
      if (room.kind === 'share')
        throw refusal('bad-argument', 'The room of a share has no members: forget it.', 'conversation')
      return change(conversation, {
        ...{ state: 'left', isRequest: false },
        members: room.members.filter(({ did }) => did !== SELF),
      })
    },
    async forgetConversation({ conversation }) {
      const { kind, state: at } = find(conversation)
      if (kind !== 'share' && at === 'member')
        throw refusal('conflict', 'Leave this conversation first.', 'conversation')
      rooms.delete(conversation)
      state.emit({ type: 'chat', conversation: null, messages: null })
      return list()
    },
    async searchMessages({ text, conversation, limit }) {
      const words = text.toLowerCase().split(/\s+/)
      const items = [...rooms.values()]
        .filter(({ id, isRequest }) => !isRequest && (conversation === undefined || id === conversation))
        .flatMap(room => readable(room).map(message => ({ conversation: room.id, message })))
        .filter(({ message }) => words.every(word => message.text.toLowerCase().includes(word)))
        .sort((a, b) => b.message.sentMs - a.message.sentMs)
        .slice(0, limit)
      return { items: items.map(each => ({ ...each, message: messageView(each.message) })) }
    },
    async askForHistory() {
      carry({ ...NO_TRANSFER, direction: 'here', state: 'waiting' })
      return { code: `${HISTORY_CODE}${idOf('code')}` }
    },
    async giveHistory({ code }) {
      if (!code.startsWith(HISTORY_CODE))
        throw refusal('bad-argument', 'This is not the code of a device: copy all of it.', 'code')
      carry({ ...NO_TRANSFER, state: 'running' })
      return { transfer }
    },
    getHistoryTransfer: async () => ({ transfer }),
    async cancelHistoryTransfer() {
      if (transfer?.state === 'waiting' || transfer?.state === 'running')
        carry({ ...transfer, state: 'cancelled' })
      return { transfer }
    },
    async exportHistory() {
      const lines = [...rooms.values()].flatMap(({ id, kind, messages }) => [
        { type: 'conversation', id, kind },
        ...messages.map(message => ({ type: 'message', conversation: id, ...message })),
      ])
      const text = lines.map(line => `${JSON.stringify(line)}\n`).join('')
      return { lines: text, next: null, total: messageCount() }
    },
    async importHistory({ lines }) {
      if (!lines.startsWith('{"type":"conversation"'))
        throw refusal('bad-argument', 'This is not a history of chats, or it is damaged.', 'lines')
      return { added: 0 }
    },
    async showPresence({ conversation }) {
      find(conversation)
      return {}
    },
  }
}

const withRoom = (link: string) => (/#s\d/.test(link) ? link : `https://share.example.org/#s2${idOf(link)}`)

function titleIn(link: string): string {
  return new URLSearchParams(link.slice(link.indexOf('?') + 1)).get('dn') ?? ''
}
