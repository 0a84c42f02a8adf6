import { sha1, sha256 } from '#crypto'
import { concat, equalBytes } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { InfoHashes } from '../../metainfo/metainfo.ts'
import { metadataBlockCount, metadataBlockSize } from '../../wire/extensions/ut-metadata.ts'

/** Maximum number of concurrent requests to one peer, and time limit for each. */
const PIPELINE = 4
const TIMEOUT_MS = 15_000
/**
 * A block that a peer has owed for this long is also requested from an idle peer. The late answer
 * is still accepted.
 */
const PATIENCE_MS = 3000
/** Time to wait before querying a peer again that refused. */
const RETRY_MS = 30_000
/** Number of claimed sizes that are tried at the same time. */
const MOST_ATTEMPTS = 8

/** The part of a peer that the exchange uses. */
export interface MetadataPeer {
  readonly id: number
  readonly extensions: {
    readonly metadataSize: number | undefined
    supports(name: 'ut_metadata'): boolean
    requestMetadata(block: number): void
  }
  close(error?: Error): void
}

/** An attempt to fetch the info dictionary from peers that agree on its size. */
interface Attempt {
  readonly size: number
  /** The blocks that arrived. Memory is used only for those, whatever size is claimed. */
  readonly blocks: (Uint8Array | undefined)[]
  here: number
  /** The peers that sent blocks. */
  readonly contributors: Set<number>
  /** By block: the peer it was requested from, and when. */
  readonly asked: Map<number, { peer: number; ms: number }>
  /** By block that was requested again: the peers whose late answers still count. */
  readonly late: Map<number, Set<number>>
  /** The only peer that is used, because an attempt with several failed. */
  solo: number | null
}

/**
 * Fetches the info dictionary from peers (BEP 9): from several at once if they agree on its size,
 * and separately for each claimed size, so that a wrong claim causes no delay. If the blocks of
 * several peers do not match the hash, the next attempts use one peer each, which exposes the liar.
 */
export class MetadataExchange {
  readonly #clock: Clock
  readonly #random: Random
  readonly #infoHashes: InfoHashes
  readonly #onMetadata: (info: Uint8Array) => void
  readonly #peers = new Map<number, MetadataPeer>()
  /** By peer: the time before which it is not queried again. */
  readonly #resting = new Map<number, number>()
  /** By size. */
  readonly #attempts = new Map<number, Attempt>()
  /** Sizes for which the blocks of several peers did not match the hash. */
  readonly #disputed = new Set<number>()
  #done = false

