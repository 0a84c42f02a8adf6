import type { PeerStatus } from '../api.ts'
import { messageOf } from '../base/errors.ts'
import type { Swarm } from '../swarm/swarm.ts'
import type { Transfer } from '../swarm/transfer.ts'
import { SeedUrl } from '../swarm/web-seed/seed-url.ts'
import { WebSeed } from '../swarm/web-seed/web-seed.ts'
import type { SessionContext } from './context.ts'
import type { Torrent } from './torrent.ts'

/** Web seeds of one torrent that are used at a time: a hostile torrent may name thousands. Others follow when one is given up. */
const MAX_AT_A_TIME = 16

export interface WebSeedsOptions {
  readonly context: SessionContext
  readonly torrent: Torrent
  readonly swarm: Swarm
  readonly transfer: Transfer
  onTransferred(downloaded: number, uploaded: number): void
  log(line: string): void
}

/** The web seeds of a torrent at work (BEP 19), for as long as its swarm lives. */
export class WebSeeds {
  readonly #options: WebSeedsOptions
  /** By URL; null for one that is of no use. */
  readonly #seeds = new Map<string, WebSeed | null>()
  #urls: readonly string[] = []

  constructor(options: WebSeedsOptions) {
    this.#options = options
  }

  /** These are all the torrent has: those that are new join, those that are not among them are left. */
  use(urls: readonly string[]): void {
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
    const { suppliers } = this.#options.swarm
    for (const [url, seed] of this.#seeds) {
      if (urls.has(url)) continue
      this.#seeds.delete(url)
      if (seed) suppliers.remove(seed)
    }
  }

  #all(): WebSeed[] {
    return [...this.#seeds.values()].filter(seed => seed !== null)
  }

  status(): PeerStatus[] {
    return this.#all().map(seed => webSeedStatus(seed, this.#options.context.clock.nowMs()))
  }

  /** How many are being read. */
  get working(): number {
    return this.#all().filter(({ state }) => state === 'working').length
  }

  #join(text: string): WebSeed | null {
    const { context, torrent, swarm, transfer, onTransferred, log } = this.#options
    let url: SeedUrl
    try {
      url = new SeedUrl(text, transfer.info)
    } catch (error) {
      log(messageOf(error))
      return null
    }
    const seed = new WebSeed({
      id: swarm.nextSourceId(),
      url,
      ranges: context.openHttpRanges(),
      host: {
        clock: context.clock,
        transfer,
        throttle: context.webSeedThrottle(url.hostname, torrent.ownLimits()),
        onDownloaded: bytes => onTransferred(bytes, 0),
        onWasted: bytes => swarm.onWasted(bytes),
        onGone: () => this.use(this.#urls),
        log,
      },
    })
    swarm.suppliers.add(seed)
    return seed
  }
}

/** A web seed as the public API shows it: a peer that is never choked and takes nothing. */
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
    downloadBytesPerSecond: seed.meter.bytesPerSecond(nowMs),
    uploadBytesPerSecond: 0,
    downloadedBytes: seed.totalBytes,
    uploadedBytes: 0,
    wastedBytes: seed.wastedBytes,
    failedPieces: 0,
    amChoking: true,
    amInterested: seed.state === 'working',
    peerChoking: stopped,
    peerInterested: false,
    snubbed: seed.snubbed,
  }
}
