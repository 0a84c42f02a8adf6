import { hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { isValidRange } from '../../metainfo/layer-range.ts'
import { blockHashes } from '../../metainfo/merkle.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { HashRange } from '../../wire/messages.ts'
import type { Transfer } from '../pieces/transfer.ts'

/** Maximum number of concurrent requests to one peer, and time limit for each. */
const PIPELINE = 8
const TIMEOUT_MS = 20_000
/**
 * Maximum number of concurrent answers to one peer for which a piece is read: each costs reading
 * and hashing a complete piece.
 */
const MOST_READING = 2
/**
 * The same over the life of a connection, as a multiple of the torrent: no peer needs more, and
 * none may keep us hashing.
 */
const MOST_READINGS = 2
/** Maximum number of hashes in one request (BEP 52). */
const MOST_HASHES = 512
/** Time to wait before requesting a range again from a peer that rejected it or did not answer. */
const RETRY_MS = 60_000

/** The part of a peer that the exchange uses. */
export interface HashPeer {
  readonly id: number
  readonly v2: boolean
  readonly link: {
    readonly out: {
      hashRequest(range: HashRange): void
      hashes(range: HashRange, hashes: Uint8Array): void
      hashReject(range: HashRange): void
    }
  }
  close(error?: Error): void
}

interface Asked {
  readonly peer: number
  readonly ms: number
}

/**
 * Exchanges hashes of v2 torrents with peers (BEP 52): a magnet link only leads to the roots of
 * files, and without the hashes of their pieces nothing can be verified.
 */
export class HashExchange {
  readonly #clock: Clock
  readonly #onHashes: () => void
  #transfer: Transfer | null = null
  #complete = true
  readonly #peers = new Map<number, HashPeer>()
  readonly #asked = new Map<string, Asked>()
  /** By peer and range: the time before which it is not requested again. */
  readonly #refused = new Map<string, number>()
  /** By peer: number of current answers that read a piece. */
  readonly #reading = new Map<number, number>()
  /** By peer: number of answers so far that read a piece. */
  readonly #read = new Map<number, number>()

  constructor(options: { clock: Clock; onHashes: () => void }) {
    this.#clock = options.clock
    this.#onHashes = options.onHashes
  }

  /** Starts once the metadata is known. */
  begin(transfer: Transfer): void {
    this.#transfer = transfer
    this.#complete = transfer.info.version === 'v1' || transfer.roots.hashes.missing().length === 0
    this.#ask()
  }

  onPeer(peer: HashPeer): void {
    if (!peer.v2) return
    this.#peers.set(peer.id, peer)
    this.#ask()
  }

  onPeerGone(peer: HashPeer): void {
    this.#peers.delete(peer.id)
    this.#read.delete(peer.id)
    for (const [key, asked] of this.#asked) if (asked.peer === peer.id) this.#asked.delete(key)
    for (const key of this.#refused.keys()) if (key.startsWith(`${peer.id} `)) this.#refused.delete(key)
    this.#ask()
  }

  tick(now: number): void {
    if (this.#complete) return
    for (const [key, { peer, ms }] of this.#asked) {
      if (now - ms <= TIMEOUT_MS) continue
      this.#asked.delete(key)
      this.#refused.set(`${peer} ${key}`, now + RETRY_MS)
    }
    this.#ask()
  }

  /** Answers a request from the known hashes or, for hashes of blocks, from the piece itself. */
  async answer(peer: HashPeer, range: HashRange): Promise<void> {
    const tree = this.#transfer?.roots.hashes.tree(range.piecesRoot)
    let hashes = tree?.hashesFor(range) ?? null
    if (
      tree &&
      !hashes &&
      isValidRange(range, tree.blockCount, tree.height) &&
      range.baseLayer < tree.pieceLevel
    ) {
      const reading = this.#reading.get(peer.id) ?? 0
      const read = this.#read.get(peer.id) ?? 0
      if (reading >= MOST_READING || read >= this.#mostRead()) return peer.link.out.hashReject(range)
      this.#read.set(peer.id, read + 1)
      this.#reading.set(peer.id, reading + 1)
      const pieces = await this.#readBlocks(range).catch(() => [])
      hashes = tree.hashesFor(range)
      for (const index of pieces) tree.forgetBlocks(index)
      const left = this.#reading.get(peer.id)! - 1
      if (left > 0) this.#reading.set(peer.id, left)
      else this.#reading.delete(peer.id)
    }
    if (hashes) peer.link.out.hashes(range, hashes)
    else peer.link.out.hashReject(range)
  }

  received(peer: HashPeer, range: HashRange, hashes: Uint8Array): void {
    const key = keyOf(range)
    if (this.#asked.get(key)?.peer !== peer.id) return
    this.#asked.delete(key)
    const tree = this.#transfer?.roots.hashes.tree(range.piecesRoot)
    if (!tree?.addHashes(range, hashes))
      throw new ShoalError('bad-message', 'it sent hashes that do not lead to the root of their file')
    if (tree.isComplete) this.#complete = this.#transfer!.roots.hashes.missing().length === 0
    this.#onHashes()
    this.#ask()
  }

  rejected(peer: HashPeer, range: HashRange): void {
    const key = keyOf(range)
    if (this.#asked.get(key)?.peer !== peer.id) return
    this.#asked.delete(key)
    this.#refused.set(`${peer.id} ${key}`, this.#clock.nowMs() + RETRY_MS)
    this.#ask()
  }

  #ask(): void {
    if (this.#complete || !this.#transfer || this.#peers.size === 0) return
    const now = this.#clock.nowMs()
    const load = new Map<number, number>()
    for (const { peer } of this.#asked.values()) load.set(peer, (load.get(peer) ?? 0) + 1)
    for (const { tree, range } of this.#transfer.roots.hashes.missing()) {
      const full: HashRange = { ...range, piecesRoot: tree.piecesRoot }
      const key = keyOf(full)
      if (this.#asked.has(key)) continue
      const peer = this.#leastLoaded(load, key, now)
      if (!peer) continue
      load.set(peer.id, (load.get(peer.id) ?? 0) + 1)
      this.#asked.set(key, { peer: peer.id, ms: now })
      peer.link.out.hashRequest(full)
    }
  }

  #leastLoaded(load: ReadonlyMap<number, number>, key: string, now: number): HashPeer | null {
    let best: HashPeer | null = null
    for (const peer of this.#peers.values()) {
      const busy = load.get(peer.id) ?? 0
      if (busy >= PIPELINE || (this.#refused.get(`${peer.id} ${key}`) ?? 0) > now) continue
      if (!best || busy < (load.get(best.id) ?? 0)) best = peer
    }
    return best
  }

  /** The number of requests for hashes of blocks that one peer may make. */
  #mostRead(): number {
    const { pieceCount, pieceLengthBytes } = this.#transfer!.layout
    return MOST_READINGS * pieceCount * Math.ceil(pieceLengthBytes / BLOCK_BYTES / MOST_HASHES)
  }

  /**
   * Hashes the blocks of the one piece that holds the range. Returns the index of that piece within
   * its file.
   */
  async #readBlocks({ piecesRoot, index, length, baseLayer }: HashRange): Promise<number[]> {
    const { roots, layout, have, storage } = this.#transfer!
    const tree = roots.hashes.tree(piecesRoot)!
    const first = Math.floor((index * 2 ** baseLayer) / tree.blocksPerPiece)
    const last = Math.floor(((index + length) * 2 ** baseLayer - 1) / tree.blocksPerPiece)
    const file = layout.files.findIndex(
      entry => entry.piecesRoot && keyOfRoot(entry.piecesRoot) === keyOfRoot(piecesRoot),
    )
    const piece = layout.piecesOf(file).first + first
    if (first !== last || !have.has(piece)) return []
    const bytes = new Uint8Array(layout.dataSize(piece))
    await storage.read(layout.pieceOffset(piece), bytes)
    return tree.addBlocks(first, blockHashes(bytes)) ? [first] : []
  }
}

/** A range as a message names it. */
export type RangeNumbers = [
  root: Uint8Array,
  baseLayer: number,
  index: number,
  length: number,
  proofs: number,
]

/** Copies a range that a message names, since the message's memory is reused. */
export function hashRange([root, baseLayer, index, length, proofLayers]: RangeNumbers): HashRange {
  return { piecesRoot: root.slice(), baseLayer, index, length, proofLayers }
}

function keyOf({ piecesRoot, baseLayer, index, length }: HashRange): string {
  return `${keyOfRoot(piecesRoot)} ${baseLayer} ${index} ${length}`
}

function keyOfRoot(root: Uint8Array): string {
  return hex(root)
}
