/**
 * Checks the table of docs/chat.md: searches everything that a hub stores and everything on the
 * wire for what only members may learn.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { until } from '@shoal/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readEnvelope } from '../packages/chat/src/envelope/index.ts'
import { ShareRoom } from '../packages/chat/src/share-rooms/index.ts'
import { deviceHash, encodeDevice } from '../packages/identity/src/devices/devices.ts'
import { parseDidKey } from '../packages/identity/src/did-key.ts'
import { cannotCapture, startCapture } from './support/capture.ts'
import { ChatMember } from './support/chat-member.ts'
import type { ConversationKind } from './support/chat-member-given.ts'
import { tempDir } from './support/files.ts'
import { Gate, type Passed } from './support/gate.ts'
import { HaProxy } from './support/haproxy.ts'
import { HubProcess } from './support/hub.ts'
import { PostgresServer } from './support/postgres.ts'
import { type Column, checkColumn, checkTexts, type Found } from './support/privacy-table.ts'
import { missing } from './support/tools.ts'
import { type Dump, dumpPostgres, dumpSqlite, hasTrace, readFolder, readPassed } from './support/traces.ts'

const HOME = 'http://hub.example'
const KINDS: readonly ConversationKind[] = ['group', 'private', 'share']
/** Tables of conversations; all others are about accounts. */
const TABLES = ['rooms', 'entries', 'inbox_entries', 'cursors', 'posting'] as const
const SHORT_TEXTS = 20
const LONG_TEXTS = 30
/** Source of the members' packets. */
const ADDRESSES = ['127.0.10.1', '127.0.10.2', '127.0.10.3', '127.0.10.4']

interface Place {
  readonly args: readonly string[]
  dump(): Promise<Dump>
}

/**
 * Three members talk in a group, in private and in the room of a share; all traffic passes through
 * recording gates.
 */
