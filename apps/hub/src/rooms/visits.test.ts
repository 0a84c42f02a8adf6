/** People with only the link of a share in its room: the hub's core and the visits, in memory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeContent } from '@shoal/chat/conversations'
import { ShareRoom } from '@shoal/chat/share-rooms'
import { encodeCredential, RoomVisit, type VisitOptions } from '@shoal/chat/visit'
import { accessOf, RoomError, RoomsClient, roomId, roomToken } from '@shoal/hub-api/rooms'
import { openFileStores, type TestStores } from '@shoal/hub-stores/testing'
import { KeyPair } from '@shoal/identity'
import {
  deviceHash,
  encodeDevice,
  LIST_LIFE_SECONDS,
  signDeviceList,
  successorOf,
} from '@shoal/identity/devices'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { guestName } from './contracts.ts'
import { RoomWorld } from './testing/room-world.ts'

let folder: string
let stores: TestStores
let world: RoomWorld
let secret: Uint8Array
const visits: Pick<RoomVisit, 'close'>[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-visits-'))
  stores = await openFileStores(join(folder, 'hub.db'))
})
afterAll(async () => {
  await stores.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  world = new RoomWorld(stores)
  world.start()
  secret = crypto.getRandomValues(new Uint8Array(32))
})
afterEach(async () => {
  for (const visit of visits.splice(0)) visit.close()
  for (const service of world.services) service.close()
  expect(world.errors).toEqual([])
  await world.quiet()
  expect(world.clock.pending).toBe(0)
})

/** A browser that has just made its key. */
function newVisitor(): VisitOptions['visitor'] {
  const [root, successor, login, message] = Array.from({ length: 4 }, () => KeyPair.generate())
  const keys = { loginKey: login!.publicKey, messageKey: message!.publicKey }
  const description = encodeDevice({ name: 'Browser', kind: 'browser', ...keys, added: 1 })
  const devices = [deviceHash(description)]
  const about = {
    successor: successorOf(successor!.publicKey),
    issued: 1,
    expires: 1 + LIST_LIFE_SECONDS,
    devices,
  }
  const list = signDeviceList(about, null, root!)
  return {
    did: root!.did,
    credential: encodeCredential([list], description),
    signer: { publicKey: message!.publicKey, sign: bytes => message!.sign(bytes) },
  }
}

function visit(network = '192.0.2.1', given: Partial<VisitOptions> = {}): RoomVisit {
  const guest = { did: guestName(network), sessionId: '', device: null }
  const made = new RoomVisit({
    ...{ secret, visitor: newVisitor(), onChange() {} },
    ...{ connect: world.connect(guest), clock: world.clock, random: world.random },
    ...given,
  })
  visits.push(made)
  return made
}

const texts = ({ messages }: RoomVisit) => messages.map(({ text }) => text)
const shows = (wanted: RoomVisit, ...all: string[]) =>
  world.until(`shows ${all}`, () => texts(wanted).join() === all.join())

test('whoever has the link talks, under a name that is not another person', async () => {
  const [ann, bob] = [visit(), visit('192.0.2.2')]
  ann.send('hello', 'Ann')
  expect(ann.messages).toMatchObject([{ text: 'hello', isOwn: true, delivery: 'waiting' }])
  await shows(bob, 'hello')
  bob.send('hi', ' Ann ')
  await shows(ann, 'hello', 'hi')
  const [first, second] = ann.messages
  expect([first!.isOwn, second!.isOwn]).toEqual([true, false])
  expect([first!.by, second!.by]).toEqual([first!, second!].map(({ sender }) => `Ann (${sender.slice(-8)})`))
  await world.until('the hub has both', () =>
    [...ann.messages, ...bob.messages].every(({ delivery }) => delivery === 'delivered'),
  )
  const late = visit('192.0.2.3')
  await shows(late, 'hello', 'hi')
  expect(late.hasOlder).toBe(false)
})

test('a message that is written while the hub is away is sent once it is back, once', async () => {
  const [ann, bob] = [visit(), visit('192.0.2.2')]
  await world.until('both are there', () => ann.state === 'open' && bob.state === 'open')
  world.cut()
  expect(ann.state).toBe('away')
  ann.send('later', 'Ann')
  await shows(bob, 'later')
  await world.until('delivered', () => ann.messages[0]!.delivery === 'delivered')
  expect(texts(ann)).toEqual(['later'])
})

test('earlier messages are read when they are asked for', async () => {
  const ann = visit('192.0.2.1', { clock: world.clock })
  for (let at = 0; at < 30; at++) ann.send(`${at}`, '')
  await world.until('sent', () => ann.messages.every(({ delivery }) => delivery === 'delivered'))
  // Members write more: a screen has 100.
  const { room, log } = await member()
  const written = Array.from({ length: 90 }, (_, at) => {
    const clientId = world.random.bytes(16)
    return log.append(room.bytes(`more ${at}`, clientId), clientId)
  })
  await world.until('written', settled(Promise.all(written)))
  // The network goes while earlier messages wait to be asked for: what is new still comes.
  const late = visit('192.0.2.2')
  await world.until('the newest ones are there', () => late.hasOlder && late.messages.length >= 100)
  expect(texts(late)).toHaveLength(100)
  world.cut()
  await world.until('connected again', () => late.state === 'open')
  late.send('back', '')
  await world.until('delivered', () => late.messages.at(-1)!.delivery === 'delivered')
  expect(late.hasOlder).toBe(true)
  late.readOlder()
  await world.until('all are there', () => late.messages.length === 121)
  expect(texts(late).slice(0, 2)).toEqual(['0', '1'])
  expect(late.hasOlder).toBe(false)
})

