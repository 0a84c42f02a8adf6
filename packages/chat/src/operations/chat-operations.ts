import type { CallOptions, ChatConversation } from '@shoal/api'
import { parseDidKey } from '@shoal/identity'
import { formatShareLink, parseShareLink, roomSecretOf, type ShareLink } from '@shoal/links'
import { equalBytes, hex } from '@shoal/torrent/base'
import { isMagnet } from '@shoal/torrent/magnet'
import { ChatError } from '../chat-error.ts'
import type { Shown } from '../conversations/index.ts'
import type { ChatDevice } from '../device/chat-device.ts'
import type { Conversation } from '../device/conversation.ts'
import { readForkProof } from '../hub/fork-proof.ts'
import type { ChatEvents } from './chat-events.ts'
import { viewConversation, viewMessage, viewPerson, viewTransfer } from './chat-views.ts'
import type { ChatCalls, OperationPorts } from './given.ts'

/** How long a change of a group waits for its hub before it is left to be completed later. */
const CHANGE_MS = 30_000

/** `current` returns the chat, or throws a `ChatError` with the reason why there is none. */
export function chatOperations(
  current: () => { readonly chat: ChatDevice; readonly events: ChatEvents },
  ports: OperationPorts,
): ChatCalls {
  const find = (id: string): Conversation => {
    const found = current().chat.conversations.find(each => hex(each.id) === id)
    if (!found) throw missing('conversation', 'There is no conversation with this id.')
    return found
  }
  const view = (conversation: Conversation): ChatConversation =>
    viewConversation(ports, conversation, current().events.problemsOf(conversation))
  const viewOf = async (conversation: Conversation, id: Uint8Array) =>
    viewMessage(ports, conversation, await messageOf(conversation, hex(id)))
  const list = () => ({
    items: current()
      .chat.conversations.map(view)
      .sort((one, other) => (other.last?.sentMs ?? 0) - (one.last?.sentMs ?? 0)),
  })
  const closed = (conversation: Conversation): Conversation => {
    if (conversation.kind === 'group') return conversation
    throw new ChatError('bad-argument', 'Only closed groups have members and rules to change.', {
      field: 'conversation',
    })
  }

  /** Resolves once the group has changed. The request stays pending if that takes longer. */
  const made = <T>(change: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const cancel = ports.clock.after(CHANGE_MS, () =>
      reject(new ChatError('unavailable', 'The hub does not answer: the group changes as soon as it does.')),
    )
    const stop = () => reject(signal?.reason)
    signal?.addEventListener('abort', stop)
    change.then(resolve, reject)
    return promise.finally(() => {
      cancel()
      signal?.removeEventListener('abort', stop)
    })
  }

  const enter = async (hub: string | undefined, link: ShareLink): Promise<ChatConversation> => {
    const { secret, title } = roomOf(link)
    const conversation = await current().chat.joinShareRoom(findHub(ports, hub ?? link.roomHub), secret)
    const share = hashesOf(link).join()
    const { settings } = conversation
    if (title !== settings.title || share !== settings.share) await conversation.set({ title, share })
    return view(conversation)
  }

  /** Returns the link `text` with the room of `share`, and with its hub if that lets guests in. */
  const linkWithRoom = async (text: string, share: ShareLink, hub: string): Promise<string> => {
    // The room exists even if its hub cannot be asked.
    const isOpen = await ports.letsGuestsIn(hub).catch(() => false)
    const own = new URL(hub).origin
    const { roomHub: named, ...rest } = share
    const roomHub = isOpen || named === own ? own : undefined
    const made = { ...rest, ...(roomHub !== undefined && { roomHub }) }
    const before = readLink(text)
    const hasRoom =
      made.room === undefined || (before.room !== undefined && equalBytes(made.room, before.room))
    if (hasRoom && made.roomHub === before.roomHub) return text
    const page = text.slice(0, Math.max(text.indexOf('#'), 0))
    // The creator of a link without a page has already chosen its contents.
    return formatShareLink(page, made, page === '' ? { audience: 'machine' } : {})
  }

  const transfer = () => {
    const { progress } = current().chat.transfer
    return { transfer: progress && viewTransfer(progress) }
  }

  return {
    async getChat() {
      try {
        return { problem: null, unread: current().chat.unread }
      } catch (error) {
        return statusWithout(error)
      }
    },
    listConversations: async () => list(),
    getConversation: async ({ conversation }) => view(find(conversation)),
    async createGroup({ hub, add, ...rules }, { signal }: CallOptions = {}) {
      const { chat } = current()
      checkPersons('add', add)
      const conversation = await chat.createGroup({ home: findHub(ports, hub), ...rules })
      if (add.length === 0) return view(conversation)
      const change = conversation.change({ add })
      try {
        await made(change, signal)
      } catch (error) {
        // No one else knows about it yet.
        if (isRefused(error)) await chat.forget(conversation)
        throw error
      }
      return view(conversation)
    },
    async createPrivate({ hub, person }, { signal }: CallOptions = {}) {
      const { chat } = current()
      checkPersons('person', [person])
      const home = chat.findPrivate(person)?.home ?? findHub(ports, hub)
      return view(await made(chat.createPrivate(home, person), signal))
    },
    joinShareRoom: async ({ hub, link }) => enter(hub, readLink(link)),
    async createShareRoom({ hub, link: text }) {
      const share = readLink(text)
      const shared = roomSecretOf(share) ? share : { ...share, room: current().chat.randomSecret() }
      const conversation = await enter(hub, shared)
      return { link: await linkWithRoom(text, shared, conversation.hub), conversation }
    },
    async getShareRoomLink({ conversation: id, link: text }) {
      const conversation = find(id)
      const share = readLink(text)
      const { linkSecret } = conversation.internals
      const known = conversation.settings.share.split(',')
      if (!linkSecret || !hashesOf(share).some(hash => known.includes(hash)))
        throw new ChatError('bad-argument', 'This conversation is not the room of that share.', {
          field: 'link',
        })
      const own = roomSecretOf(share)
      const hasRoom = own !== null && equalBytes(own, linkSecret)
      const withRoom = hasRoom ? share : { ...share, room: linkSecret }
      return { link: await linkWithRoom(text, withRoom, conversation.home) }
    },
    async listMessages({ conversation: id, before, around, limit }) {
      const conversation = find(id)
      const anchor = before ?? around
      if (anchor !== undefined) await messageOf(conversation, anchor)
      const { messages, hasOlder, hasNewer } = await conversation.reader.page({
        limit,
        ...(before !== undefined && { before: idOf(before) }),
        ...(around !== undefined && { around: idOf(around) }),
      })
      const items = messages.map(message => viewMessage(ports, conversation, message))
      return { items, hasOlder, hasNewer }
    },
    async sendMessage({ conversation: id, text, replyTo, mentions, files }) {
      const conversation = find(id)
      const answered = replyTo === undefined ? null : (await messageOf(conversation, replyTo)).id
      const ownName = conversation.kind === 'share' ? nameAt(ports, conversation.home) : null
      const content = { kind: 'text', text, replyTo: answered, mentions, files } as const
      const sent = await conversation.send({ ...content, ...(ownName !== null && { name: ownName }) })
      return viewOf(conversation, sent)
    },
    async editMessage({ conversation: id, message, text, mentions }) {
      const conversation = find(id)
      const { id: of, sender, state } = await messageOf(conversation, message)
      if (sender !== ports.ownDid() || state === 'deleted' || state === 'unknown')
        throw new ChatError('not-allowed', 'Only an own message that was not deleted can be changed.', {
          field: 'message',
        })
      await conversation.send({ kind: 'edit', of, text, mentions })
      return viewOf(conversation, of)
    },
    async deleteMessage({ conversation: id, message }) {
      const conversation = find(id)
      const { id: of, sender, state } = await messageOf(conversation, message)
      const own = ports.ownDid()
      if (sender !== own && !conversation.policy?.admins.includes(own))
        throw new ChatError('not-allowed', 'Only its author and admins can delete a message.', {
          field: 'message',
        })
      if (state !== 'deleted') await conversation.send({ kind: 'deletion', of })
      return viewOf(conversation, of)
    },
    async reactToMessage({ conversation: id, message, emoji }) {
      const conversation = find(id)
      const { id: to } = await messageOf(conversation, message)
      await conversation.send({ kind: 'reaction', to, emoji })
      return viewOf(conversation, to)
    },
    async reportMessage({ conversation: id, message }) {
      const report = await find(id).reader.report(idOf(message))
      if (!report) throw noMessage()
      return { report: report.text }
    },
    async verifyReport({ report }) {
      const { room, clientId, sender, content, ...shown } = await current().chat.verifyReport(report)
      const { sequence, sentMs, kind } = shown
      return {
        ...{ conversation: hex(room), id: hex(clientId), sequence, sender: viewPerson(ports, sender.did) },
        ...{ device: sender.device.name, sentMs, kind },
        text: content?.kind === 'text' || content?.kind === 'edit' ? content.text : '',
        files: content?.kind === 'text' ? [...content.files] : [],
      }
    },
    async verifyHubProof({ proof }) {
      const { hub, room, sequence, heads } = readForkProof(proof)
      const [one, other] = heads.map(({ hash, signedMs }) => ({ hash: hex(hash), signedMs }))
      const joined = ports.hubs().find(({ key }) => key === hub)
      const joinedHub = joined ? { url: joined.url, name: joined.name } : null
      return { hub, joinedHub, conversation: hex(room), sequence, heads: [one!, other!] }
    },
    async markRead({ conversation: id, message }) {
      const conversation = find(id)
      const upTo = await messageOf(conversation, message)
      await conversation.markRead(upTo.id, { isSecret: !ports.settings().sendReadMarks })
      return view(conversation)
    },
    async setConversation({ conversation: id, isMuted, draft }) {
      const conversation = find(id)
      await conversation.set({
        ...(isMuted !== undefined && { isMuted }),
        ...(draft !== undefined && { draft }),
      })
      return view(conversation)
    },
    async changeGroup({ conversation: id, add, remove, ...rules }, { signal }: CallOptions = {}) {
      const conversation = closed(find(id))
      checkPersons('add', add)
      checkPersons('admins', rules.admins ?? [])
      checkPersons('allowed', rules.allowed ?? [])
      const { policy } = conversation
      const given = Object.entries(rules).filter(([, value]) => value !== undefined)
      const changed = policy && given.length > 0 ? { ...policy, ...Object.fromEntries(given) } : null
      await made(conversation.change({ add, remove, ...(changed && { policy: changed }) }), signal)
      return view(conversation)
    },
    async acceptConversation({ conversation: id }) {
      const conversation = find(id)
      await conversation.accept()
      return view(conversation)
    },
    async leaveConversation({ conversation: id }) {
      const conversation = find(id)
      if (conversation.kind === 'share')
        throw new ChatError('bad-argument', 'Nobody is a member of the room of a share: forget it instead.', {
          field: 'conversation',
        })
      if (conversation.state === 'member') await conversation.leave()
      return view(conversation)
    },
    async forgetConversation({ conversation: id }) {
      const conversation = find(id)
      const { kind, state, isRequest, members } = conversation
      if (kind !== 'share' && state === 'member' && !isRequest && members.length > 1)
        throw new ChatError('conflict', 'Leave it first: the others would still send it to this device.', {
          field: 'conversation',
        })
      await current().chat.forget(conversation)
      return list()
    },
    async searchMessages({ text, conversation: id, limit }) {
      const within = id === undefined ? {} : { within: find(id) }
      const items = await current().chat.search(text, { limit, ...within })
      return {
        items: items.map(({ conversation, message }) => ({
          conversation: hex(conversation.id),
          message: viewMessage(ports, conversation, message),
        })),
      }
    },
    askForHistory: async () => ({ code: current().chat.transfer.ask() }),
    async giveHistory({ hub, code }) {
      await current().chat.transfer.give(code, findHub(ports, hub))
      return transfer()
    },
    getHistoryTransfer: async () => transfer(),
    async cancelHistoryTransfer() {
      current().chat.transfer.cancel()
      return transfer()
    },
    async exportHistory({ after = '' }) {
      const { histories } = current().chat
      const { lines, next } = await histories.page(after)
      return { lines: lines.map(line => `${line}\n`).join(''), next, total: histories.messages }
    },
    async importHistory({ lines }) {
      const given = lines.split('\n').filter(line => line.trim() !== '')
      try {
        return { added: await current().chat.histories.add(given) }
      } catch (error) {
        if (!(error instanceof ChatError) || !error.code.startsWith('bad-')) throw error
        throw new ChatError('bad-argument', error.message, { cause: error, field: 'lines' })
      }
    },
    async showPresence({ conversation: id, what }) {
      const conversation = find(id)
      if (ports.settings().sendPresence) await conversation.presence.show(what)
      return {}
    },
  }
}

