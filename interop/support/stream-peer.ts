/** A BitTorrent peer (BEP 3) over libp2p streams, built from libp2p's public packages only. */
import type { Multiaddr } from '@multiformats/multiaddr'
import { plainHost } from './libp2p-hosts.ts'

const PROTOCOL = '/shoal/bittorrent/1'
/** Piece length of the torrents that it supports. */
export const STREAM_PIECE_BYTES = 64 * 1024
const BLOCK_BYTES = 16 * 1024
const PIPELINE_BYTES = 32 * BLOCK_BYTES
const UNCHOKE = 1
const INTERESTED = 2
const BITFIELD = 5
const REQUEST = 6
const PIECE = 7

export async function startStreamPeer() {
  const host = await plainHost()
  return {
    host,

    /** Serves peers that open a stream. */
    seed: (infoHash: Uint8Array, content: Buffer) =>
      host.handle(PROTOCOL, async stream => {
        const reader = new Reader(stream)
        await reader.take(68)
        stream.send(handshake(infoHash))
        const pieces = Math.ceil(content.length / STREAM_PIECE_BYTES)
        const bits = Buffer.alloc(Math.ceil(pieces / 8))
        for (let i = 0; i < pieces; i++) bits[i >> 3]! |= 0x80 >> (i & 7)
        stream.send(message(BITFIELD, bits))
        for await (const { id, body } of reader.messages()) {
          if (id === INTERESTED) stream.send(message(UNCHOKE))
          if (id !== REQUEST) continue
          const begin = body.readUInt32BE(0) * STREAM_PIECE_BYTES + body.readUInt32BE(4)
          const block = content.subarray(begin, begin + body.readUInt32BE(8))
          if (!stream.send(message(PIECE, body.subarray(0, 8), block))) await stream.onDrain()
        }
      }),

    /** Downloads everything, in order, from the peer at these addresses. */
    async download(addresses: Multiaddr[], infoHash: Uint8Array, lengthBytes: number): Promise<Buffer> {
      const stream = await host.dialProtocol(addresses, PROTOCOL)
      const reader = new Reader(stream)
      stream.send(handshake(infoHash))
      const answer = await reader.take(68)
      if (!answer.subarray(28, 48).equals(infoHash)) throw new Error('the answer is for another torrent')
      stream.send(message(INTERESTED))
      const result = Buffer.alloc(lengthBytes)
      let [requested, received] = [0, 0]
      for await (const { id, body } of reader.messages()) {
        if (id === PIECE) {
          body.copy(result, body.readUInt32BE(0) * STREAM_PIECE_BYTES + body.readUInt32BE(4), 8)
          received += body.length - 8
        } else if (id !== UNCHOKE) continue
        if (received === lengthBytes) break
        for (; requested < lengthBytes && requested - received < PIPELINE_BYTES; requested += BLOCK_BYTES)
          stream.send(request(requested, Math.min(BLOCK_BYTES, lengthBytes - requested)))
      }
      await stream.close()
      return result
    },

    [Symbol.asyncDispose]: async () => {
      await host.stop()
    },
  }
}

/** Reads a stream, in requested amounts. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array | { subarray(): Uint8Array }>
  #bytes = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Uint8Array | { subarray(): Uint8Array }>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      const { value, done } = await this.#chunks.next()
      if (done) throw new Error('the stream has ended')
      this.#bytes = Buffer.concat([this.#bytes, value.subarray()])
    }
    const taken = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return taken
  }

  async *messages(): AsyncGenerator<{ id: number; body: Buffer }> {
    for (;;) {
      const head = await this.take(4).catch(() => null)
      if (!head) return
      const length = head.readUInt32BE()
      if (length === 0) continue
      const bytes = await this.take(length)
      yield { id: bytes[0]!, body: bytes.subarray(1) }
    }
  }
}

function handshake(infoHash: Uint8Array): Buffer {
  const name = Buffer.from('\x13BitTorrent protocol')
  return Buffer.concat([name, Buffer.alloc(8), infoHash, Buffer.from('-XX0001-'.padEnd(20, '0'))])
}

function message(id: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.of(id), ...parts])
  return Buffer.concat([uint32(body.length), body])
}

function request(at: number, length: number): Buffer {
  const [piece, begin] = [Math.floor(at / STREAM_PIECE_BYTES), at % STREAM_PIECE_BYTES]
  return message(REQUEST, uint32(piece), uint32(begin), uint32(length))
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