async function talk({ args, dump }: Place, { isSecure }: { isSecure: boolean }) {
  const stack = new AsyncDisposableStack()
  onTestFinished(() => stack.disposeAsync())
  const folder = stack.use(await tempDir('chat-privacy'))
  const hub = stack.use(
    await HubProcess.start([
      ...['--data', folder.join('hub'), '--registration', 'open', '--public-url', HOME],
      ...['--log-level', 'debug', '--trusted-proxy', '127.0.0.1', ...args],
    ]),
  )
  const log: string[] = []
  hub.process.child.stdout!.on('data', bytes => log.push(`${bytes}`))
  const proxy = isSecure ? stack.use(await HaProxy.start([hub.port])) : null
  const certificate = folder.join('certificate.pem')
  if (proxy) await writeFile(certificate, proxy.certificate)
  const watched = stack.use(await startCapture(`tcp port ${proxy?.port ?? hub.port}`))
  const passed: Passed[][] = []
  const members: ChatMember[] = []
  for (const [at, name] of ['Ann', 'Ben', 'Cat', 'Dan'].entries()) {
    const gate = stack.use(await Gate.to(proxy?.port ?? hub.port))
    gate.address = ADDRESSES[at]!
    const own: Passed[] = []
    gate.listener = each => own.push(each)
    passed.push(own)
    const url = proxy ? `https://localhost:${gate.port}` : gate.url
    members.push(stack.use(new ChatMember(name, { home: HOME, gate: url }, folder.join(name))))
  }
  const people = members.map(({ did, list }) => ({ did, list }))
  for (const member of members) {
    await member.join(people, hub.url)
    await member.launch(null, proxy ? { NODE_EXTRA_CA_CERTS: certificate } : {})
    await until('key packages are published', async () => {
      return (await member.call<{ oneTime: number }>('keyPackages')).oneTime > 0
    })
  }
  const [ann, ben, cat, dan] = members as [ChatMember, ChatMember, ChatMember, ChatMember]
  /** Dan has only the link, and writes nothing. */
  const kindsOf = new Map([
    [ann, KINDS],
    [ben, KINDS],
    [cat, ['group']],
    [dan, ['share']],
  ] as const satisfies readonly (readonly [ChatMember, readonly ConversationKind[]])[])
  const linkSecret = randomBytes(32)
  const secrets = new Map<string, string | Uint8Array>([
    ['the name of the group', 'Boats of the harbour at dawn'],
    ['the secret of the link', linkSecret],
    ...members.flatMap(({ name, secrets: keys }) =>
      keys.map((key, at) => [`key ${at} of ${name}`, key] as const),
    ),
  ])
  await ann.call('createGroup', { name: secrets.get('the name of the group') })
  await ann.call('change', { add: [ben.did, cat.did] })
  await ann.call('createPrivate', { did: ben.did })
  for (const [member, kinds] of kindsOf)
    if ((kinds as readonly ConversationKind[]).includes('share'))
      await member.call('joinShare', { secret: linkSecret.toString('base64url') })
  for (const [member, kinds] of kindsOf)
    await until(`${member.name} is where they belong`, async () => {
      const state = await member.state()
      return kinds.every(kind => state[kind]?.state === 'member')
    })
  /** Each conversation has these in the end. */
  const shown: Record<ConversationKind, [string, string][]> = { group: [], private: [], share: [] }
  for (const [member, kinds] of kindsOf)
    for (const to of kinds) {
      if (member === dan) continue
      const used = {
        text: `The words of ${member.name} for the ${to}`,
        edited: `Changed by ${member.name} for the ${to}`,
        file: `https://files.example/#${member.name}-${to}-harbour-map.pdf`,
        ...{ emoji: '👩‍🚀', mention: ann.did },
      }
      for (const [name, text] of Object.entries(used)) {
        if (name !== 'mention') secrets.set(`${name} of ${member.name} for the ${to}`, text)
        if (name === 'edited' || name === 'file') shown[to].push([`${name} of ${member.name}`, text])
      }
      await member.call('use', { to, ...used, isQuiet: member === cat })
    }
  const same = async () => {
    const all = await Promise.all(members.map(member => member.state()))
    return KINDS.every(kind => {
      const states = all.flatMap(state => state[kind] ?? [])
      return states.every(each => each.waiting === 0 && each.digest === states[0]!.digest)
    })
  }
  await until('all have the same', same)
  const dumpOf = async (member: ChatMember) => JSON.stringify(await member.call('dump'))
  await until('what Ann has read, and that she types, is known', async () => {
    for (const to of ['group', 'share']) await ann.call('type', { to })
    const texts = await Promise.all([dumpOf(ben), dumpOf(dan)])
    if (!texts.every((text, at) => text.includes(`${['group', 'share'][at]} ${ann.did} typing`))) return false
    return texts.every(text => hasRead(text, 'share', ann)) && hasRead(texts[0]!, 'group', ann)
  })

  const lengths = [
    ...Array.from({ length: SHORT_TEXTS }, (_, at) => 1 + at * 2),
    ...Array.from({ length: LONG_TEXTS }, (_, at) => 400 + 10 * at),
  ]
  for (const length of lengths) await ann.call('send', { to: 'group', text: 'x'.repeat(length) })
  await until('all have the same', same)
  const states = await Promise.all(members.map(member => member.state()))
  const rooms = KINDS.map(kind => Buffer.from(states[0]![kind]!.id, 'hex'))
  const dumps = await Promise.all(members.map(dumpOf))
  for (const member of members) await member[Symbol.asyncDispose]()
  const dumped = await dump()
  const files = Buffer.concat([await readFolder(folder.join('hub')), Buffer.from(log.join(''))])
  const packets = await watched.stop()
  return {
    ...{ members, passed, secrets, shown, rooms, dumped, dumps, files, packets, linkSecret },
    data: folder.join('hub'),
  }
}

type Talk = Awaited<ReturnType<typeof talk>>

/** Everything that identifies a person. */
function namesOf({ did, device }: ChatMember): readonly (readonly [string, string | Uint8Array])[] {
  return [
    ['did', did],
    ['key', parseDidKey(did)],
    ['login key', device.loginKey],
    ['message key', device.messageKey],
    ['device', deviceHash(encodeDevice(device))],
  ]
}

