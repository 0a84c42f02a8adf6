import type { InfoHashes } from '@shoal/torrent'
import type { Network } from '../network/service.ts'

const PARALLEL = 4
/** Torrents that wait. Those that were asked for before them are looked for first. */
const MAX_WAITING = 200
const LIMIT_MS = 15_000
/** Providers of a torrent that are dialed. */
const MAX_DIALED = 8
const DIAL_MS = 6000

/** Counts the seeds of torrents that can be reached, a few torrents at a time. */
export class Probes {
  readonly #network: Network
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(network: Network) {
    this.#network = network
  }

  /**
   * Finds those who offer a torrent in the DHT of the network, dials up to 8 of them, and returns how many answered. Returns null if that was not found out:
   * too many torrents wait, the network is off, or the signal aborted.
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
        // The next address may work.
      }
    return false
  })
  const reached = await Promise.all(dialed)
  return reached.filter(Boolean).length
}
