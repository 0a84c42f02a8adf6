/** Room logs over real connections to a hub. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ShareRoom } from '@shoal/chat/share-rooms'
import { connectHub } from '@shoal/hub-api/client'
import {
  accessOf,
  type ClientListener,
  connectRooms,
  type LogEntry,
  ROOMS_PATH,
  type RoomRight,
  type RoomsClient,
  roomId,
  roomToken,
  socketConnect,
} from '@shoal/hub-api/rooms'
import { encodePacket } from '@shoal/hub-api/rooms/parser'
import { openFileStores } from '@shoal/hub-stores/testing'
import { KeyPair } from '@shoal/identity'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Hub, startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'

let data: string
let hub: Hub
let url: string
const clients: RoomsClient[] = []

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-rooms-'))
  hub = await startHub({ port: 0, noUdp: true, data }, NO_LOG)
  url = `http://127.0.0.1:${hub.port}`
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})
afterAll(async () => {
  await hub.close()
  await rm(data, { recursive: true })
})

interface Person {
  readonly did: string
  readonly session: string
}

async function register(): Promise<Person> {
  const { did } = KeyPair.generate()
  await using stores = await openFileStores(join(data, 'hub.db'))
  await stores.accounts.create({ did, role: 'member' })
  return { did, session: (await stores.sessions.begin(did, { label: 'test', lifeMs: 3_600_000 })).secret }
}

async function connect({ session }: Person, listener: ClientListener = {}): Promise<RoomsClient> {
  const client = connectRooms({ url, session }, listener)
  clients.push(client)
  await vi.waitFor(() => expect(client.isConnected).toBe(true))
  return client
}

test('an upgrade at a path that has no WebSockets is closed', async () => {
  const socket = connectSocket(hub.port, '127.0.0.1').resume()
  const headers = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', '', '']
  socket.write(['GET /nothing HTTP/1.1', ...headers].join('\r\n'))
  await once(socket, 'close')
})

const openAccess = { manage: null, read: null, post: null }
const bytes = (text: string) => new TextEncoder().encode(text)
const salt = () => crypto.getRandomValues(new Uint8Array(32))

async function create(client: RoomsClient, { did }: Person): Promise<Uint8Array> {
  const named = { creator: did, salt: salt(), kind: 'group' }
  return (await client.request('create', { ...named, access: openAccess, after: null, home: null })).room
}

test('entries reach all members, also those who come later', async () => {
  const [ann, bob] = [await register(), await register()]
  const [a, b] = [await connect(ann), await connect(bob)]
  const room = await create(a, ann)
  const seen: LogEntry[] = []
  const log = a.follow({ room }, { entries() {} })
  b.follow({ room }, { entries: entries => void seen.push(...entries) })
  const large = new Uint8Array(65_536).fill(7)
  const posted = await Promise.all([bytes('one'), large, bytes('three')].map(each => log.append(each)))
  expect(posted.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  await vi.waitFor(() => expect(seen).toHaveLength(3))
  expect(seen.map(entry => entry.bytes.length)).toEqual([3, 65_536, 5])
  expect(seen.map(({ hash }) => [...hash])).toEqual(posted.map(({ hash }) => [...hash]))
  const late: LogEntry[] = []
  const c = await connect(bob)
  const again = c.follow({ room }, { entries: entries => void late.push(...entries) })
  await vi.waitFor(() => expect(again.isCaughtUp && late.length).toBe(3))
})

test('a room that is not there is refused, and the hub continues', async () => {
  const ann = await register()
  const client = await connect(ann)
  const problems: string[] = []
  client.follow({ room: salt() }, { entries() {}, problem: ({ code }) => void problems.push(code) })
  await vi.waitFor(() => expect(problems).toEqual(['not-found']))
  const log = client.follow({ room: await create(client, ann) }, { entries() {} })
  expect(await log.append(bytes('still here'))).toMatchObject({ sequence: 1 })
})

test('volatile messages are passed on', async () => {
  const ann = await register()
  const [a, b] = [await connect(ann), await connect(ann)]
  const room = await create(a, ann)
  const heard: string[] = []
  const log = a.follow({ room }, { entries() {} })
  const other = b.follow(
    { room },
    { entries() {}, volatile: some => void heard.push(Buffer.from(some).toString()) },
  )
  await vi.waitFor(() => expect([log.right, other.right]).toEqual(['post', 'post']))
  log.sendVolatile(bytes('typing'))
  await vi.waitFor(() => expect(heard).toEqual(['typing']))
})

test('somebody without an account enters the room of a share by its link, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-guests-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const open = await startHub({ port: 0, noUdp: true, data: folder, roomGuests: true }, NO_LOG)
  onTestFinished(() => open.close())
  const guest = async () => {
    const client = connectRooms({ url: `http://127.0.0.1:${open.port}`, isGuest: true })
    clients.push(client)
    await vi.waitFor(() => expect(client.isConnected).toBe(true))
    return client
  }
  const [ann, bob] = [await guest(), await guest()]
  const share = new ShareRoom(crypto.getRandomValues(new Uint8Array(32)))
  const room = roomId(share.name)
  const tokenFor = (right: RoomRight) => roomToken(share.accessSecret, ann.hub!, room, right)
  const access = accessOf({ read: tokenFor('read'), post: tokenFor('post') })
  await ann.request('create', { ...share.name, access, after: null, home: null })
  const log = ann.follow({ room, token: tokenFor('post') }, { entries() {} })
  const seen: string[] = []
  bob.follow(
    { room, token: tokenFor('post') },
    { entries: entries => void seen.push(...entries.map(each => Buffer.from(each.bytes).toString())) },
  )
  await log.append(bytes('hello'))
  await vi.waitFor(() => expect(seen).toEqual(['hello']))
  await expect(log.append(new Uint8Array(16_385))).rejects.toMatchObject({ code: 'bad-argument' })
  const group = { creator: KeyPair.generate().did, salt: salt(), kind: 'group' }
  const members = [
    ann.request('create', { ...group, access: openAccess, after: null, home: null }),
    ann.request('change', { room, access: openAccess, keepsReaders: true, slowMs: null, home: null }),
    ann.request('deliver', { deliveries: [{ device: salt(), clientId: new Uint8Array(16), bytes: salt() }] }),
    ann.taken(1),
  ]
  for (const each of members) await expect(each).rejects.toMatchObject({ code: 'forbidden' })
  // The room of a group that is open to all members.
  await using stores = await openFileStores(join(folder, 'hub.db'))
  await stores.rooms.create(group, { access: openAccess })
  const problems: string[] = []
  ann.follow({ room: roomId(group) }, { entries() {}, problem: ({ code }) => void problems.push(code) })
  await vi.waitFor(() => expect(problems).toEqual(['not-found']))
})

test('a hub that lets no guests in refuses them', async () => {
  const ended: string[] = []
  clients.push(connectRooms({ url, isGuest: true }, { ended: ({ code }) => void ended.push(code) }))
  await vi.waitFor(() => expect(ended).toEqual(['unauthorized']))
})

test('nobody connects without a session, nor with the cookie of somebody on a page of another site', async () => {
  const ended: string[] = []
  const stranger = connectRooms(
    { url, session: 'x'.repeat(43) },
    { ended: ({ code }) => void ended.push(code) },
  )
  clients.push(stranger)
  await vi.waitFor(() => expect(ended).toEqual(['unauthorized']))
  const { session } = await register()
  const welcome = async (origin: string) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${ROOMS_PATH}/?EIO=4&transport=websocket`, {
      headers: { cookie: `shoal_hub_session=${session}`, origin },
    })
    const answers: number[] = []
    socket.on('message', (message, isBinary) => {
      if (!isBinary) socket.send(encodePacket({ type: 0, nsp: '/' }))
      // An array of four, then the packet type: 0 is connected, 4 is an error.
      else answers.push((message as Buffer)[1]!)
    })
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    socket.terminate()
    return answers[0]
  }
  expect(await welcome('https://elsewhere.example')).toBe(4)
  expect(await welcome(url)).toBe(0)
})

test('a connection that breaks the protocol ends, and others stay', async () => {
  const ann = await register()
  const a = await connect(ann)
  const wrong = [
    Buffer.from('hello'),
    Buffer.alloc(2 << 20),
    encodePacket({ type: 2, nsp: '/', data: ['no-such-request', {}], id: 1 }),
    encodePacket({ type: 2, nsp: '/', data: ['append', {}] }),
    encodePacket({ type: 9, nsp: '/', data: [] }),
    Buffer.alloc(50_000, 0x81),
  ]
  for (const message of wrong) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${ROOMS_PATH}/?EIO=4&transport=websocket`)
    let isIn = false
    socket.on('error', () => {})
    socket.on('message', (_, isBinary) => {
      if (!isBinary) socket.send(encodePacket({ type: 0, nsp: '/', data: { session: ann.session } }))
      else if (!isIn) {
        isIn = true
        socket.send(message)
      }
    })
    await once(socket, 'close')
    expect(isIn).toBe(true)
  }
  const room = await create(a, ann)
  expect(await a.follow({ room }, { entries() {} }).append(bytes('still here'))).toMatchObject({
    sequence: 1,
  })
})

test('a connection ends with its session', async () => {
  const ann = await register()
  const ended = vi.fn()
  await connect(ann, { ended })
  await connectHub({ url, session: ann.session }).logout({})
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce())
})

test('a hub that drains tells its clients when to return, and then closes the connection', async () => {
  const { session } = await register()
  const process = await startHub({ port: 0, noUdp: true, data }, NO_LOG)
  try {
    const told: unknown[] = []
    const closed = Promise.withResolvers<boolean>()
    await socketConnect({ url: process.origin, session })(
      {
        received: (name, body) => void told.push([name, body]),
        closed: (_reason, isFinal) => closed.resolve(isFinal),
      },
      { signal: new AbortController().signal },
    )
    await process.drain(50)
    expect(await closed.promise).toBe(false)
    expect(told).toEqual([['stopping', { afterMs: expect.any(Number) }]])
  } finally {
    await process.close()
  }
})

test('polling is not there, and other upgrades go elsewhere', async () => {
  expect((await fetch(`${url}${ROOMS_PATH}/?EIO=4&transport=polling`)).status).toBe(404)
  const other = new WebSocket(`${url.replace('http', 'ws')}/nothing`)
  const [error] = await once(other, 'error')
  expect(String(error)).toContain('hang up')
  const tracker = new WebSocket(`${url.replace('http', 'ws')}/announce`)
  await once(tracker, 'open')
  tracker.terminate()
})

test('a client connects again if the transport ends before the hub has answered', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const open = { sid: 'a', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 }
  const again = new Promise<void>(resolve => {
    let connections = 0
    server.on('connection', socket => {
      if (++connections === 3) resolve()
      socket.send(`0${JSON.stringify(open)}`)
      // Its next message is the login.
      socket.once('message', () => socket.close())
    })
  })
  clients.push(connectRooms({ url: `http://127.0.0.1:${port}`, session: 'any' }))
  await again
  for (const client of clients.splice(0)) client.close()
  await new Promise(resolve => server.close(resolve))
})