function found(bytes: Buffer, needles: Iterable<readonly [string, string | Uint8Array]>): readonly string[] {
  return [...needles].filter(([, needle]) => hasTrace(bytes, needle)).map(([name]) => name)
}

/** Searches for each needle. */
function look(bytes: Buffer | string, needles: Iterable<readonly [string, string | Uint8Array]>): Found {
  const all = Buffer.from(bytes)
  return Object.fromEntries([...needles].map(([name, needle]) => [name, hasTrace(all, needle)]))
}

function peopleIn(members: readonly ChatMember[]): readonly (readonly [string, string | Uint8Array])[] {
  return members.flatMap(member =>
    namesOf(member).map(([what, needle]) => [`${what} of ${member.name}`, needle] as const),
  )
}

interface DumpedConversation {
  readonly kind: ConversationKind
  readonly invitedBy: string | null
  readonly through: number
  readonly rules: { readonly bytes: string } | null
  readonly members: readonly (readonly [did: string, device: string])[]
  readonly writers: readonly string[]
  readonly readBy: readonly (readonly [did: string, upTo: string])[]
  readonly messages: readonly { readonly id: string; readonly sender: string }[]
}

/** Returns a conversation as stored in a member's database. */
function conversationIn(dump: string, kind: ConversationKind): DumpedConversation {
  const { conversations } = JSON.parse(dump) as { conversations: DumpedConversation[] }
  return conversations.find(each => each.kind === kind)!
}

function hasRead(dump: string, kind: ConversationKind, { did }: ChatMember): boolean {
  return conversationIn(dump, kind).readBy.some(([reader]) => reader === did)
}

interface StoredEntry {
  readonly room: Uint8Array
  readonly client_id: Uint8Array
  readonly posted_ms: number
  readonly bytes: Uint8Array
}

/** Returns all entries that the database of a hub has. */
function readEntries(path: string): readonly StoredEntry[] {
  using sqlite = new DatabaseSync(path, { readOnly: true })
  const sql =
    'SELECT rooms.id AS room, client_id, entries.posted_ms, entries.bytes FROM entries JOIN rooms ON number = room'
  return sqlite.prepare(sql).all() as unknown as StoredEntry[]
}

/**
 * Returns whether the hub has each entry that a member has read. Others, such as read marks, came
 * after that.
 */
function hasAllOf(entries: readonly StoredEntry[], room: Buffer, { through }: DumpedConversation): boolean {
  return entries.filter(each => room.equals(each.room)).length >= through
}

/** Opens the entries of the share's room with the secret of its link. */
function openShare({ linkSecret, entries, rooms }: PlainTalk): Buffer {
  const share = new ShareRoom(linkSecret)
  const own = entries.filter(({ room }) => rooms[2]!.equals(room))
  return Buffer.concat(
    own.map(({ room, client_id: clientId, bytes }) =>
      Buffer.from(share.read({ room, clientId }, bytes)!.body),
    ),
  )
}

interface PlainTalk extends Talk {
  readonly toHub: readonly Buffer[]
  readonly fromHub: readonly Buffer[]
  readonly entries: readonly StoredEntry[]
}

const traffic = ({ toHub, fromHub }: PlainTalk) => Buffer.concat([...toHub, ...fromHub])
/** Everything that a hub has received and stored. */
const hubOf = (sight: PlainTalk) => Buffer.concat([traffic(sight), ...sight.dumped.values(), sight.files])
/** Everything that Dan has received, who has only the link of the share. */
const danOf = ({ toHub, fromHub, dumps }: PlainTalk) =>
  Buffer.concat([toHub[3]!, fromHub[3]!, Buffer.from(dumps[3]!)])
/** Returns the database of Ben as text. */
const benOf = ({ dumps }: Talk) => dumps[1]!
const named = ({ rooms }: Talk) =>
  rooms.map((room, at) => [`the id of the room: ${KINDS[at]}`, room] as const)
const addresses = (...at: readonly number[]) =>
  at.map(each => [`address ${ADDRESSES[each]}`, ADDRESSES[each]!] as const)
