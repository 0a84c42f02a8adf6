import { OUR_EXTENSION_IDS } from '#extension-ids'
import type { IntroductionsOptions } from './introductions.ts'
import type { Peer } from './peer/peer.ts'
import type { Recognizer } from './recognition/recognizer.ts'

/** Maximum size of a queued message, larger than any that recognition accepts. */
const MAX_HELD_BYTES = 4096
/** Time to the next attempt to load the recognizer, for example after the network was lost. */
const LOAD_AGAIN_MS = 5000

/**
 * Pages dial no addresses, and have none to report. They load the recognizer of Shoal peers
 * (`sh_peer`) with the first of them.
 */
export class Introductions {
  readonly #options: IntroductionsOptions
  /** Receives the events of peers and of the transfer first, once it is loaded. */
  recognizer: Recognizer | null = null
  /**
   * The first message of each peer, until the recognizer is loaded. Each peer waits for our
   * answer.
   */
  readonly #held = new Map<Peer, Uint8Array>()
  #nextLoadMs = 0

  constructor(options: IntroductionsOptions) {
    this.#options = options
  }

  /** Once a second. */
  tick(nowMs: number): void {
    this.recognizer?.tick(nowMs)
    for (const { extensions } of this.#options.peers.values())
      if (extensions.supports('sh_peer')) void this.#load()
  }

  /** A message of an extension. Throws `bad-message`. */
  received(peer: Peer, id: number, payload: Uint8Array): void {
    if (id !== OUR_EXTENSION_IDS.sh_peer) return
    if (this.recognizer) return this.recognizer.received(peer, payload)
    if (!this.#held.has(peer)) this.#held.set(peer, payload.slice(0, MAX_HELD_BYTES))
    void this.#load()
  }

  stop(): void {}

  async #load(): Promise<void> {
    const { swarm, peers } = this.#options
    const { recognition, clock } = swarm.context
    if (clock.nowMs() < this.#nextLoadMs || typeof recognition !== 'function') return
    this.#nextLoadMs = Number.POSITIVE_INFINITY
    // Until then, no peer is recognized.
    const loaded = (await recognition().catch(() => null)) as
      | typeof import('./recognition/session-recognition.ts')
      | null
    if (!loaded) {
      this.#nextLoadMs = clock.nowMs() + LOAD_AGAIN_MS
      return
    }
    const recognizer = loaded.recognizePeers(swarm, peers)
    this.recognizer = recognizer
    for (const [peer, payload] of this.#held) {
      try {
        if (peers.get(peer.id) === peer) recognizer.received(peer, payload)
      } catch (error) {
        peer.close(error as Error)
      }
    }
    this.#held.clear()
  }
}
