/**
 * Members of a room, and the hub's guarantees: each acknowledged entry is stored exactly once, for
 * everyone.
 */
import { randomBytes } from 'node:crypto'
import { limitMs, until } from '@shoal/testing'
import { type LogEntry, readHead, verifyEntries } from '../../packages/hub-api/src/rooms/rooms.ts'
import { device, person } from '../../packages/hub-stores/src/testing/person.ts'
import type { TestStores } from '../../packages/hub-stores/src/testing/stores.ts'
import { KeyPair } from '../../packages/identity/src/key-pair.ts'
import { fromHex, hex } from '../../packages/torrent/src/base/index.ts'
import type { Member, RoomMemberOptions, RoomMemberState } from './room-member.ts'

const PATIENT = { timeoutMs: limitMs(120), intervalMs: 100 }

/** Creates a room for all members of the hub. Returns its id. */
export async function createRoom({ rooms }: TestStores): Promise<Uint8Array> {
  const creator = KeyPair.generate().did
  const { id } = await rooms.create({ creator, kind: 'group', salt: randomBytes(32) })
  return id
}

/** Creates accounts with one device each, who follow a room and write to each other's inboxes. */
export async function membersOf(
  { accounts, deviceLists, sessions }: TestStores,
  room: Uint8Array,
  count: number,
): Promise<readonly Omit<RoomMemberOptions, 'url'>[]> {
  const devices: string[] = []
  const secrets: string[] = []
  for (let at = 0; at < count; at++) {
    const { did, next } = person()
    const description = device(`device ${at}`)
    await accounts.create({ did, role: 'member' })
    await deviceLists.put(did, [next(null, [description]).bytes])
    const hash = await deviceLists.putDevice(did, description)
    const { secret } = await sessions.begin(did, { device: hash, label: 'test', lifeMs: 86_400_000 })
    devices.push(hex(hash))
    secrets.push(secret)
  }
  return devices.map((own, at) => ({
    ...{ name: `member ${at}`, room: hex(room), device: own, session: secrets[at]! },
    others: devices.filter(each => each !== own),
  }))
}

/** Makes all members stop posting. Resolves to their state once it is complete. */
export async function settle(members: readonly Member[]): Promise<readonly RoomMemberState[]> {
  await Promise.all(members.map(member => member.pause()))
  const states = () => Promise.all(members.map(member => member.state()))
  return until(
    'all members have everything',
    async () => {
      const all = await states()
      const last = Math.max(...all.map(each => each.last))
      return all.every(each => each.isIdle && each.last === last) && missing(all).length === 0 && all
    },
    PATIENT,
  ).catch(async (error: Error) => {
    const all = await states()
    const short = all.map(
      each =>
        `${each.name} has ${each.last}, is ${each.isIdle ? '' : 'not '}idle, ${each.isConnected ? '' : 'not '}connected, ${each.disconnects} times disconnected`,
    )
    error.message += `: ${[...short, ...missing(all), ...all.flatMap(each => each.problems)].join('; ')}`
    throw error
  })
}

/** Returns the confirmed entries of inboxes that have not arrived. */
function missing(states: readonly RoomMemberState[]): string[] {
  const inboxes = new Map(
    states.map(({ device: own, inbox }) => [own, new Set(inbox.map(({ clientId }) => clientId))]),
  )
  return states.flatMap(({ name, delivered }) =>
    delivered
      .filter(({ device, clientId }) => !inboxes.get(device)?.has(clientId))
      .map(({ text }) => `a delivery of ${name} has not arrived: ${text}`),
  )
}

/**
 * Compares a room in the stores with the state of complete members. Returns the inconsistencies.
 */
export async function roomFaults(
  stores: TestStores,
  room: Uint8Array,
  states: readonly RoomMemberState[],
): Promise<string[]> {
  const wrong = states.flatMap(({ name, problems }) => problems.map(problem => `${name}: ${problem}`))
  const entries = await readAll(stores, room)
  const head = verifyEntries({ room, sequence: 0, hash: room }, entries)
  const texts = entries.map(({ bytes }) => new TextDecoder().decode(bytes))
  const hashes = entries.map(({ hash }) => hex(hash))
  if (new Set(texts).size < texts.length) wrong.push('an entry is in the log twice')
  for (const { name, device: own, signed: shown, ...has } of states) {
    for (const { sequence, hash, text } of has.acknowledged)
      if (texts[sequence - 1] !== text || hashes[sequence - 1] !== hash)
        wrong.push(`entry ${sequence} was acknowledged to ${name}, and is not there`)
    if (has.entries.length !== entries.length) wrong.push(`${name} has ${has.entries.length} entries`)
    for (const [sequence, hash] of has.entries)
      if (hashes[sequence - 1] !== hash) wrong.push(`${name} has another ${sequence}`)
    const signed = shown && readHead(fromHex(shown)!)
    if (!signed || signed.sequence !== head.sequence || hex(signed.hash) !== hex(head.hash))
      wrong.push(`the head of ${name} is not signed`)
    const sent = states.flatMap(({ delivered }) => delivered.filter(each => each.device === own))
    const bySender = new Map(sent.map(each => [each.clientId, each]))
    for (const { clientId, text, times } of has.inbox) {
      const delivery = bySender.get(clientId)
      if (delivery?.text !== text) wrong.push(`${name} got something that nobody sent: ${text}`)
      else if (times > delivery.times) wrong.push(`${name} got ${text} ${times} times`)
    }
    const left = await readInbox(stores, fromHex(own)!)
    if (left > 0) wrong.push(`${left} entries are left in the inbox of ${name}`)
  }
  return wrong
}

async function readAll(stores: TestStores, room: Uint8Array): Promise<readonly LogEntry[]> {
  const all: LogEntry[] = []
  for (;;) {
    // The first request after PostgreSQL was killed finds a closed connection.
    const part = await until('the stores answer', () => stores.rooms.read(room, all.length, 1000))
    if (part.entries.length === 0) return all
    all.push(...part.entries)
  }
}

async function readInbox({ inboxes }: TestStores, device: Uint8Array): Promise<number> {
  return (await inboxes.read(device)).length
}
