import type { Session } from '@shoal/torrent'
import { Announce, EVENT, readAddress, type Tracker } from '@shoal/tracker'

const AGAIN_MS = 10 * 60_000
const LOOK_MS = 5000
/** Number of announces, and of torrents examined, before other work runs. */
const ANNOUNCED_AT_ONCE = 100
const LOOKED_AT_ONCE = 500

/**
 * Announces the node's own torrents to its own tracker, so that any peer that uses it finds the
 * node, whether or not a torrent names it. Private torrents are only announced to the trackers that
 * they name.
 */
export class OwnPeers {
  readonly #tracker: Tracker
  readonly #session: Pick<Session, 'torrents' | 'port'>
  readonly #addresses: () => readonly string[]
  readonly #timer: NodeJS.Timeout
  readonly #announce = new Announce()
  /** The last announces: by info hash, whether as a seed. */
  #told = new Map<string, boolean>()
  #toldMs = Number.NEGATIVE_INFINITY
  #isLooking = false
  #isClosed = false

  constructor(
    tracker: Tracker,
    session: Pick<Session, 'torrents' | 'port'>,
    addresses: () => readonly string[],
  ) {
    this.#tracker = tracker
    this.#session = session
    this.#addresses = addresses
    this.#timer = setInterval(() => this.tell(), LOOK_MS).unref()
  }

  /** Announces changes; from time to time everything, since entries of the tracker expire. */
  tell(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    void this.#look().finally(() => {
      this.#isLooking = false
    })
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
  }

  /**
   * Examining thousands of torrents takes many turns of the event loop, so as not to delay other
   * work.
   */
  async #look(): Promise<void> {
    const now = performance.now()
    const isAll = now - this.#toldMs > AGAIN_MS
    if (isAll) this.#toldMs = now
    const present = new Map<string, boolean>()
    let [looked, announced] = [0, 0]
    const pause = async () => {
      if (looked < LOOKED_AT_ONCE && announced < ANNOUNCED_AT_ONCE) return
      looked = 0
      announced = 0
      await new Promise(setImmediate)
    }
    const announce = async (hash: string, isSeed: boolean, event: Announce['event']) => {
      this.#announceOne(hash, isSeed, event)
      announced++
      await pause()
    }
    for (const torrent of [...this.#session.torrents]) {
      const isSeed = torrent.isComplete
      for (const hash of announcedHashes(torrent)) {
        present.set(hash, isSeed)
        if (isAll || this.#told.get(hash) !== isSeed) await announce(hash, isSeed, EVENT.none)
      }
      looked++
      await pause()
      if (this.#isClosed) return
    }
    for (const [hash, isSeed] of this.#told)
      if (!present.has(hash)) await announce(hash, isSeed, EVENT.stopped)
    this.#told = present
  }

  #announceOne(hash: string, isSeed: boolean, event: Announce['event']): void {
    const { port } = this.#session
    if (!port || this.#isClosed) return
    const announce = this.#announce
    const view = new DataView(Uint8Array.from(hash, letter => letter.charCodeAt(0)).buffer)
    for (let word = 0; word < 5; word++) announce.hash[word] = view.getInt32(4 * word)
    for (const address of this.#addresses()) {
      const family = readAddress(address, announce.address)
      if (family === null) continue
      Object.assign(announce, { family, port, isSeed, event, wanted: 0 })
      void this.#tracker.store.announce(announce)
    }
  }
}

/**
 * Returns the first 20 bytes of each info hash of a torrent that peers can find here, one character
 * per byte.
 */
function announcedHashes({ state, metainfo, infoHashes: { v1, v2 } }: Session['torrents'][number]): string[] {
  const isActive = state === 'seeding' || state === 'downloading' || state === 'metadata'
  if (!isActive || metainfo?.info.private) return []
  return [v1, v2].flatMap(hash => (hash ? [Buffer.from(hash).toString('latin1', 0, 20)] : []))
}
