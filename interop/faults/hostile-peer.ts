/**
 * Peers that violate the protocol: raw sockets from different addresses (on Linux, all of
 * 127.0.0.0/8 is this machine).
 */
import { connect, type Socket } from 'node:net'
import { encode } from '../../packages/torrent/src/bencode/bencode.ts'
import { encodeHandshake } from '../../packages/torrent/src/wire/handshake.ts'
import { MessageParser } from '../../packages/torrent/src/wire/message-parser.ts'
import { MessageWriter } from '../../packages/torrent/src/wire/message-writer.ts'
import type { MessageHandler } from '../../packages/torrent/src/wire/messages.ts'

export interface HostileOptions {
  /** Port of the victim, on 127.0.0.1. */
  readonly port: number
  /** Address of the peer. */
  readonly from: string
  readonly infoHash: Uint8Array
  /** Supports the fast extension (BEP 6). Default true. */
  readonly fast?: boolean
  /** Reactions to messages. */
  readonly on?: Partial<MessageHandler>
}

let count = 0

/** Opens a raw connection. */
export async function rawConnection(port: number, from: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from })
  // Disconnections are expected.
  socket.on('error', () => {})
  // The end of the connection is noticed only while reading.
  socket.resume()
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('close', () => reject(new Error('refused')))
  })
  return socket
}

/** A peer after its handshake, controlled by the test. */
export class HostilePeer {
  readonly socket: Socket
  /** Number of received requests. */
  requests = 0
  readonly out = new MessageWriter()
  closed = false

  private constructor(socket: Socket, received: Uint8Array, on: Partial<MessageHandler>) {
    this.socket = socket
    const handler = new Proxy({} as MessageHandler, {
      get:
        (_, name: keyof MessageHandler) =>
        (...args: never[]) => {
          if (name === 'onRequest') this.requests++
          const listener = on[name] as ((...args: never[]) => void) | undefined
          listener?.(...args)
          this.flush()
        },
    })
    const parser = new MessageParser(handler)
    socket.on('data', bytes => parser.push(bytes as Buffer))
    socket.on('close', () => {
      this.closed = true
    })
    if (received.length > 0) parser.push(received)
  }

  /** Connects and exchanges handshakes. Rejects if the victim closes the connection instead. */
  static async connect({ port, from, infoHash, fast = true, on = {} }: HostileOptions): Promise<HostilePeer> {
    const socket = await rawConnection(port, from)
    const peerId = Buffer.from(`-XX0001-${String(count++).padStart(12, '0')}`)
    socket.write(encodeHandshake({ infoHash, peerId, features: { extended: true, fast } }))
    const answer = await new Promise<Buffer>((resolve, reject) => {
      let all = Buffer.alloc(0)
      const read = (bytes: Buffer) => {
        all = Buffer.concat([all, bytes])
        if (all.length < 68) return
        socket.off('data', read)
        resolve(all)
      }
      socket.on('data', read)
      socket.once('close', () => reject(new Error('the victim closed the connection')))
    })
    return new HostilePeer(socket, answer.subarray(68), on)
  }

  /** Sends the bytes written to `out`. */
  flush(): void {
    const bytes = this.out.take()
    if (bytes && !this.socket.destroyed) this.socket.write(bytes)
  }

  /** Claims to have everything and unchokes the victim. */
  offerAll(): this {
    this.out.haveAll()
    this.out.unchoke()
    this.flush()
    return this
  }

  /** Sends a block of the given bytes. */
  sendBlock(piece: number, begin: number, bytes: Uint8Array): void {
    this.out.blockHeader(piece, begin, bytes.length)
    this.flush()
    this.socket.write(bytes)
  }

  /** Sends an extended handshake (BEP 10) with the given fields, which need not be true. */
  sendExtended(fields: Parameters<typeof encode>[0]): void {
    this.out.extended(0, encode(fields))
    this.flush()
  }

  /**
   * Repeats a message as fast as possible until it was sent `times` times or the victim closes the
   * connection.
   */
  async flood(message: Uint8Array, times: number): Promise<void> {
    const many = Buffer.concat(Array.from({ length: 1000 }, () => message))
    for (let sent = 0; sent < times && !this.closed; sent += 1000) {
      if (this.socket.write(many)) await new Promise(resolve => setImmediate(resolve))
      else
        await new Promise<void>(resolve => {
          const proceed = () => {
            this.socket.off('drain', proceed)
            this.socket.off('close', proceed)
            clearTimeout(timer)
            resolve()
          }
          // The flood has also ended if the victim stops reading.
          const timer = setTimeout(proceed, 500)
          this.socket.on('drain', proceed)
          this.socket.on('close', proceed)
        })
    }
  }

  close(): void {
    this.socket.destroy()
  }
}
