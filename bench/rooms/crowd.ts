/**
 * Members that only count what they receive: raw connections of one process. Calls arrive as lines
 * of JSON (interop/support/json-lines.ts).
 */

import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { decodePacket, EVENT, encodePacket } from '../../packages/hub-api/src/rooms/cbor-parser.ts'
import { Wire } from './wire.ts'

/** Socket.IO protocol 5. */
const [CONNECT, ACK] = [0, 3] as const
const PATH = '/?EIO=4&transport=websocket'
/** Number of connections opened at once: more would queue at the listening socket. */
const AT_ONCE = 64
/** A push starts with its signed head, so this many bytes distinguish pushes. */
const PREFIX = 300

export interface CrowdMember {
  readonly session: string
  /** In hex. */
  readonly room: string
  /** The secret for reading it, in hex. None: readable for every member of the hub. */
  readonly token?: string
}

export interface Counts {
  /** Total entries of all connections. */
  readonly entries: number
  readonly pushes: number
  /** Entries that a connection did not receive in order, and connections that ended. */
  readonly faults: number
}

interface Pushed {
  readonly after: number
  readonly count: number
}

const wires: Wire[] = []
let [entries, pushes, faults] = [0, 0, 0]
/** All members of a room receive the same bytes: each push is decoded once. */
const decoded = new Map<string, Pushed | null>()

answerJsonLines({
  async connect({ port, members }: { port: number; members: readonly CrowdMember[] }) {
    await inTurns(members, member => joinHub(port, member))
    return wires.length
  },
  async connectBare({ port, rooms }: { port: number; rooms: readonly string[] }) {
    await inTurns(rooms, room => joinBare(port, room))
    return wires.length
  },
  counts(): Counts {
    return { entries, pushes, faults }
  },
})

async function inTurns<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < items.length) await run(items[next++]!)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** A hub member that follows one room. */
async function joinHub(port: number, { session, room, token }: CrowdMember): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let [isIn, last] = [false, 0]
  const wire = await Wire.open(port, `/rooms/socket${PATH}`, {
    text(text, to) {
      if (text[0] === '0') to.send(encodePacket({ type: CONNECT, nsp: '/', data: { session } }))
      else if (text === '2') to.send('3')
    },
    binary(bytes, to) {
      if (isIn) return take(bytes)
      const packet = decodePacket(bytes)
      if (packet.type === CONNECT) {
        const secret = token === undefined ? null : Buffer.from(token, 'hex')
        const rooms = [{ room: Buffer.from(room, 'hex'), token: secret }]
        to.send(encodePacket({ type: EVENT, nsp: '/', data: ['hello', { version: 1, rooms }], id: 0 }))
      } else if (packet.type === ACK) {
        const [{ ok }] = packet.data as [{ ok?: { rooms: readonly { last?: number }[] } }]
        const followed = ok?.rooms[0]?.last
        if (followed === undefined) return reject(new Error(JSON.stringify(packet.data)))
        last = followed
        isIn = true
        resolve()
      } else reject(new Error(JSON.stringify(packet)))
    },
    closed() {
      faults++
      reject(new Error('The hub closed the connection'))
    },
  })
  wires.push(wire)
  const take = (bytes: Buffer) => {
    const pushed = readPush(bytes)
    if (!pushed) return
    if (pushed.after !== last) faults++
    last = pushed.after + pushed.count
    entries += pushed.count
    pushes++
  }
  return promise
}

/** Returns null for anything but `entries`. */
function readPush(bytes: Buffer): Pushed | null {
  const key = bytes.toString('latin1', 0, PREFIX)
  const known = decoded.get(key)
  if (known !== undefined) return known
  const { type, data } = decodePacket(bytes)
  const [name, body] = (type === EVENT ? data : []) as [string?, { after: number; entries: unknown[] }?]
  const pushed = name === 'entries' ? { after: body!.after, count: body!.entries.length } : null
  if (decoded.size > 10_000) decoded.clear()
  decoded.set(key, pushed)
  return pushed
}

/**
 * A client of `rivals/socket-io.ts`, with Socket.IO's own parser: each entry is a text message and
 * a binary message.
 */
async function joinBare(port: number, room: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const wire = await Wire.open(port, `/socket.io${PATH}`, {
    text(text, to) {
      if (text[0] === '0') to.send('40')
      else if (text === '2') to.send('3')
      else if (text.startsWith('40')) to.send(`420["join","${room}"]`)
      else if (text.startsWith('430')) resolve()
    },
    binary() {
      entries++
      pushes++
    },
    closed() {
      faults++
      reject(new Error('The server closed the connection'))
    },
  })
  wires.push(wire)
  return promise
}
