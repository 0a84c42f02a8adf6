import { contentKeys, sealedKey } from '@shoal/network'
import { type Host, learnPeer, namedNode } from '@shoal/network/host'
import type { Clock, PeerAddress, TorrentApi } from '@shoal/torrent'
import { repeat } from '@shoal/torrent/base'

const LOOK_MS = 5000
/** The same until a first node is known, since a download is waiting for it. */
const FIRST_LOOK_MS = 500
/**
 * Milliseconds until the next lookup of a torrent: normally, and after a first lookup without
 * providers (doubled each time).
 */
const AGAIN_MS = 10 * 60_000
const NOBODY_MS = 10_000
const PARALLEL = 3
/** Maximum number of providers tried per lookup. */
const MAX_PROVIDERS = 30
const LIMIT_MS = 60_000

/** A torrent that wants peers. */
export interface Wanting {
  readonly torrent: TorrentApi
  /** The key in the link of a sealed share, which is only looked up by that key (decision 013). */
  readonly linkKey?: Uint8Array | undefined
}

export interface LookupsOptions {
  readonly host: Host
  readonly clock: Clock
  wanting(): Iterable<Wanting>
}

/**
 * Finds peers of torrents in the network's DHT, in addition to the mainline DHT, by their hashes or
 * the link keys of sealed shares.
 */
export class Lookups {
  readonly #options: LookupsOptions
  readonly #abort = new AbortController()
  readonly #due = new WeakMap<TorrentApi, { readonly atMs: number; readonly waitMs: number }>()
  #running = 0
  #loop: Promise<void> = Promise.resolve()

  constructor(options: LookupsOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, host } = this.#options
    const everyMs = () => (host.kad.tableSize === 0 ? FIRST_LOOK_MS : LOOK_MS)
    this.#loop = repeat(clock, everyMs, this.#abort.signal, () => this.#look())
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The network was closed'))
    await this.#loop
  }

  #look(): void {
    const { clock, wanting, host } = this.#options
    if (host.kad.tableSize === 0) return
    for (const { torrent, linkKey } of wanting()) {
      if (this.#running >= PARALLEL) break
      const { atMs, waitMs } = this.#due.get(torrent) ?? { atMs: 0, waitMs: NOBODY_MS }
      if (clock.nowMs() < atMs) continue
      this.#wait(torrent, waitMs, Math.min(AGAIN_MS, 2 * waitMs))
      this.#running++
      const limit = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(LIMIT_MS)])
      const keys = linkKey ? [sealedKey(linkKey)] : contentKeys(torrent.infoHashes)
      void findProviders(host, keys, limit, provider => torrent.addPeer(provider))
        .then(({ size }) => {
          if (size > 0) this.#wait(torrent, AGAIN_MS, NOBODY_MS)
        })
        .catch(() => {})
        .finally(() => this.#running--)
    }
  }

  #wait(torrent: TorrentApi, delayMs: number, waitMs: number): void {
    this.#due.set(torrent, { atMs: this.#options.clock.nowMs() + delayMs, waitMs })
  }
}

/**
 * Finds providers of a torrent by all its keys at once. Resolves with multiaddrs by PeerId. Rejects
 * with the signal's reason.
 */
export async function findProviders(
  host: Host,
  keys: readonly Uint8Array[],
  signal: AbortSignal,
  onPeer: (peer: PeerAddress) => void = () => {},
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  const learned: Promise<void>[] = []
  const search = (key: Uint8Array) =>
    host.kad.findProviders(key, {
      count: MAX_PROVIDERS,
      signal,
      onProvider: contact => {
        const { id, addresses } = namedNode(contact)
        if (found.has(id) || id === host.libp2p.peerId.toString()) return
        found.set(id, addresses)
        learned.push(learnPeer(host.libp2p, contact).then(onPeer))
      },
    })
  await Promise.all(keys.map(search))
  await Promise.all(learned)
  return found
}