/**
 * Returns the status of a chat that could not be opened because of an error. Throws errors without
 * a code.
 */
export function statusWithout(error: unknown): Awaited<ReturnType<ChatCalls['getChat']>> {
  const { code, message } = error as Error & { code?: unknown }
  if (typeof code !== 'string') throw error
  return { problem: { code, message }, unread: { messages: 0, mentions: 0 } }
}

/** Finds a hub by address, host or name. Throws `no-hub`. */
function findHub(ports: OperationPorts, text: string | undefined): string {
  const hubs = ports.hubs()
  const wanted = text?.toLowerCase()
  const found = hubs.filter(
    ({ url, name }) =>
      wanted === undefined ||
      url === (URL.canParse(wanted) ? new URL(wanted).origin : null) ||
      [new URL(url).host, name.toLowerCase()].includes(wanted),
  )
  if (found.length === 1) return found[0]!.url
  const why =
    hubs.length === 0
      ? 'Join a hub first: conversations begin at one.'
      : found.length > 1
        ? 'Say at which hub: several that were joined can have it.'
        : 'No hub of that address or name was joined.'
  throw new ChatError('no-hub', why, { field: 'hub' })
}

async function messageOf(conversation: Conversation, id: string): Promise<Shown> {
  const found = await conversation.reader.message(idOf(id))
  if (!found) throw noMessage()
  return found
}