  constructor(options: {
    clock: Clock
    random: Random
    infoHashes: InfoHashes
    onMetadata: (info: Uint8Array) => void
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#infoHashes = options.infoHashes
    this.#onMetadata = options.onMetadata
  }

  /** Progress of the most advanced attempt, 0 to 1. */
  get progress(): number {
    let most = 0
    for (const { here, blocks } of this.#attempts.values()) most = Math.max(most, here / blocks.length)
    return most
  }

  /** Stops: the metadata is known. */
  stop(): void {
    this.#done = true
    this.#attempts.clear()
    this.#peers.clear()
  }

  /** The peer reported that it has the metadata, and its size. */
  onPeerReady(peer: MetadataPeer): void {
    if (this.#done || peer.extensions.metadataSize === undefined || !peer.extensions.supports('ut_metadata'))
      return
    this.#peers.set(peer.id, peer)
    this.#ask()
  }

  onPeerGone(peer: MetadataPeer): void {
    this.#resting.delete(peer.id)
    if (!this.#peers.delete(peer.id)) return
    this.#forget(peer.id)
    this.#ask()
  }

  onReject(peer: MetadataPeer, block: number): void {
    for (const { asked } of this.#attempts.values()) {
      if (asked.get(block)?.peer !== peer.id) continue
      this.#rest(peer.id)
      return this.#ask()
    }
  }

  onData(peer: MetadataPeer, block: number, totalSize: number, bytes: Uint8Array): void {
    for (const attempt of this.#attempts.values()) {
      const isLate = attempt.late.get(block)?.has(peer.id) === true && attempt.blocks[block] === undefined
      if (attempt.asked.get(block)?.peer !== peer.id && !isLate) continue
      attempt.asked.delete(block)
      if (totalSize === attempt.size && bytes.length === metadataBlockSize(block, totalSize))
        return this.#arrived(attempt, peer, block, bytes)
      this.#rest(peer.id)
      return this.#ask()
    }
  }

  /** Once a second: gives up on slow answers. */
  tick(now: number): void {
    if (this.#done || this.#peers.size === 0) return
    for (const attempt of [...this.#attempts.values()])
      for (const [block, { peer, ms }] of [...attempt.asked])
        if (now - ms > TIMEOUT_MS) this.#rest(peer)
        else if (now - ms > PATIENCE_MS && this.#hasIdlePeer(attempt, now))
          this.#relieve(attempt, block, peer)
    this.#ask()
  }

  /** Whether any peer without requests could be used. */
  #hasIdlePeer({ size, asked, solo }: Attempt, now: number): boolean {
    if (solo !== null) return false
    const busy = new Set([...asked.values()].map(({ peer }) => peer))
    for (const { id, extensions } of this.#peers.values())
      if (extensions.metadataSize === size && !busy.has(id) && (this.#resting.get(id) ?? 0) <= now)
        return true
    return false
  }

  #relieve(attempt: Attempt, block: number, peer: number): void {
    const late = attempt.late.get(block) ?? new Set()
    attempt.late.set(block, late.add(peer))
    this.#rest(peer)
  }

  #arrived(attempt: Attempt, peer: MetadataPeer, block: number, bytes: Uint8Array): void {
    attempt.blocks[block] = bytes.slice()
    attempt.here++
    attempt.contributors.add(peer.id)
    if (attempt.here === attempt.blocks.length) this.#verify(attempt)
    else this.#ask()
  }

  #ask(): void {
    if (this.#done) return
    const now = this.#clock.nowMs()
    const bySize = new Map<number, MetadataPeer[]>()
    for (const peer of this.#peers.values()) {
      if ((this.#resting.get(peer.id) ?? 0) > now) continue
      const size = peer.extensions.metadataSize!
      const alike = bySize.get(size)
      if (alike) alike.push(peer)
      else bySize.set(size, [peer])
    }
    for (const [size, attempt] of this.#attempts)
      if (attempt.asked.size === 0 && !bySize.has(size)) this.#attempts.delete(size)
    // The size that most peers claim comes first.
    for (const [size, peers] of [...bySize].sort(([, a], [, b]) => b.length - a.length)) {
      if (!this.#attempts.has(size) && this.#attempts.size >= MOST_ATTEMPTS) continue
      this.#askAll(this.#attempt(size, peers), peers, now)
    }
  }

  #askAll(attempt: Attempt, peers: readonly MetadataPeer[], now: number): void {
    for (const peer of peers) {
      if (attempt.solo !== null && attempt.solo !== peer.id) continue
      let open = 0
      for (const { peer: id } of attempt.asked.values()) if (id === peer.id) open++
      for (let block = 0; block < attempt.blocks.length && open < PIPELINE; block++) {
        if (attempt.blocks[block] || attempt.asked.has(block)) continue
        attempt.asked.set(block, { peer: peer.id, ms: now })
        peer.extensions.requestMetadata(block)
        open++
      }
    }
  }

  /** Returns the attempt for the size, created if necessary. */
  #attempt(size: number, peers: readonly MetadataPeer[]): Attempt {
    const known = this.#attempts.get(size)
    if (known) return known
    const attempt: Attempt = {
      size,
      blocks: new Array(metadataBlockCount(size)).fill(undefined),
      here: 0,
      contributors: new Set(),
      asked: new Map(),
      late: new Map(),
      solo: this.#disputed.has(size) ? peers[this.#random.below(peers.length)]!.id : null,
    }
    this.#attempts.set(size, attempt)
    return attempt
  }

  #verify(attempt: Attempt): void {
    const { v1, v2 } = this.#infoHashes
    const bytes = concat(attempt.blocks as Uint8Array[])
    if (matches(bytes, v1, v2)) {
      this.stop()
      return this.#onMetadata(bytes)
    }
    this.#attempts.delete(attempt.size)
    this.#disputed.add(attempt.size)
    const [first, ...others] = attempt.contributors
    if (others.length === 0) {
      const liar = this.#peers.get(first!)
      this.#peers.delete(first!)
      liar?.close(new ShoalError('bad-message', 'it sent metadata that does not match the info hash'))
    }
    this.#ask()
  }

  #rest(peer: number): void {
    this.#resting.set(peer, this.#clock.nowMs() + RETRY_MS)
    this.#forget(peer)
  }

  /** Makes the peer's requests available to others. */
  #forget(peer: number): void {
    for (const attempt of [...this.#attempts.values()]) {
      for (const [block, asked] of attempt.asked) if (asked.peer === peer) attempt.asked.delete(block)
      if (attempt.solo === peer) this.#attempts.delete(attempt.size)
    }
  }
}

/**
 * Whether the info dictionary has these info hashes. BEP 52: 20 bytes alone may be those of v1, or
 * the first of v2, as in BEP 46.
 */
function matches(bytes: Uint8Array, v1: Uint8Array | undefined, v2: Uint8Array | undefined): boolean {
  if (v2 && !equalBytes(sha256(bytes), v2)) return false
  if (!v1 || equalBytes(sha1(bytes), v1)) return true
  return !v2 && equalBytes(sha256(bytes).subarray(0, 20), v1)
}
