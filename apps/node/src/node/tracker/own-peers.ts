import type { Session } from '@shoal/torrent'
import { Announce, EVENT, readAddress, type Tracker } from '@shoal/tracker'

const AGAIN_MS = 10 * 60_000
const LOOK_MS = 5000
/** Announces before other work runs. */
const ANNOUNCED_AT_ONCE = 100

/**
 * Announces the node's own torrents to its own tracker, so that any peer that asks it finds the node, whether or not a torrent names it. Private
 * torrents are only announced to the trackers that they name.
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
  /** Announces that have not been made yet, and their events, by info hash. */
  readonly #pending = new Map<string, readonly [isSeed: boolean, event: Announce['event']]>()
  #isAnnouncing = false

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

  /** Announces changes; from time to time everything, since the tracker forgets. */
  tell(): void {
    const now = performance.now()
    const isAll = now - this.#toldMs > AGAIN_MS
    if (isAll) this.#toldMs = now
    const present = this.#present()
    for (const [hash, isSeed] of present)
      if (isAll || this.#told.get(hash) !== isSeed) this.#pending.set(hash, [isSeed, EVENT.none])
    for (const [hash, isSeed] of this.#told)
      if (!present.has(hash)) this.#pending.set(hash, [isSeed, EVENT.stopped])
    this.#told = present
    if (!this.#isAnnouncing) this.#announceSome()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#pending.clear()
  }

  /** Thousands of announces would delay everything else, so they are made in many turns of the event loop. */
  readonly #announceSome = () => {
    let count = 0
    for (const [hash, [isSeed, event]] of this.#pending) {
      if (count++ >= ANNOUNCED_AT_ONCE) break
      this.#pending.delete(hash)
      this.#announceOne(hash, isSeed, event)
    }
    this.#isAnnouncing = this.#pending.size > 0
    if (this.#isAnnouncing) setImmediate(this.#announceSome)
  }

  #present(): Map<string, boolean> {
    const active = this.#session.torrents.filter(
      ({ state, metainfo }) =>
        (state === 'seeding' || state === 'downloading' || state === 'metadata') &&
        metainfo?.info.private !== true,
    )
    return new Map(
      active.flatMap(({ infoHashes: { v1, v2 }, isComplete }) =>
        [v1, v2].flatMap(hash =>
          hash ? [[Buffer.from(hash).toString('latin1', 0, 20), isComplete] as const] : [],
        ),
      ),
    )
  }

  #announceOne(hash: string, isSeed: boolean, event: Announce['event']): void {
    const { port } = this.#session
    if (!port) return
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