/** Everything that was sent over the network with TLS. */
const wireOf = ({ passed, packets }: Talk) =>
  Buffer.concat([...passed.flat().map(({ bytes }) => bytes), packets.bytes])
const rulesOf = (sight: Talk) =>
  [
    ['the rules of the group', Buffer.from(conversationIn(benOf(sight), 'group').rules!.bytes, 'hex')],
  ] as const
const sentFrom = ({ packets }: Talk): Found =>
  Object.fromEntries(
    ADDRESSES.map(address => [
      `packets of ${address}`,
      packets.packets.some(({ source, payload }) => source === address && payload.length > 100),
    ]),
  )

/** The hub: its database, files and log, and its traffic with members. */
const HUB: Column<PlainTalk> = {
  'texts, reactions': {
    says: 'no; of a room of a share only if it has the link',
    present: sight => look(openShare(sight), sight.shown.share),
    absent: sight => look(hubOf(sight), sight.secrets),
  },
  'names and rules of groups': {
    says: 'no',
    absent: sight =>
      look(hubOf(sight), [
        ['the name of the group', sight.secrets.get('the name of the group')!],
        ...rulesOf(sight),
      ]),
  },
  'who is a member': {
    says: 'no list; who creates a room, at that moment, and, while a device is connected, which rooms it follows',
    present: ({ toHub, rooms }) => ({
      'Ann creates a room': hasTrace(toHub[0]!, 'creator'),
      'Ann follows all': rooms.every(room => hasTrace(toHub[0]!, room)),
      'Cat follows the group': hasTrace(toHub[2]!, rooms[0]!),
    }),
    absent: ({ dumped, members }) =>
      look(Buffer.concat(TABLES.map(table => dumped.get(table)!)), peopleIn(members)),
  },
  'who wrote an entry': {
    says: 'the account that sends it, at that moment: that of the author, or of a member who has it directly. It is not stored',
    present: ({ toHub, members, dumps }) => {
      const { messages } = conversationIn(dumps[0]!, 'group')
      const { id } = messages.find(({ sender }) => sender === members[0]!.did)!
      return look(toHub[0]!, [
        ['the account', members[0]!.did],
        ['its entry', Buffer.from(id, 'hex')],
      ])
    },
    absent: ({ dumped, members }) => look(dumped.get('entries')!, peopleIn(members)),
  },
  'whom a member adds': {
    says: 'that one account takes keys of another, which is kept for a day under a keyed hash, and leaves something in its inbox',
    present: ({ toHub, fromHub, members, dumped }) => ({
      ...look(
        toHub[0]!,
        peopleIn([members[1]!]).filter(([what]) => /^(did|device) of/.test(what)),
      ),
      'something for an inbox': hasTrace(toHub[0]!, 'deliveries'),
      'something in the inbox': hasTrace(fromHub[1]!, 'inbox'),
      'that keys were taken': dumped.get('key_package_takings')!.length > 0,
    }),
    absent: ({ dumped, members }) => look(dumped.get('key_package_takings')!, peopleIn(members)),
  },
  'accounts and their devices': {
    says: 'yes',
    present: ({ dumped, members }) => ({
      ...look(
        dumped.get('accounts')!,
        peopleIn(members).filter(([what]) => what.startsWith('did')),
      ),
      ...look(
        dumped.get('devices')!,
        peopleIn(members).filter(([what]) => /^(login|message|device)/.test(what)),
      ),
    }),
  },
  'how many entries': {
    says: 'yes',
    present: ({ entries, rooms, dumps }) => ({
      'how many': KINDS.every((kind, at) => hasAllOf(entries, rooms[at]!, conversationIn(dumps[0]!, kind))),
      when: entries.every(({ posted_ms: ms }) => Math.abs(Date.now() - ms) < 600_000),
      sizes: entries.every(({ bytes }) => bytes.length > 0),
    }),
  },
  'typing, presence': {
    says: 'that something was sent',
    present: ({ toHub, fromHub }) => ({
      'something that is not kept, from Ann': hasTrace(toHub[0]!, 'volatile'),
      'something that is not kept, to Ben': hasTrace(fromHub[1]!, 'volatile'),
    }),
    absent: sight => ({
      ...look(hubOf(sight), [['that it is typing', 'typing']]),
      'how far somebody has read': sight.dumped.get('cursors')!.length > 0,
    }),
  },
  'network addresses': { says: 'yes', present: sentFrom },
}

