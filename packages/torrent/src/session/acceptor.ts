import { limited } from '../base/limited.ts'
import type { HandshakeTopic } from '../swarm/handshake/handshakes.ts'
import { acceptPeer, handshakeTopic } from '../swarm/handshake/handshakes.ts'
import type { Connection, Listener, Transport } from '../transport/transport.ts'
import type { EngineContext } from './engine-context.ts'
import type { Registry } from './registry.ts'
import type { Torrent } from './torrent/torrent.ts'

const DEFAULT_PORT = 6881
/** Time limit for the handshakes of an incoming connection, and maximum number in progress. */
const HANDSHAKE_LIMIT_MS = 15_000
const MAX_HANDSHAKES = 100

interface ListenPlace {
  /**
   * 0: any free port. Null: do not listen. Undefined: DEFAULT_PORT, or any free port if that is
   * taken.
   */
  readonly port?: number | null | undefined
  readonly host?: string | undefined
}

/**
 * Accepts connections for all torrents of a session, and passes on those that name one of them in
 * time.
 */
export class Acceptor {
  readonly #context: EngineContext
  readonly #registry: Registry
  readonly #signal: AbortSignal
  #place: ListenPlace = { port: null }
  #listeners = new Map<Transport, Listener>()
  /** Connections in the handshake, oldest first, with the address they come from. */
  readonly #handshakes = new Map<Connection, string>()

  constructor(context: EngineContext, registry: Registry, signal: AbortSignal) {
    this.#context = context
    this.#registry = registry
    this.#signal = signal
  }

  /** The port at which peers dial our IP addresses; 0 if there is none. */
  get port(): number {
    return dialablePort(this.#listeners)
  }

  /**
   * Listens with every transport, on one port if possible, and then closes the previous listeners;
   * connections stay open. Rejects, without any change, if a port that the user named is taken.
   * Transports whose listening is optional are then left out.
   */
  async listen(transports: readonly Transport[], place: ListenPlace): Promise<void> {
    const before = this.#listeners
    this.#listeners = await this.#open(transports, place)
    this.#place = place
    await Promise.all([...before.values()].map(listener => listener.close()))
  }

  /** Listens with one more transport, unless the session does not listen. Rejects like `listen`. */
  async add(transport: Transport): Promise<void> {
    const port = this.port || this.#place.port
    const opened = await this.#open([transport], { ...this.#place, port })
    for (const [key, listener] of opened) this.#listeners.set(key, listener)
  }

  async remove(transport: Transport): Promise<void> {
    const listener = this.#listeners.get(transport)
    this.#listeners.delete(transport)
    await listener?.close()
  }

  async #open(
    transports: readonly Transport[],
    { port, host }: ListenPlace,
  ): Promise<Map<Transport, Listener>> {
    const opened = new Map<Transport, Listener>()
    if (port === null) return opened
    for (const transport of transports) {
      const listen = (at: number) =>
        transport.listen({ port: at, ...(host === undefined ? {} : { host }) }, connection =>
          this.accept(connection),
        )
      const wanted = port || dialablePort(opened) || (port ?? DEFAULT_PORT)
      const listener = await listen(wanted).catch(error => {
        if (transport.isListeningOptional) return null
        // Another client may have the usual port, but a port that the user named is required.
        if (!port && wanted !== 0) return listen(0)
        for (const other of opened.values()) void other.close()
        throw error
      })
      if (listener) opened.set(transport, listener)
    }
    return opened
  }

  async close(): Promise<void> {
    const listeners = [...this.#listeners.values()]
    this.#listeners = new Map()
    await Promise.all(listeners.map(listener => listener.close()))
  }

  /** Finds the torrent by the hash in a handshake, and the hash for our own handshake. */
  find(infoHash: Uint8Array): { topic: HandshakeTopic; torrent: Torrent } | null {
    return this.#lookup.find(infoHash)
  }

  /** Shakes hands on an incoming connection and passes it to its torrent. */
  accept(connection: Connection): void {
    const { clock, random, settings, peerId, dhtPort, hasRoom, holes, ownAddresses } = this.#context
    // TCP itself proves the address of the other side.
    if (connection.kind === 'tcp') ownAddresses.arrived(connection)
    const isBlocked = this.#context.isBlocked(connection.remote.host)
    if (!hasRoom || isBlocked || this.#signal.aborted) return connection.close()
    if (this.#handshakes.size >= MAX_HANDSHAKES) this.#makeRoom()
    this.#handshakes.set(connection, connection.remote.host)
    const limit = limited(clock, HANDSHAKE_LIMIT_MS, this.#signal)
    acceptPeer(connection, this.#lookup, {
      policy: settings.encryption,
      random,
      peerId,
      dht: dhtPort > 0,
      signal: limit.signal,
    })
      .then(
        ({ ready, torrent }) => {
          if (!holes.invited(connection)) ownAddresses.arrived(ready.connection)
          torrent.phases.network.accept(ready)
        },
        () => connection.close(),
      )
      .finally(() => {
        this.#handshakes.delete(connection)
        limit.end()
      })
  }

  /**
   * Closes the oldest handshake of the address that has the most: a flooding host blocks itself
   * first.
   */
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

function dialablePort(listeners: ReadonlyMap<Transport, Listener>): number {
  for (const { port } of listeners.values()) if (port > 0) return port
  return 0
}