test('what nobody with the link wrote is left out, and a text that is too long is refused', async () => {
  const { log } = await member()
  await world.until('written', settled(log.append(new TextEncoder().encode('nonsense'))))
  const ann = visit()
  ann.send('hello', '')
  await world.until('sent', () => ann.messages[0]?.delivery === 'delivered')
  expect(() => ann.send('', '')).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  expect(() => ann.send('x'.repeat(40_000), '')).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  // Within the limit of messages, and not within that of guests.
  ann.send('x'.repeat(20_000), '')
  await world.until('refused', () => ann.messages[1]?.delivery === 'failed')
  expect(ann.problem).toMatchObject({ code: 'bad-argument' })
  expect(ann.messages).toHaveLength(2)
})

test('a visit ends where the hub lets nobody in', async () => {
  const refused = visit('192.0.2.1', {
    connect: () => Promise.reject(new RoomError('unauthorized', 'This hub lets nobody in')),
  })
  await world.until('ended', () => refused.state === 'ended')
  expect(refused.problem).toMatchObject({ code: 'unauthorized' })
})

test('a name that looks like one with the end of a key loses that end', async () => {
  const ann = visit()
  ann.send('hello', 'Ann (47Fu9xYz)')
  const { by, sender } = ann.messages[0]!
  expect(by).toBe(`Ann (${sender.slice(-8)})`)
  ann.send('again', '(x)')
  expect(ann.messages[1]!.by).toBeNull()
})

test('all guests together have limits, too, and members are not bound by them', async () => {
  const all = { appendedBytes: { perSecond: 1, most: 3000 }, creations: { perSecond: 1, most: 100 } }
  const limited = world.start({ limits: { allGuests: all, connections: 4 } })
  const connectAt = (did: string) => world.connect({ did, sessionId: '', device: null }, () => limited)
  const [ann, bob] = ['192.0.2.1', '192.0.2.2'].map(network =>
    visit(network, { connect: connectAt(guestName(network)) }),
  )
  for (let at = 0; at < 5; at++) ann!.send(`flood ${at}`, '')
  await world.until('all is used up', () => ann!.messages.some(({ delivery }) => delivery === 'delivered'))
  bob!.send('of another address', '')
  await world.clock.advance(5000)
  expect(bob!.messages.find(({ isOwn }) => isOwn)!.delivery).toBe('waiting')
  // Guests have half of the connections.
  const cat = visit('192.0.2.3', { connect: connectAt(guestName('192.0.2.3')) })
  const member = visit('', { connect: connectAt('did:key:member') })
  await world.until('the member is there', () => member.state === 'open')
  expect(cat.state).not.toBe('open')
  member.send('from a member', '')
  await world.until('the member writes', () =>
    member.messages.some(each => each.isOwn && each.delivery === 'delivered'),
  )
})

test('all guests of one address share its limits, those of others write on', async () => {
  const [ann, bob, cat] = [visit(), visit(), visit('192.0.2.2')]
  for (let at = 0; at < 30; at++) ann.send(`flood ${at}`, '')
  await world.until('sent', () => ann.messages.every(({ delivery }) => delivery === 'delivered'))
  bob.send('too much', '')
  cat.send('not I', '')
  await world.until('another address', () =>
    cat.messages.some(each => each.isOwn && each.delivery === 'delivered'),
  )
  expect(bob.messages.find(({ isOwn }) => isOwn)!.delivery).toBe('waiting')
  // It is sent when the rate allows it.
  await world.until(
    'the first address',
    () => bob.messages.find(({ isOwn }) => isOwn)!.delivery === 'delivered',
  )
})

/** A member of the hub, who has the link as well. */
async function member() {
  const share = new ShareRoom(secret)
  const id = roomId(share.name)
  const did = KeyPair.generate().did
  const client = new RoomsClient({
    connect: world.connect({ did, sessionId: '1', device: null }),
    ...{ clock: world.clock, random: world.random },
  })
  visits.push(client)
  await world.until('connected', () => client.isConnected)
  const tokenFor = (right: 'read' | 'post') => roomToken(share.accessSecret, client.hub!, id, right)
  const access = accessOf({ read: tokenFor('read'), post: tokenFor('post') })
  await world.until(
    'created',
    settled(client.request('create', { ...share.name, access, after: null, home: null })),
  )
  const log = client.follow({ room: id, token: tokenFor('post') }, { entries() {} })
  const visitor = newVisitor()
  const bytes = (text: string, clientId: Uint8Array) =>
    share.write(
      { room: id, clientId },
      { parents: [], logHead: null, sentMs: world.clock.unixMs(), kind: 'text', content: encodeText(text) },
      { ...visitor, randomBytes: length => world.random.bytes(length) },
    )
  return { log, room: { bytes } }
}

/** Returns whether a promise has settled. */
function settled(promise: Promise<unknown>): () => boolean {
  let isSettled = false
  promise.finally(() => {
    isSettled = true
  })
  return () => isSettled
}

function encodeText(text: string): Uint8Array {
  return encodeContent({ kind: 'text', text, replyTo: null, mentions: [], files: [] })
}
