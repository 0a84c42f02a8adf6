import { hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Verdict } from '../../pieces/smart-ban.ts'
import type { Conduct, Recognition } from '../../recognition-api.ts'
import { handshakeTopic } from '../handshake/handshakes.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmState } from '../swarm-state.ts'
import { ExchangeBudget } from './exchange-budget.ts'
import { PeerRecognition } from './peer-recognition.ts'

/**
 * Maximum number of pieces whose senders are remembered until they are verified: more than can be
 * open.
 */
const MAX_PIECES = 4096

/** One peer of the swarm, and the conduct reported so far. */
interface Watched {
  readonly exchange: PeerRecognition
  uploadedBytes: number
  verifiedBytes: number
  promisesKept: number
  promisesBroken: number
  junk: number
  wasSnubbed: boolean
  wasOwing: boolean
  seenMs: number
}

/** The budget of each session. */
const budgets = new WeakMap<Recognition, ExchangeBudget>()
let lastEpoch = 0

/** Recognizes the Shoal peers of one swarm (`sh_peer`), and reports their conduct. */
export class Recognizer {
  readonly #swarm: SwarmState
  readonly #peers: ReadonlyMap<number, Peer>
  readonly #recognition: Recognition
  readonly #budget: ExchangeBudget
  readonly #watched = new Map<Peer, Watched>()
  /** The sender of each block of the pieces that are not verified yet. */
  readonly #blocks = new Map<number, Map<number, Watched>>()

