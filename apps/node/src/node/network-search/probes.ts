import type { InfoHashes } from '@shoal/torrent'
import type { Network } from '../network/service.ts'

const PARALLEL = 4
/** Maximum number of waiting torrents. Earlier requests come first. */
const MAX_WAITING = 200
const LIMIT_MS = 15_000
/** Maximum number of providers dialed per torrent. */
const MAX_DIALED = 8
const DIAL_MS = 6000

/** Counts the reachable seeds of torrents, a few torrents at a time. */
export class Probes {
  readonly #network: Network
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(network: Network) {
    this.#network = network
  }

  /**
   * Finds providers of a torrent in the network's DHT, dials up to 8 of them, and returns how many
   * answered. Returns null if the count is unknown: too many torrents are waiting, the network is
   * off, or the signal aborted.
   */
  async count(infoHashes: InfoHashes, signal: AbortSignal): Promise<number | null> {
    if (this.#running >= PARALLEL) {
      if (this.#waiting.length >= MAX_WAITING) return null
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    } else this.#running++
    try {
      return signal.aborted ? null : await countReached(this.#network, infoHashes, signal)
    } catch {
      return null
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}

async function countReached(network: Network, infoHashes: InfoHashes, signal: AbortSignal): Promise<number> {
  const { libp2p } = network.mustRun
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const found = await network.findProviders(infoHashes, limit)
  const { dialText } = await import('@shoal/network/host')
  const dialed = [...found].slice(0, MAX_DIALED).map(async ([id, addresses]) => {
    if (libp2p.getConnections().some(({ remotePeer }) => remotePeer.toString() === id)) return true
    for (const address of addresses.slice(0, 2))
      try {
        await dialText(libp2p, address, AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]))
        return true
      } catch {
        // The next address could work.
      }
    return false
  })
  const reached = await Promise.all(dialed)
  return reached.filter(Boolean).length
}
