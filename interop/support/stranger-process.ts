/** The process of a stranger on another machine, controlled through its standard streams: what it can do to a node without any right. */
import { connect, type Socket } from 'node:net'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { INDEX_PROTOCOL } from '../../packages/network/src/index.ts'
import { encodeRequest, MAX_KEYS, MAX_REFERENCES } from '../../packages/network/src/indexing/messages.ts'
import { answerJsonLines } from './json-lines.ts'

const STREAMS = 16

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

/** A request with as much in it as one may have. */
function request(type: 'announce' | 'offer', at: number): Uint8Array {
  const bytes = (length: number, item: number) => {
    const view = Buffer.alloc(length, item)
    view.writeUInt32BE(at * MAX_KEYS + item)
    return Uint8Array.from(view)
  }
  if (type === 'offer') {
    const references = Array.from({ length: MAX_REFERENCES }, (_, item) => ({
      id: bytes(16, item),
      sequence: 1,
    }))
    return encodeRequest({ type, references })
  }
  const keys = Array.from({ length: MAX_KEYS }, (_, item) => Uint8Array.of(0x12, 0x20, ...bytes(32, item)))
  return encodeRequest({ type, keys, sequence: 1, addresses: [multiaddr('/ip4/9.9.9.9/tcp/9').bytes] })
}

answerJsonLines({
  /** Keeps so many connections open that send nothing, and opens each again when it is closed. */
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
  /** Sends so many requests as one identity, over many streams at once. Resolves to how many were answered. */
  async flood({ address, type, count }: { address: string; type: 'announce' | 'offer'; count: number }) {
    const host = await identity()
    const connection = await host.dial(multiaddr(address))
    let [next, answered] = [0, 0]
    const send = async () => {
      while (next < count && connection.status === 'open') {
        try {
          const stream = await connection.newStream(INDEX_PROTOCOL)
          const messages = lpStream(stream)
          while (next < count) {
            await messages.write(request(type, next++))
            await messages.read()
            answered++
          }
        } catch {
          // The node has ended the stream: another one, with another request.
          next++
        }
      }
    }
    await Promise.all(Array.from({ length: STREAMS }, send))
    await host.stop()
    return answered
  },
})