/** Parses a hexadecimal id that the contract has validated. */
function idOf(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

/** Throws `bad-argument` if one of these is not a did:key, such as a mistyped one. */
function checkPersons(field: string, dids: readonly string[]): void {
  for (const did of dids)
    try {
      parseDidKey(did)
    } catch (cause) {
      throw new ChatError('bad-argument', (cause as Error).message, { cause, field })
    }
}

/** Parses a share link or a magnet link. */
function readLink(text: string): ShareLink {
  try {
    return parseShareLink(isMagnet(text) ? `#${text}` : text)
  } catch (cause) {
    throw new ChatError('bad-argument', `This is not a share link: ${(cause as Error).message}`, {
      ...{ cause, field: 'link' },
    })
  }
}

/**
 * Returns the name that the user goes by at a hub: that of the profile, or of the account there.
 */
function nameAt(ports: OperationPorts, home: string): string | null {
  const account = ports.hubs().find(({ url }) => url === home)?.account
  return ports.nameOf(ports.ownDid()) ?? (account || null)
}

function hashesOf({ magnet: { infoHashes } }: ShareLink): readonly string[] {
  const { v1, v2 } = infoHashes
  return [v1, v2].flatMap(hash => (hash ? [hex(hash)] : []))
}

function roomOf(share: ShareLink): { readonly secret: Uint8Array; readonly title: string } {
  const secret = roomSecretOf(share)
  if (secret) return { secret, title: share.seal ? '' : (share.magnet.name ?? '') }
  throw new ChatError('bad-argument', 'This link has no room: ask for one that was made with a room.', {
    field: 'link',
  })
}

function noMessage(): ChatError {
  return missing('message', 'There is no message with this id in the conversation.')
}

function missing(field: string, message: string): ChatError {
  return new ChatError('not-found', message, { field })
}

/** Returns true unless it may still succeed. */
function isRefused(error: unknown): boolean {
  return error instanceof ChatError && !['unavailable', 'closed'].includes(error.code)
}