  constructor(swarm: SwarmState, peers: ReadonlyMap<number, Peer>, recognition: Recognition) {
    this.#swarm = swarm
    this.#peers = peers
    this.#recognition = recognition
    this.#budget = budgets.get(recognition) ?? new ExchangeBudget(swarm.clock.nowMs())
    budgets.set(recognition, this.#budget)
  }

  /** A message of `sh_peer`. Throws `bad-message`. */
  received(peer: Peer, payload: Uint8Array): void {
    this.#watch(peer)?.exchange.received(payload)
  }

  /** Once a second. */
  tick(nowMs: number): void {
    for (const peer of this.#peers.values()) {
      if (!peer.extensions.supports('sh_peer')) continue
      const watched = this.#watch(peer)
      watched?.exchange.tick(nowMs)
      if (watched) this.#report(peer, watched, nowMs)
    }
  }

  /** A block of a piece arrived, for the first time or again. */
  onBlock(sourceId: number, piece: number, block: number): void {
    const peer = this.#peers.get(sourceId)
    // Blocks that it delivers before it has proved its key count too.
    const watched = peer?.extensions.supports('sh_peer') ? this.#watch(peer) : null
    const senders = this.#blocks.get(piece)
    // The last delivery counts: an earlier one was dropped with its piece.
    if (!watched) return void senders?.delete(block)
    if (senders) senders.set(block, watched)
    else this.#blocks.set(piece, new Map([[block, watched]]))
    if (this.#blocks.size > MAX_PIECES) this.#blocks.delete(this.#blocks.keys().next().value!)
  }

  /** The piece is verified and stored. */
  onPiece(piece: number): void {
    const senders = this.#blocks.get(piece)
    const layout = this.#swarm.transfer?.layout
    if (!senders || !layout) return
    this.#blocks.delete(piece)
    for (const [block, { exchange }] of senders) exchange.verifiedBytes += layout.blockSize(piece, block)
    for (const watched of new Set(senders.values())) watched.promisesKept++
    if (!this.#swarm.uploadOnly) return
    // Peers of a complete torrent are closed: this is the last chance.
    const nowMs = this.#swarm.clock.nowMs()
    for (const [peer, watched] of this.#watched) {
      watched.exchange.confirmRest()
      this.#report(peer, watched, nowMs)
    }
    this.#recognition.onComplete(this.#torrent)
  }

  /** The piece did not match its hash. */
  onBadPiece(piece: number, { guilty }: Verdict): void {
    this.#blocks.delete(piece)
    this.#onGuilty(guilty)
  }

  /** A verified piece revealed who sent wrong bytes earlier. */
  onVerdict({ guilty }: Verdict): void {
    this.#onGuilty(guilty)
  }

  /** The connection of a peer ended. */
  onClosed(peer: Peer, error: Error | undefined): void {
    const isJunk = error instanceof ShoalError && error.code === 'bad-message'
    const watched = this.#watched.get(peer)
    if (watched) {
      if (isJunk) watched.junk++
      this.#report(peer, watched, this.#swarm.clock.nowMs())
      this.#watched.delete(peer)
    }
    if (!isJunk || watched?.exchange.recognized) return
    const { host } = peer.link.connection.remote
    this.#recognition.onConduct({ key: null, host, torrent: this.#torrent }, { ...NO_CONDUCT, junk: 1 })
  }

  get #torrent(): string {
    return hex(handshakeTopic(this.#swarm.torrent.infoHashes).infoHash)
  }

  #watch(peer: Peer): Watched | null {
    const known = this.#watched.get(peer)
    const { recognition, swarm } = { recognition: this.#recognition, swarm: this.#swarm }
    if (known || !recognition.key) return known ?? null
    const exchange = new PeerRecognition({
      peer,
      swarm,
      recognition,
      key: recognition.key,
      infoHash: peer.topic,
      budget: this.#budget,
      nextEpoch: () => {
        lastEpoch = Math.max(lastEpoch + 1, Math.floor(swarm.clock.unixMs() / 1000))
        return lastEpoch
      },
    })
    const watched: Watched = {
      exchange,
      uploadedBytes: 0,
      verifiedBytes: 0,
      promisesKept: 0,
      promisesBroken: 0,
      junk: 0,
      wasSnubbed: false,
      wasOwing: false,
      seenMs: swarm.clock.nowMs(),
    }
    this.#watched.set(peer, watched)
    return watched
  }

  /** Reports the conduct of a recognized peer since the last report. */
  #report(peer: Peer, watched: Watched, nowMs: number): void {
    const { exchange } = watched
    const { recognized, owesReceipts } = exchange
    if (!recognized) {
      peer.recognized = null
      return
    }
    const isSnubbing = peer.download.snubbed
    watched.promisesBroken +=
      Number(isSnubbing && !watched.wasSnubbed) + Number(owesReceipts && !watched.wasOwing)
    const conduct = {
      downloadedBytes: exchange.verifiedBytes - watched.verifiedBytes,
      uploadedBytes: peer.upload.totalBytes - watched.uploadedBytes,
      failedPieces: 0,
      promisesKept: watched.promisesKept,
      promisesBroken: watched.promisesBroken,
      junk: watched.junk,
      connectedMs: nowMs - watched.seenMs,
    }
    Object.assign(watched, {
      verifiedBytes: exchange.verifiedBytes,
      uploadedBytes: peer.upload.totalBytes,
      promisesKept: 0,
      promisesBroken: 0,
      junk: 0,
      wasSnubbed: isSnubbing,
      wasOwing: owesReceipts,
      seenMs: nowMs,
    })
    this.#recognition.onConduct(recognized, conduct)
    const isTrusted = !owesReceipts && this.#recognition.isTrusted(recognized.key)
    peer.recognized = { key: recognized.key, isTrusted }
    peer.pieces.reputation = this.#recognition.reputationOf(recognized.key)
  }

  /**
   * The peers at these addresses certainly sent wrong bytes. If several share one, it is unknown
   * which of them did.
   */
  #onGuilty(hosts: readonly string[]): void {
    for (const host of hosts) {
      const there = [...this.#peers.values()].filter(peer => peer.link.connection.remote.host === host)
      const key = (there.length === 1 && there[0]!.recognized?.key) || null
      this.#recognition.onConduct({ key, host, torrent: this.#torrent }, { ...NO_CONDUCT, failedPieces: 1 })
    }
  }
}

const NO_CONDUCT: Conduct = {
  downloadedBytes: 0,
  uploadedBytes: 0,
  failedPieces: 0,
  promisesKept: 0,
  promisesBroken: 0,
  junk: 0,
  connectedMs: 0,
}
