/**
 * Process started by `chat-member.ts`: one device that runs the complete chat at a hub, with a
 * node's journals, and kills itself at a given point.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChatJournals } from '../../apps/node/src/node/chat/chat-journals.ts'
import type { Shown } from '../../packages/chat/src/conversations/index.ts'
import { ChatDevice, type Conversation, type Journals } from '../../packages/chat/src/device/index.ts'
import { deviceCredential } from '../../packages/chat/src/groups/index.ts'
import { encodePolicy } from '../../packages/chat/src/groups/policy.ts'
import { HubCarriers } from '../../packages/chat/src/hub/index.ts'
import { Vault } from '../../packages/daemon/src/vault.ts'
import { connectDevice } from '../../packages/hub-api/src/device-client.ts'
import { socketConnect } from '../../packages/hub-api/src/rooms/rooms.ts'
import { encodeDevice, readDeviceList, readDeviceText } from '../../packages/identity/src/devices/devices.ts'
import { decodeCbor } from '../../packages/identity/src/devices/signed-cbor.ts'
import { KeyPair } from '../../packages/identity/src/key-pair.ts'
import {
  type Clock,
  fromLatin1,
  hex,
  systemClock,
  systemRandom,
} from '../../packages/torrent/src/base/index.ts'
import {
  type ChatMemberGiven,
  type ConversationKind,
  type ConversationState,
  throughGate,
  type WritePoint,
} from './chat-member-given.ts'
import { answerJsonLines } from './json-lines.ts'

const [folder, armed] = process.argv.slice(2) as [string, string?]
const given = JSON.parse(readFileSync(join(folder, 'member.json'), 'utf8')) as ChatMemberGiven
const problems: string[] = []
/** Each has the kind of a conversation, a DID, and the person's action. */
const presences: string[] = []

/** So few that pages of older messages are written, too. */
const PAGE_MESSAGES = 64

/** Where this process is to die. */
let deadly: WritePoint | null = armed ? JSON.parse(armed) : null
/** Writes by place, and how many of them during the start. */
const points = new Set<string>()
let startPoints = 0

/** By how much this device's clock is ahead. */
let aheadMs = 0
const clock: Clock = {
  nowMs: () => systemClock.nowMs(),
  unixMs: () => systemClock.unixMs() + aheadMs,
  after: (delayMs, callback) => systemClock.after(delayMs, callback),
}

/** Identifies a write by its journal, the operation, and the kind of the record. */
function pointOf(journal: string, change: string, record?: Uint8Array): string {
  const value = record && decodeCbor(record)
  const kind = Array.isArray(value) && typeof value[0] === 'number' ? ` ${value[0]}` : ''
  return `${/^[a-z]+(?:-packages)?/.exec(journal)![0]} ${change}${kind}`
}

async function write(point: string, run: () => Promise<void>): Promise<void> {
  points.add(point)
  if (deadly?.point !== point) return run()
  if (deadly.isDurable) await run()
  process.kill(process.pid, 'SIGKILL')
}

function watched(journals: ChatJournals): Journals {
  return {
    async open(name) {
      const journal = await journals.open(name)
      return {
        append: record => write(pointOf(name, 'append', record), () => journal.append(record)),
        replace: records => write(pointOf(name, 'replace'), () => journal.replace(records)),
        read: () => journal.read(),
      }
    },
    remove: name => write(pointOf(name, 'remove'), () => journals.remove(name)),
  }
}

const fromText = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
const people = new Map(
  given.people.map(({ did, list }) => [
    did,
    { list: readDeviceList(fromText(list)), isContact: true, isBlocked: false },
  ]),
)
const own = people.get(given.did)!
const client = connectDevice({
  ...{ url: given.home, person: given.did, description: given.device },
  ...{ device: new KeyPair(fromText(given.loginSeed)), lists: () => given.lists },
  fetch: throughGate(given),
})
const journals = watched(await ChatJournals.open(folder, new Vault(folder)))
const carriers = new HubCarriers({
  access: () => ({ device: client, connect: session => socketConnect({ url: given.gate, session }) }),
  ...{ homes: [given.home], journals },
  ...{ clock: systemClock, random: systemRandom },
})
const messageKey = new KeyPair(fromText(given.messageSeed))
const chat = await ChatDevice.open({
  ports: {
    ...{ journals, clock, random: systemRandom },
    ...{ rooms: carriers.rooms, inboxes: carriers.inboxes, keyPackages: carriers.keyPackages },
    people: {
      find: async did => people.get(did) ?? null,
      known: did => people.get(did) ?? null,
      listen: () => () => {},
    },
  },
  device: {
    credential: deviceCredential([own.list], encodeDevice(readDeviceText(given.device))),
    messageKey: { publicKey: messageKey.publicKey, seed: fromText(given.messageSeed) },
  },
  pageMessages: PAGE_MESSAGES,
  listener: {
    presence: ({ kind }, did, what) => presences.push(`${kind} ${did} ${what}`),
    problem: (_, { code, message }) => problems.push(`${code}: ${message}`),
    failed: error => {
      throw error
    },
  },
})
startPoints = points.size

function find(kind: ConversationKind): Conversation | undefined {
  return chat.conversations.find(conversation => conversation.kind === kind)
}