/** Ben, in a group with Ann and Cat, in private with Ann, and in the room of the share. */
const MEMBERS: Column<PlainTalk> = {
  'texts, reactions': {
    says: 'yes',
    present: sight =>
      look(benOf(sight), [...KINDS.flatMap(kind => sight.shown[kind]), ['the reactions', '👩‍🚀']]),
  },
  'names and rules of groups': {
    says: 'yes',
    present: sight =>
      look(benOf(sight), [
        ['the name of the group', sight.secrets.get('the name of the group')!],
        ...rulesOf(sight),
      ]),
  },
  'who is a member': {
    says: 'yes',
    present: sight =>
      look(JSON.stringify(conversationIn(benOf(sight), 'group').members), [
        ...sight.members.slice(0, 3).map(({ name, did }) => [name, did] as const),
      ]),
  },
  'who wrote an entry': {
    says: 'yes, proved by a signature',
    // A program shows only what its device has verified: see report.test.ts.
    present: sight =>
      look(JSON.stringify(conversationIn(benOf(sight), 'group').messages.map(({ sender }) => sender)), [
        ...sight.members.slice(0, 3).map(({ name, did }) => [name, did] as const),
      ]),
  },
  'whom a member adds': {
    says: 'yes',
    present: ({ dumps, members }) => ({
      'Ann added Cat': conversationIn(dumps[2]!, 'group').invitedBy === members[0]!.did,
      'Cat was added': conversationIn(dumps[1]!, 'group').members.some(([did]) => did === members[2]!.did),
    }),
  },
  'accounts and their devices': {
    says: 'did:keys and devices of the members',
    present: sight =>
      look(
        JSON.stringify(conversationIn(benOf(sight), 'group').members),
        peopleIn(sight.members.slice(0, 3)).filter(([what]) => /^(did|device) of/.test(what)),
      ),
    // Dan has the link, and wrote nothing.
    absent: sight => look(benOf(sight), peopleIn(sight.members.slice(3))),
  },
  'how many entries': {
    says: 'yes',
    present: ({ entries, rooms, dumps }) =>
      Object.fromEntries(
        KINDS.map((kind, at) => [
          `how many in ${kind}`,
          hasAllOf(entries, rooms[at]!, conversationIn(dumps[1]!, kind)),
        ]),
      ),
  },
  'typing, presence': {
    says: 'yes, unless switched off',
    present: sight => ({
      'Ann has read': hasRead(benOf(sight), 'group', sight.members[0]!),
      ...look(benOf(sight), [['Ann types', `group ${sight.members[0]!.did} typing`]]),
    }),
    absent: sight => ({
      'Cat has read': hasRead(benOf(sight), 'group', sight.members[2]!),
      ...look(benOf(sight), [['Cat types', `group ${sight.members[2]!.did} typing`]]),
    }),
  },
  'network addresses': {
    says: 'those of contacts, whose devices connect [directly](#without-a-hub); of others no',
    // Those of contacts: chat-direct.test.ts.
    absent: ({ fromHub, dumps }) =>
      look(Buffer.concat([fromHub[1]!, Buffer.from(dumps[1]!)]), addresses(0, 2, 3)),
  },
}

