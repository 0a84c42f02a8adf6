import { sha1, sha256 } from '#crypto'
import { Bitfield } from '../base/bitfield.ts'
import { equalBytes } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import {
  METADATA_BLOCK_BYTES,
  metadataBlockCount,
  metadataBlockSize,
} from '../wire/extensions/ut-metadata.ts'

/** Requests to one peer at a time, and how long it may take for one. */
const PIPELINE = 4
const TIMEOUT_MS = 15_000
/** How long a peer that refused is left alone. */
const RETRY_MS = 30_000

/** What the exchange needs of a peer. */
export interface MetadataPeer {
  readonly id: number
  readonly extensions: {
    readonly metadataSize: number | undefined
    supports(name: 'ut_metadata'): boolean
    requestMetadata(block: number): void
  }
  close(error?: Error): void
}

interface Attempt {
  readonly bytes: Uint8Array
  readonly have: Bitfield
  /** Who sent what. */
  readonly contributors: Set<number>
  /** Block -> who was asked and when. */
  readonly asked: Map<number, { peer: number; ms: number }>
}

/**
 * Fetches the info dictionary from peers (BEP 9), from several at once as long as they agree on its size. When what several sent does
 * not hash right, the next tries ask one peer each, so that the liar is found.
 */
export class MetadataExchange {
  readonly #clock: Clock
  readonly #random: Random
  readonly #infoHashes: InfoHashes
  readonly #onMetadata: (info: Uint8Array) => void
  readonly #peers = new Map<number, MetadataPeer>()
  /** Peers left alone until then. */
  readonly #resting = new Map<number, number>()
  #attempt: Attempt | null = null
  #solo: number | null = null
  #afterFailure = false
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

  /** 0 to 1. */
  get progress(): number {
    return this.#attempt ? this.#attempt.have.count / this.#attempt.have.length : 0
  }

  /** The metadata is known by other means: nothing more is asked. */
  stop(): void {
    this.#done = true
    this.#attempt = null
    this.#peers.clear()
  }

  /** The peer said that it has the metadata, and how large it is. */
  onPeerReady(peer: MetadataPeer): void {
    if (this.#done || peer.extensions.metadataSize === undefined || !peer.extensions.supports('ut_metadata'))
      return
    this.#peers.set(peer.id, peer)
    this.#ask()
  }

  onPeerGone(peer: MetadataPeer): void {
    if (!this.#peers.delete(peer.id)) return
    this.#forget(peer.id)
    this.#ask()
  }

  onReject(peer: MetadataPeer, block: number): void {
    if (this.#attempt?.asked.get(block)?.peer !== peer.id) return
    this.#rest(peer.id)
    this.#ask()
  }

  onData(peer: MetadataPeer, block: number, totalSize: number, bytes: Uint8Array): void {
    const attempt = this.#attempt
    if (!attempt || attempt.asked.get(block)?.peer !== peer.id) return
    attempt.asked.delete(block)
    if (totalSize !== attempt.bytes.length || bytes.length !== metadataBlockSize(block, totalSize)) {
      this.#rest(peer.id)
      return this.#ask()
    }
    attempt.bytes.set(bytes, block * METADATA_BLOCK_BYTES)
    attempt.have.set(block)
    attempt.contributors.add(peer.id)
    if (attempt.have.isFull) this.#verify(attempt)
    else this.#ask()
  }

  /** Once a second: gives up on slow answers. */
  tick(now: number): void {
    if (this.#done || this.#peers.size === 0) return
    for (const { peer, ms } of [...(this.#attempt?.asked.values() ?? [])])
      if (now - ms > TIMEOUT_MS) this.#rest(peer)
    this.#ask()
  }

  #ask(): void {
    if (this.#done) return
    const now = this.#clock.nowMs()
    const ready = [...this.#peers.values()].filter(peer => (this.#resting.get(peer.id) ?? 0) <= now)
    if (ready.length === 0) return
    this.#attempt ??= this.#begin(ready)
    const attempt = this.#attempt
    for (const peer of ready) {
      if (peer.extensions.metadataSize !== attempt.bytes.length) continue
      if (this.#solo !== null && this.#solo !== peer.id) continue
      let open = [...attempt.asked.values()].filter(({ peer: id }) => id === peer.id).length
      for (let block = 0; block < attempt.have.length && open < PIPELINE; block++) {
        if (attempt.have.has(block) || attempt.asked.has(block)) continue
        attempt.asked.set(block, { peer: peer.id, ms: now })
        peer.extensions.requestMetadata(block)
        open++
      }
    }
    // Nobody who is ready agrees with the size that was begun with: begin again with theirs.
    if (attempt.asked.size === 0) this.#attempt = null
  }

  #begin(ready: readonly MetadataPeer[]): Attempt {
    const first = ready[this.#random.below(ready.length)]!
    this.#solo = this.#afterFailure ? first.id : null
    const size = first.extensions.metadataSize!
    return {
      bytes: new Uint8Array(size),
      have: new Bitfield(metadataBlockCount(size)),
      contributors: new Set(),
      asked: new Map(),
    }
  }

  #verify(attempt: Attempt): void {
    const { v1, v2 } = this.#infoHashes
    const matches =
      (!v1 || equalBytes(sha1(attempt.bytes), v1)) && (!v2 || equalBytes(sha256(attempt.bytes), v2))
    if (matches) {
      this.stop()
      return this.#onMetadata(attempt.bytes)
    }
    this.#attempt = null
    this.#afterFailure = true
    const contributors = [...attempt.contributors]
    if (contributors.length === 1) {
      const liar = this.#peers.get(contributors[0]!)
      this.#peers.delete(contributors[0]!)
      liar?.close(new ShoalError('bad-message', 'it sent metadata that does not match the info hash'))
    }
    this.#ask()
  }

  #rest(peer: number): void {
    this.#resting.set(peer, this.#clock.nowMs() + RETRY_MS)
    this.#forget(peer)
  }

  /** What the peer was asked is asked of others. */
  #forget(peer: number): void {
    const attempt = this.#attempt
    if (!attempt) return
    for (const [block, asked] of attempt.asked) if (asked.peer === peer) attempt.asked.delete(block)
    if (this.#solo === peer) this.#attempt = null
  }
}
