/**
 * Process of a stranger on another machine, controlled through its standard streams: attacks on a
 * node that need no permission.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import {
  INDEX_PROTOCOL,
  keywordKey,
  MAX_ENTRY_LIFE_SECONDS,
  type SignedEntry,
  signEntry,
} from '../../packages/network/src/index.ts'
import {
  encodeRequest,
  MAX_ENTRIES,
  MAX_FOUND,
  MAX_KEYS_READ,
  MAX_QUERY_WORDS,
  MAX_REFERENCES_READ,
} from '../../packages/network/src/indexing/messages.ts'
import { answerJsonLines } from './json-lines.ts'

const STREAMS = 16
/** RFC 8410: an Ed25519 key in PKCS #8, up to its seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const silent = new Set<Socket>()
let isHolding = false

function open(host: string, port: number): void {
  const socket = connect(port, host).on('error', () => {})
  silent.add(socket)
  socket.on('close', () => {
    silent.delete(socket)
    if (isHolding) setTimeout(open, 20, host, port)
  })
}

function identity() {
  return createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
  })
}

type Host = Awaited<ReturnType<typeof identity>>

export type FloodKind = 'offer' | 'announce' | 'store' | 'wrong signatures' | 'get' | 'find'

/**
 * Long entries, the same in each process, which share one word and have one unique word each, and
 * the same with wrong signatures.
 */
const entries: { readonly valid: readonly SignedEntry[]; readonly wrong: readonly Uint8Array[] } =
  makeEntries()

function makeEntries() {
  const seed = Buffer.alloc(32, 7)
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  const signer = { publicKey: Uint8Array.from(publicKey), sign: (text: Uint8Array) => sign(null, text, key) }
  const published = Math.floor(Date.now() / 1000)
  const file = { path: 'x'.repeat(150), bytes: 1 }
  const valid = Array.from({ length: 10 * MAX_ENTRIES }, (_, at) =>
    signEntry(
      {
        ...{
          infoHashV1: null,
          infoHashV2: Uint8Array.of(at >> 8, at, ...new Uint8Array(30)),
          sequence: 1,
          published,
        },
        ...{ expires: published + MAX_ENTRY_LIFE_SECONDS, title: `flood f${at}`, bytes: 1, fileCount: 3 },
        ...{ files: [file, file, file], tags: [], license: null, language: null, thumbnail: null },
      },
      signer,
    ),
  )
  const wrong = valid.map(({ bytes }) => {
    const copy = bytes.slice()
    copy[copy.length - 1]! ^= 1
    return copy
  })
  return { valid, wrong }
}

/** The largest permitted request. */
function request(kind: FloodKind, at: number): Uint8Array {
  const bytes = (length: number, item: number) => {
    const view = Buffer.alloc(length, item)
    view.writeUInt32BE(at * MAX_KEYS_READ + item)
    return Uint8Array.from(view)
  }
  const first = (at * MAX_ENTRIES) % entries.valid.length
  const some = <T>(of: readonly T[]) => of.slice(first, first + MAX_ENTRIES)
  switch (kind) {
    case 'offer': {
      const references = Array.from({ length: MAX_REFERENCES_READ }, (_, item) => ({
        ...{ id: bytes(16, item), sequence: 1 },
      }))
      return encodeRequest({ type: 'offer', references })
    }
    case 'announce': {
      const keys = Array.from({ length: MAX_KEYS_READ }, (_, item) =>
        Uint8Array.of(0x12, 0x20, ...bytes(32, item)),
      )
      const addresses = [multiaddr('/ip4/9.9.9.9/tcp/9').bytes]
      return encodeRequest({ type: 'announce', keys, sequence: 1, addresses })
    }
    case 'store':
      return encodeRequest({ type: 'store', entries: some(entries.valid).map(entry => entry.bytes) })
    case 'wrong signatures':
      return encodeRequest({ type: 'store', entries: some(entries.wrong) })
    case 'get':
      return encodeRequest({
        type: 'get',
        references: some(entries.valid).map(({ id }) => ({ id, sequence: 1 })),
      })
    case 'find': {
      const without = Array.from({ length: MAX_QUERY_WORDS }, (_, item) => bytes(8, item))
      const key = keywordKey('flood')
      return encodeRequest({ type: 'find', key, words: [], without, filters: {}, limit: MAX_FOUND })
    }
  }
}

const MAX_ATTEMPTS = 50

/**
 * Connects, and retries until the node responds: a busy one may close the first streams before it
 * accepts one.
 */
async function answering(host: Host, address: string, first: Uint8Array) {
  for (let attempt = 1; ; attempt++) {
    // Returns the existing connection.
    const connection = await host.dial(multiaddr(address))
    try {
      const messages = lpStream(await connection.newStream(INDEX_PROTOCOL))
      await messages.write(first)
      await messages.read()
      return connection
    } catch (error) {
      // The node has closed the stream, or the connection.
      if (attempt === MAX_ATTEMPTS) throw error
    }
  }
}

answerJsonLines({
  /** Keeps `count` silent connections open, and reopens each when it is closed. */
  async holdSilent({ host, port, count }: { host: string; port: number; count: number }) {
    isHolding = true
    for (let at = 0; at < count; at++) open(host, port)
  },
  async letGo() {
    isHolding = false
    for (const socket of silent) socket.destroy()
  },
  /** Dials as a new identity, and hangs up. Rejects if it does not get through. */
  async dial({ address }: { address: string }) {
    const host = await identity()
    try {
      await host.dial(multiaddr(address))
    } finally {
      await host.stop()
    }
  },
  /**
   * Sends `count` requests as one identity, over many streams at once, once the node has answered a
   * first one, which does not count. Resolves to the number of answers.
   */
  async flood({ address, kind, count }: { address: string; kind: FloodKind; count: number }) {
    const host = await identity()
    const connection = await answering(host, address, request(kind, 0))
    let [next, answered] = [0, 0]
    const send = async () => {
      while (next < count && connection.status === 'open') {
        try {
          const stream = await connection.newStream(INDEX_PROTOCOL)
          const messages = lpStream(stream)
          while (next < count) {
            await messages.write(request(kind, next++))
            await messages.read()
            answered++
          }
        } catch {
          // The node has closed the stream: opens another one, with another request.
          next++
        }
      }
    }
    await Promise.all(Array.from({ length: STREAMS }, send))
    await host.stop()
    return answered
  },
})
