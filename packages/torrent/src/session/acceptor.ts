import { isLocalAddress } from '../base/local-address.ts'
import type { HandshakeTopic } from '../swarm/handshakes.ts'
import { acceptPeer, handshakeTopic } from '../swarm/handshakes.ts'
import type { Connection, Listener, Transport } from '../transport/transport.ts'
import type { EngineContext } from './engine-context.ts'
import { limited } from './limited.ts'
import type { Registry } from './registry.ts'
import type { Torrent } from './torrent/torrent.ts'

const DEFAULT_PORT = 6881
/** An incoming connection must have shaken hands by then; so many may be at it. */
const HANDSHAKE_LIMIT_MS = 15_000
const MAX_HANDSHAKES = 100

interface ListenPlace {
  /** 0 any free one, null none; undefined the usual one, or any when that is taken. */
  readonly port?: number | null | undefined
  readonly host?: string | undefined
}

/** Accepts connections for all torrents of a session: who shakes hands in time, for a torrent that is here, is handed to it. */
export class Acceptor {
  readonly #context: EngineContext
  readonly #registry: Registry
  readonly #signal: AbortSignal
  #listeners: Listener[] = []
  /** Connections that are shaking hands, oldest first, with the address they come from. */
  readonly #handshakes = new Map<Connection, string>()

  constructor(context: EngineContext, registry: Registry, signal: AbortSignal) {
    this.#context = context
    this.#registry = registry
    this.#signal = signal
  }

  /** 0 while nothing listens. */
  get port(): number {
    return this.#listeners[0]?.port ?? 0
  }

  /** Binds the port on every transport. Rejects when one that the user named is taken. */
  async listen(transports: readonly Transport[], place: ListenPlace): Promise<void> {
    this.#listeners = await this.#open(transports, place)
  }

  /** Binds another port, then lets go of the one before; connections stay. When it is taken, rejects, and all is as it was. */
  async rebind(transports: readonly Transport[], place: ListenPlace): Promise<void> {
    const before = this.#listeners
    this.#listeners = await this.#open(transports, place)
    await Promise.all(before.map(listener => listener.close()))
  }

  async #open(transports: readonly Transport[], { port, host }: ListenPlace): Promise<Listener[]> {
    const opened: Listener[] = []
    if (port === null) return opened
    for (const transport of transports) {
      const listen = (at: number) =>
        transport.listen({ port: at, ...(host === undefined ? {} : { host }) }, connection =>
          this.accept(connection),
        )
      const listener = await listen(port ?? DEFAULT_PORT).catch(error => {
        // The usual port may be another client's; one that the user named must be had.
        if (port === undefined) return listen(0)
        for (const other of opened) void other.close()
        throw error
      })
      opened.push(listener)
    }
    return opened
  }

  async close(): Promise<void> {
    const listeners = this.#listeners
    this.#listeners = []
    await Promise.all(listeners.map(listener => listener.close()))
  }

  /** The torrent that a handshake names by the hash, and how it is named then. */
  find(infoHash: Uint8Array): { topic: HandshakeTopic; torrent: Torrent } | null {
    return this.#lookup.find(infoHash)
  }

  /** Takes a connection that another opened. */
  accept(connection: Connection): void {
    const { clock, random, encryption, peerId, dhtPort, hasRoom } = this.#context
    if (!hasRoom || this.#signal.aborted) return connection.close()
    if (this.#handshakes.size >= MAX_HANDSHAKES) this.#makeRoom()
    this.#handshakes.set(connection, connection.remote.host)
    const limit = limited(clock, HANDSHAKE_LIMIT_MS, this.#signal)
    acceptPeer(connection, this.#lookup, {
      policy: encryption,
      random,
      peerId,
      dht: dhtPort > 0,
      signal: limit.signal,
    })
      .then(
        ({ ready, torrent }) => {
          this.#context.isReachable ||= !isLocalAddress(ready.connection.remote.host)
          torrent.phases.network.accept(ready)
        },
        () => connection.close(),
      )
      .finally(() => {
        this.#handshakes.delete(connection)
        limit.end()
      })
  }

  /** Ends the handshake that has taken longest of the address that has most of them: who floods us is in their own way first. */
  #makeRoom(): void {
    const counts = new Map<string, number>()
    for (const host of this.#handshakes.values()) counts.set(host, (counts.get(host) ?? 0) + 1)
    const most = Math.max(...counts.values())
    for (const [connection, host] of this.#handshakes) {
      if (counts.get(host) !== most) continue
      this.#handshakes.delete(connection)
      return connection.close()
    }
  }

  readonly #lookup = {
    find: (infoHash: Uint8Array): { topic: HandshakeTopic; torrent: Torrent } | null => {
      const torrent = this.#registry.find(infoHash)
      if (!torrent) return null
      const topic = handshakeTopic(torrent.infoHashes)
      const { v1, v2 } = torrent.infoHashes
      const isV2 = v1 === undefined || infoHash.some((byte, i) => byte !== v1[i])
      return { topic: isV2 ? { infoHash: v2!.subarray(0, 20), v2: true } : topic, torrent }
    },
    findObfuscated: (digest: Uint8Array) => this.#registry.findObfuscated(digest),
  }
}