/** Dan. */
const OTHERS: Column<PlainTalk> = {
  'texts, reactions': {
    says: 'in its room yes, elsewhere no',
    present: ({ dumps, shown }) => look(dumps[3]!, [...shown.share, ['the reactions', '👩‍🚀']]),
    absent: sight => look(danOf(sight), [...sight.shown.group, ...sight.shown.private]),
  },
  'names and rules of groups': {
    says: 'no',
    absent: sight =>
      look(danOf(sight), [
        ['the name of the group', sight.secrets.get('the name of the group')!],
        ...rulesOf(sight),
      ]),
  },
  'who is a member': {
    says: 'no',
    absent: sight => look(danOf(sight), [...named(sight).slice(0, 2), ...peopleIn([sight.members[2]!])]),
  },
  'who wrote an entry': {
    says: 'in its room yes',
    present: ({ dumps, members }) =>
      look(JSON.stringify(conversationIn(dumps[3]!, 'share').messages.map(({ sender }) => sender)), [
        ...members.slice(0, 2).map(({ name, did }) => [name, did] as const),
      ]),
    absent: sight => look(danOf(sight), peopleIn([sight.members[2]!])),
  },
  'whom a member adds': {
    says: 'no',
    absent: sight => look(danOf(sight), [...named(sight).slice(0, 2), ...peopleIn([sight.members[2]!])]),
  },
  'accounts and their devices': {
    says: 'did:keys and devices of those who wrote',
    present: ({ dumps, members }) =>
      look(
        dumps[3]!,
        peopleIn(members.slice(0, 2)).filter(([what]) => /^(did|device) of/.test(what)),
      ),
    absent: sight => look(danOf(sight), peopleIn([sight.members[2]!])),
  },
  'how many entries': {
    says: 'in its room yes',
    present: ({ entries, rooms, dumps }) => ({
      'how many': hasAllOf(entries, rooms[2]!, conversationIn(dumps[3]!, 'share')),
    }),
    absent: sight => look(danOf(sight), named(sight).slice(0, 2)),
  },
  'typing, presence': {
    says: 'in its room yes',
    present: ({ dumps, members }) => ({
      'Ann has read': hasRead(dumps[3]!, 'share', members[0]!),
      ...look(dumps[3]!, [['Ann types', `share ${members[0]!.did} typing`]]),
    }),
    absent: ({ dumps }) =>
      look(dumps[3]!, [
        ['in the group', '"group did:'],
        ['in private', '"private did:'],
      ]),
  },
  'network addresses': { says: 'no', absent: sight => look(danOf(sight), addresses(0, 1, 2)) },
}

/** An observer of all packets between the members and a hub with TLS. */
const WATCHERS: Column<Talk> = {
  'texts, reactions': { says: 'no', absent: sight => look(wireOf(sight), sight.secrets) },
  'names and rules of groups': {
    says: 'no',
    absent: sight =>
      look(wireOf(sight), [
        ['the name of the group', sight.secrets.get('the name of the group')!],
        ...rulesOf(sight),
      ]),
  },
  'who is a member': {
    says: 'no',
    absent: sight => look(wireOf(sight), [...named(sight), ...peopleIn(sight.members)]),
  },
  'who wrote an entry': {
    says: 'no',
    absent: sight => look(wireOf(sight), [...entryIds(sight), ...peopleIn(sight.members)]),
  },
  'whom a member adds': {
    says: 'no',
    absent: sight => look(wireOf(sight), [['an invitation', 'deliveries'], ...peopleIn(sight.members)]),
  },
  'accounts and their devices': { says: 'no', absent: sight => look(wireOf(sight), peopleIn(sight.members)) },
  'how many entries': {
    says: 'times and sizes of encrypted connections',
    present: sentFrom,
    absent: sight => look(wireOf(sight), [...named(sight), ...entryIds(sight)]),
  },
  'typing, presence': {
    says: 'no',
    absent: sight =>
      look(wireOf(sight), [
        ['that something is not kept', 'volatile'],
        ['that it is typing', 'typing'],
      ]),
  },
  'network addresses': {
    says: 'those of the devices and the hub, and which contacts connect directly',
    // Which contacts connect: chat-direct.test.ts.
    present: sight => ({
      ...sentFrom(sight),
      'packets of the hub': sight.packets.packets.some(({ source }) => source === '127.0.0.1'),
    }),
  },
}

function entryIds(sight: Talk): readonly (readonly [string, Uint8Array])[] {
  const { messages } = conversationIn(benOf(sight), 'group')
  return messages.map(({ id }) => [`the entry ${id}`, Buffer.from(id, 'hex')])
}

