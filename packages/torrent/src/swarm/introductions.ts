import { OUR_EXTENSION_IDS } from '#extension-ids'
import { PexFlag, type PexPeer } from '../wire/extensions/pex-flags.ts'
import { HolePuncher, type HolePuncherOptions } from './connect/hole-puncher.ts'
import { exchangeableAddress, exchangeablePeers, PeerExchange } from './exchange/peer-exchange.ts'
import type { Peer } from './peer/peer.ts'
import { Recognizer } from './recognition/recognizer.ts'

export interface IntroductionsOptions extends Omit<HolePuncherOptions, 'canIntroduce'> {
  /** A peer reported others (BEP 11). */
  onPeers(peers: readonly PexPeer[]): void
}

/** Peer exchange (BEP 11), hole punching (BEP 55), and recognition of Shoal peers (`sh_peer`). */
export class Introductions {
  readonly #options: IntroductionsOptions
  readonly #exchanges = new WeakMap<Peer, PeerExchange>()
  readonly #puncher: HolePuncher
  /**
   * Receives the events of peers and of the transfer first. Null if Shoal peers are not
   * recognized.
   */
  readonly recognizer: Recognizer | null

  constructor(options: IntroductionsOptions) {
    this.#options = options
    this.#puncher = new HolePuncher({
      ...options,
      canIntroduce: (peer, address) => this.#exchanges.get(peer)?.canIntroduce(address) ?? false,
    })
    const { recognition, isAnonymous } = options.swarm.context
    this.recognizer =
      typeof recognition === 'object' && !isAnonymous
        ? new Recognizer(options.swarm, options.peers, recognition)
        : null
    options.outgoing.onFailed = (candidate, error) => this.#puncher.dialFailed(candidate, error)
  }

  /** Once a second. */
  tick(nowMs: number): void {
    const { swarm, peers } = this.#options
    this.recognizer?.tick(nowMs)
    if (!swarm.exchangesPeers) return
    let others: readonly PexPeer[] | undefined
    for (const peer of peers.values()) {
      const exchange = this.#exchangeOf(peer)
      if (!peer.extensions.supports('ut_pex') || !exchange.isDue(nowMs)) continue
      others ??= exchangeablePeers(peers.values(), nowMs)
      const message = exchange.message(others, exchangeableAddress(peer), nowMs)
      if (message) peer.extensions.send('ut_pex', message)
    }
  }

  /** A message of an extension. Throws `bad-message`. */
  received(peer: Peer, id: number, payload: Uint8Array): void {
    const { swarm, onPeers } = this.#options
    if (id === OUR_EXTENSION_IDS.ut_holepunch) return this.#puncher.received(peer, payload)
    if (id === OUR_EXTENSION_IDS.sh_peer) return this.recognizer?.received(peer, payload)
    if (id !== OUR_EXTENSION_IDS.ut_pex || !swarm.exchangesPeers) return
    const found = this.#exchangeOf(peer).received(payload, swarm.clock.nowMs())
    // A seed does not need other seeds (BEP 21).
    onPeers(swarm.uploadOnly ? found.filter(({ flags }) => (flags & PexFlag.uploadOnly) === 0) : found)
  }

  stop(): void {
    this.#puncher.stop()
  }

  #exchangeOf(peer: Peer): PeerExchange {
    const known = this.#exchanges.get(peer) ?? new PeerExchange()
    this.#exchanges.set(peer, known)
    return known
  }
}