function get(kind: ConversationKind): Conversation {
  const conversation = find(kind)
  if (!conversation) throw new Error(`there is no ${kind}`)
  return conversation
}

/** Returns the shown messages, without undelivered ones, oldest first. */
async function shownIn(conversation: Conversation): Promise<readonly Shown[]> {
  const parts: (readonly Shown[])[] = []
  for await (const part of conversation.reader.parts()) parts.unshift(part)
  return parts.flat().filter(message => conversation.reader.deliveryOf(message) !== 'failed')
}

async function stateOf(kind: ConversationKind): Promise<ConversationState | null> {
  const conversation = find(kind)
  if (!conversation) return null
  const { state, epoch, policy, members, through } = conversation
  const shown = await shownIn(conversation)
  const texts = shown.map(({ text }) => text)
  return {
    ...{ id: hex(conversation.id), state, through: through.sequence },
    waiting: shown.filter(message => conversation.reader.deliveryOf(message) === 'waiting').length,
    group: JSON.stringify([`${epoch}`, policy, members.map(({ did, leaf }) => [did, leaf])]),
    ...{ count: texts.length, repeated: texts.length - new Set(texts).size },
    digest: createHash('sha256').update(JSON.stringify(texts)).digest('hex'),
  }
}

answerJsonLines({
  async createGroup({ name }: { name: string }) {
    await chat.createGroup({ home: given.home, name })
  },
  async joinShare({ secret }: { secret: string }) {
    await chat.joinShareRoom(given.home, fromText(secret))
  },
  /** Enters another room, and writes there. */
  async meet({ secret }: { secret: string }) {
    const room = await chat.joinShareRoom(given.home, fromText(secret))
    await room.send({ kind: 'text', text: given.did, replyTo: null, mentions: [], files: [] })
  },
  /** Responds once the message will survive a crash. */
  async send({ to, text }: { to: ConversationKind; text: string }) {
    await get(to).send({ kind: 'text', text, replyTo: null, mentions: [], files: [] })
  },
  async createPrivate({ did }: { did: string }) {
    await chat.createPrivate(given.home, did)
  },
  /** Uses a message in every possible way. */
  async use({ to, text, edited, emoji, mention, file, isQuiet }: Use) {
    const conversation = get(to)
    const content = { kind: 'text', replyTo: null, mentions: [mention], files: [file] } as const
    const id = await conversation.send({ ...content, text })
    await conversation.send({ kind: 'reaction', to: id, emoji })
    await conversation.send({ kind: 'edit', of: id, text: edited, mentions: [] })
    const gone = await conversation.send({ ...content, text: `${text} again`, replyTo: id })
    await conversation.send({ kind: 'deletion', of: gone })
    await conversation.markRead(id, { isSecret: isQuiet })
    await conversation.set({ draft: text })
  },
  async change({ add, remove, name, admins }: Change) {
    const group = get('group')
    const policy = { ...group.policy!, ...(name && { name }), ...(admins && { admins }) }
    await group.change({
      ...(add && { add }),
      ...(remove && { remove }),
      ...((name || admins) && { policy }),
    })
  },
  state: async () => ({
    ...{ group: await stateOf('group'), share: await stateOf('share') },
    ...{ private: await stateOf('private'), problems },
  }),
  /** It may get lost. */
  async type({ to }: { to: ConversationKind }) {
    await get(to).presence.show('typing')
  },
  /** Returns everything that this device has: bytes in hex. */
  dump: async () => {
    const all = await Promise.all(
      chat.conversations.map(async conversation => {
        const { id, kind, policy, members, invitedBy, reader, through, internals } = conversation
        const shown = await shownIn(conversation)
        return {
          ...{ id: hex(id), kind, invitedBy, through: through.sequence },
          rules: policy && { ...policy, bytes: hex(encodePolicy(policy)) },
          members: members.map(({ did, hash }) => [did, hex(hash)]),
          writers: [...internals.history.credentials.keys()].map(device => hex(fromLatin1(device))),
          readBy: reader.readBy.map(({ did, upTo }) => [did, hex(upTo)]),
          messages: shown.map(message => ({
            ...{ ...message, id: hex(message.id), replyTo: message.replyTo && hex(message.replyTo) },
            reactions: [...message.reactions],
          })),
        }
      }),
    )
    return { conversations: all, presences }
  },
  keyPackages: () => carriers.keyPackages.own(),
  /** The last texts of a conversation. */
  texts: async ({ of, last }: { of: ConversationKind; last: number }) =>
    (await shownIn(get(of))).slice(-last).map(({ text }) => text),
  points: () => [...points].map((point, at) => ({ point, isAtStart: at < startPoints })),
  arm({ point, isDurable, aheadDays = 0 }: WritePoint & { readonly aheadDays?: number }) {
    deadly = { point, isDurable }
    aheadMs = aheadDays * 86_400_000
  },
})

interface Use {
  readonly to: ConversationKind
  readonly text: string
  readonly edited: string
  readonly emoji: string
  readonly mention: string
  readonly file: string
  /** Does not share its read position. */
  readonly isQuiet: boolean
}

interface Change {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly name?: string
  readonly admins?: readonly string[]
}
