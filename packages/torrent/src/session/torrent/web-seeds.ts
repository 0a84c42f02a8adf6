import type { PeerStatus } from '../../api.ts'
import { messageOf } from '../../base/errors.ts'
import { isOff } from '../../swarm/connect/is-off.ts'
import type { Transfer } from '../../swarm/pieces/transfer.ts'
import type { Swarm } from '../../swarm/swarm.ts'
import type { SwarmEvents } from '../../swarm/swarm-context.ts'
import { SeedUrl } from '../../swarm/web-seed/seed-url.ts'
import { WebSeed } from '../../swarm/web-seed/web-seed.ts'
import type { SessionContext } from '../context.ts'
import type { TorrentData } from './torrent-data.ts'

/**
 * Maximum number of web seeds of one torrent used at a time, since a hostile torrent may list
 * thousands. Others follow when one is abandoned.
 */
const MAX_AT_A_TIME = 16

export interface WebSeedsOptions {
  readonly context: SessionContext
  readonly data: TorrentData
  readonly swarm: Swarm
  readonly transfer: Transfer
  readonly events: Pick<SwarmEvents, 'onTransferred' | 'log'>
}

/** The web seeds of a running torrent (BEP 19). */
export class WebSeeds {
  readonly #options: WebSeedsOptions
  /** By URL; null if it cannot be used. */
  readonly #seeds = new Map<string, WebSeed | null>()
  #urls: readonly string[] = []

  constructor(options: WebSeedsOptions) {
    this.#options = options
  }

  /**
   * Replaces the list of URLs: joins new ones, and leaves those that are missing or of a kind that
   * is switched off.
   */
  use(listed: readonly string[]): void {
    const urls = usableSeeds(listed, this.#options.data)
    this.#urls = urls
    this.#leaveOthers(new Set(urls))
    let room = MAX_AT_A_TIME - this.#all().filter(({ state }) => state !== 'gone').length
    for (const url of urls) {
      if (room <= 0) return
      if (this.#seeds.has(url)) continue
      const seed = this.#join(url)
      this.#seeds.set(url, seed)
      if (seed) room--
    }
  }

  #leaveOthers(urls: ReadonlySet<string>): void {
    const { sources } = this.#options.swarm
    for (const [url, seed] of this.#seeds) {
      if (urls.has(url)) continue
      this.#seeds.delete(url)
      if (seed) sources.removeSupplier(seed)
    }
  }

  #all(): WebSeed[] {
    return [...this.#seeds.values()].filter(seed => seed !== null)
  }

  status(): PeerStatus[] {
    return this.#all().map(seed => webSeedStatus(seed, this.#options.context.clock.nowMs()))
  }

  /** Number of web seeds that are being read. */
  get working(): number {
    let working = 0
    for (const seed of this.#seeds.values()) if (seed?.state === 'working') working++
    return working
  }

  #join(text: string): WebSeed | null {
    const { context, data, swarm, transfer, events } = this.#options
    let url: SeedUrl
    try {
      url = new SeedUrl(text, transfer.info)
    } catch (error) {
      events.log(messageOf(error))
      return null
    }
    const seed = new WebSeed({
      id: swarm.sources.nextId(),
      url,
      ranges: context.openHttpRanges(),
      clock: context.clock,
      transfer,
      throttle: context.limits.forWebSeed(url.hostname, data.ownLimits()),
      events: {
        onDownloaded: bytes => events.onTransferred(bytes, 0),
        onWasted: bytes => {
          swarm.state.wastedBytes += bytes
        },
        onGone: () => this.use(this.#urls),
        log: line => events.log(line),
      },
    })
    swarm.sources.addSupplier(seed)
    return seed
  }
}

/** Presents a web seed as a peer that is never choked and downloads nothing. */
function webSeedStatus(seed: WebSeed, nowMs: number): PeerStatus {
  const stopped = seed.state === 'gone' || seed.state === 'waiting'
  return {
    address: seed.url.label,
    kind: 'webseed',
    origin: 'webseed',
    connectedMs: nowMs - seed.startedMs,
    client: seed.trouble === null ? 'web seed' : `web seed (${seed.trouble})`,
    incoming: false,
    encrypted: seed.url.isEncrypted,
    progress: seed.progress,
    downloadBytesPerSecond: seed.fetcher.meter.bytesPerSecond(nowMs),
    uploadBytesPerSecond: 0,
    downloadedBytes: seed.fetcher.totalBytes,
    uploadedBytes: 0,
    wastedBytes: seed.fetcher.wastedBytes,
    failedPieces: 0,
    amChoking: true,
    amInterested: seed.state === 'working',
    peerChoking: stopped,
    peerInterested: false,
    snubbed: seed.snubbed,
  }
}

/** The web seeds that are not switched off. */
function usableSeeds(urls: readonly string[], torrent: Pick<TorrentData, 'sourcesOff'>): readonly string[] {
  if (!torrent.sourcesOff) return urls
  return urls.filter(url => !isOff(torrent, /^ftps?:/i.test(url) ? 'ftp' : 'webseed'))
}