/** The cells of the hub, as far as it stores the data. */
function checkStored({ members, secrets, rooms, dumped, files }: Talk): void {
  const all = Buffer.concat([...dumped.values(), files])
  expect(found(all, secrets)).toEqual([])
  // It knows accounts and devices, and the ids of rooms.
  for (const member of members) {
    expect(found(dumped.get('accounts')!, namesOf(member))).toEqual(['did'])
    expect(found(dumped.get('devices')!, namesOf(member))).toEqual(['login key', 'message key', 'device'])
  }
  for (const room of rooms) expect(hasTrace(dumped.get('rooms')!, room)).toBe(true)
  // Neither who created a room, nor who is in it, nor who wrote what.
  for (const table of TABLES)
    for (const member of members)
      expect([table, found(dumped.get(table)!, namesOf(member))]).toEqual([table, []])
  // The hub deletes acknowledged entries of a device, and never knows read positions.
  expect([dumped.get('inbox_entries')!.length, dumped.get('cursors')!.length]).toEqual([0, 0])
}

/**
 * Sizes of entries of closed groups reveal little: short texts, reactions, edits, deletions and
 * read marks all have the same size.
 */
function checkSizes(entries: readonly Uint8Array[]): void {
  const messages = entries.filter(bytes => readEnvelope(bytes)?.kind === 'message')
  const sizes = messages.map(({ length }) => length)
  const least = Math.min(...sizes)
  // Three members use the group, and two the private conversation.
  const uses = 5
  expect(sizes.filter(size => size === least).length).toBeGreaterThanOrEqual(SHORT_TEXTS + 5 * uses)
  const long = sizes.filter(size => size > least)
  expect(long).toHaveLength(LONG_TEXTS)
  expect(new Set(long).size).toBeLessThan(LONG_TEXTS / 2)
}

test('every cell of the table has an assertion', () => {
  for (const [party, column] of [
    ['hub', HUB],
    ['members', MEMBERS],
    ['others', OTHERS],
    ['watchers', WATCHERS],
  ] as const)
    checkTexts(party, column)
})

const tools = ['postgres', 'initdb', 'setpriv', 'haproxy', 'openssl'] as const

describe.skipIf(missing(...tools) ?? cannotCapture)('who is not a member', () => {
  test('learns from a hub with SQLite, and from what passes without TLS, no more than the table says', async () => {
    const said = await talk({ args: [], dump: async () => new Map() }, { isSecure: false })
    const path = `${said.data}/hub.db`
    const dumped = dumpSqlite(path)
    checkStored({ ...said, dumped })
    const [toHub, fromHub] = [true, false].map(isFromClient =>
      said.passed.map(each => readPassed(each, isFromClient)),
    ) as [Buffer[], Buffer[]]
    const sight = { ...said, dumped, toHub, fromHub, entries: readEntries(path) }
    checkColumn('hub', HUB, sight)
    checkColumn('members', MEMBERS, sight)
    checkColumn('others', OTHERS, sight)
    // Only the member who adds a person names another member, and the hub reveals names to no one.
    const [, ben, cat] = said.members as [ChatMember, ChatMember, ChatMember]
    for (const [at, other] of [
      [1, said.members[0]!],
      [1, cat],
      [2, said.members[0]!],
      [2, ben],
    ] as const)
      expect([at, found(Buffer.concat([toHub[at]!, fromHub[at]!]), namesOf(other))]).toEqual([at, []])
  })

  test('learns from a hub with PostgreSQL the same, and from what passes with TLS only when and how much', async () => {
    await using postgres = await PostgresServer.start()
    const said = await talk(
      { args: ['--database', postgres.url], dump: () => dumpPostgres(postgres) },
      { isSecure: true },
    )
    checkStored(said)
    const entries = await postgres.query(
      "SELECT encode(entries.bytes, 'hex') FROM shoal.entries JOIN shoal.rooms ON number = room WHERE kind = 'group'",
    )
    checkSizes(
      entries
        .split('\n')
        .filter(Boolean)
        .map(text => new Uint8Array(Buffer.from(text, 'hex'))),
    )
    checkColumn('watchers', WATCHERS, said)
  })
})
