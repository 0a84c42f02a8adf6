import { concat, equalBytes, hex, readU16, readU32, utf8, writeU32 } from '../../../base/bytes.ts'
import { type Clock, systemClock } from '../../../base/clock.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../../../transport/datagram.ts'
import type { PeerAddress } from '../../../transport/transport.ts'
import { encodeCompactPeers } from '../../../wire/compact-peers.ts'

/** A request from a client. */
export interface SeenRequest {
  readonly action: number
  readonly bytes: Uint8Array
  readonly host: string
  readonly atMs: number
}

/** A small UDP tracker (BEP 15) for tests, over any kind of datagram socket. */
export class UdpTrackerServer {
  readonly seen: SeenRequest[] = []
  intervalSeconds = 1800
  /** May return the bytes of the response, or null for no response. */
  instead: ((request: SeenRequest, transaction: Uint8Array) => Uint8Array | null | undefined) | undefined
  /** Changing its bytes makes the IDs of clients invalid, as a restart does. */
  readonly connectionId = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  readonly #torrents = new Map<string, Map<string, PeerAddress & { left: number }>>()
  readonly #socket: DatagramSocket
  readonly #clock: Clock

  private constructor(socket: DatagramSocket, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
    socket.onMessage = (bytes, host, port) => this.#receive(bytes, host, port)
  }

  static async open(
    openDatagram: OpenDatagram,
    options: { family?: IpFamily; host?: string; port?: number; clock?: Clock } = {},
  ): Promise<UdpTrackerServer> {
    const { family = 4, port = 0, host, clock = systemClock } = options
    return new UdpTrackerServer(await openDatagram({ family, port, ...(host && { host }) }), clock)
  }

  get port(): number {
    return this.#socket.port
  }

  actions(): number[] {
    return this.seen.map(request => request.action)
  }

  close(): Promise<void> {
    return this.#socket.close()
  }

  #receive(bytes: Uint8Array, host: string, port: number): void {
    const request = { action: readU32(bytes, 8), bytes, host, atMs: this.#clock.nowMs() }
    this.seen.push(request)
    const transaction = bytes.slice(12, 16)
    const other = this.instead?.(request, transaction)
    if (other === null) return
    const answer = other ?? this.#answer(request, transaction, host)
    this.#socket.send(answer, host, port)
  }

  #answer(request: SeenRequest, transaction: Uint8Array, host: string): Uint8Array {
    const { action, bytes } = request
    if (action === 0) return concat([u32(0), transaction, this.connectionId])
    if (!equalBytes(bytes.slice(0, 8), this.connectionId)) return udpError(transaction, 'bad connection id')
    return action === 1 ? this.#announce(bytes, transaction, host) : this.#scrape(bytes, transaction)
  }

  #announce(bytes: Uint8Array, transaction: Uint8Array, host: string): Uint8Array {
    const key = hex(bytes.slice(16, 36))
    const torrent = this.#torrents.get(key) ?? new Map()
    this.#torrents.set(key, torrent)
    const peer = { host, port: readU16(bytes, 96), left: readU32(bytes, 68) }
    if (readU32(bytes, 80) === 3) torrent.delete(`${host} ${peer.port}`)
    else torrent.set(`${host} ${peer.port}`, peer)
    const peers = [...torrent.values()]
    const seeds = peers.filter(({ left }) => left === 0).length
    const counts = [u32(this.intervalSeconds), u32(peers.length - seeds), u32(seeds)]
    return concat([u32(1), transaction, ...counts, encodeCompactPeers(peers, this.#socket.family)])
  }

  #scrape(bytes: Uint8Array, transaction: Uint8Array): Uint8Array {
    const entries: Uint8Array[] = []
    for (let at = 16; at + 20 <= bytes.length; at += 20) {
      const peers = [...(this.#torrents.get(hex(bytes.slice(at, at + 20)))?.values() ?? [])]
      const seeds = peers.filter(({ left }) => left === 0).length
      entries.push(u32(seeds), u32(7), u32(peers.length - seeds))
    }
    return concat([u32(2), transaction, ...entries])
  }
}

export function udpError(transaction: Uint8Array, message: string): Uint8Array {
  return concat([u32(3), transaction, utf8(message)])
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  writeU32(bytes, 0, value)
  return bytes
}
