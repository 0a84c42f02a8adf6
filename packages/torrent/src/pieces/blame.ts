import { sha1, sha256 } from '#crypto'
import { equalBytes } from '../base/bytes.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'

/** Failed pieces that are remembered at a time, and their blocks in all: about 3 MB at most. The oldest are forgotten. */
const MAX_PIECES = 256
const MAX_BLOCKS = 65_536
/** Blocks whose senders are remembered at a time, half a gigabyte of them: more than can be open. The oldest pieces are forgotten. */
const MAX_CONTRIBUTIONS = 32_768

/** Who sent a block, so that it is known again when it reconnects: an address, a URL. */
export type SourceKey = string

export interface FailureVerdict {
  /** They sent wrong bytes, for certain. */
  readonly guilty: readonly SourceKey[]
  /** One of them did: give each only pieces that nobody else works on (parole). */
  readonly suspects: readonly SourceKey[]
}

export interface SuccessVerdict {
  /** They had sent other bytes than the right ones. */
  readonly guilty: readonly SourceKey[]
  /** They are suspected no longer. */
  readonly cleared: readonly SourceKey[]
}

export interface BlameOptions {
  /**
   * The SHA-256 that a block of a piece should have, where it is known (BEP 52 leaf hashes), and of how many bytes it is: of those that
   * belong to the file, padding left out. Null where it is not known.
   */
  readonly leaf?: (piece: number, block: number) => { hash: Uint8Array; lengthBytes: number } | null
}

/** A block of a failed piece: who sent it and the SHA-1 of what was sent. */
interface Evidence {
  readonly block: number
  readonly key: SourceKey
  readonly lengthBytes: number
  readonly digest: Uint8Array
}

const NO_FAILURE: FailureVerdict = { guilty: [], suspects: [] }
const NO_SUCCESS: SuccessVerdict = { guilty: [], cleared: [] }

/**
 * Who sent the bytes that made a piece fail.
 *
 * With one contributor there is no question. With several, each block's digest is kept with its sender; when the piece is fetched again
 * and verifies, whoever sent something else is found, and whoever sent the same is cleared. Leaf hashes (BEP 52) tell at once. What is
 * sure is only ever concluded from bytes that differ from verified ones, or from each other.
 */
export class BlameBook {
  readonly #leaf: NonNullable<BlameOptions['leaf']>
  /** Sender of each block, by piece. */
  readonly #contributors = new Map<number, SourceKey[]>()
  #contributions = 0
  readonly #evidence = new Map<number, Evidence[]>()
  #evidenceBlocks = 0
  /** The failed pieces that each suspect had a part in, as far as they are not settled. */
  readonly #suspects = new Map<SourceKey, Set<number>>()
  /** Whose evidence was forgotten for lack of room: no suspects any more, which nobody was told yet. */
  readonly #pardoned = new Set<SourceKey>()

  constructor(options: BlameOptions = {}) {
    this.#leaf = options.leaf ?? (() => null)
  }

  /** Whether any piece failed whose culprit is not found yet: only then does `verified` need bytes. */
  get hasSuspects(): boolean {
    return this.#evidence.size > 0
  }

  isSuspect(key: SourceKey): boolean {
    return this.#suspects.has(key)
  }

  /** The block of the piece that is kept came from `key`. Cheap: one array a piece. */
  contributed(piece: number, block: number, key: SourceKey): void {
    let senders = this.#contributors.get(piece)
    if (!senders) {
      senders = []
      this.#contributors.set(piece, senders)
    }
    if (senders[block] === undefined) this.#contributions++
    senders[block] = key
    // Only a caller that does not settle pieces gets here.
    if (this.#contributions > MAX_CONTRIBUTIONS) this.#take(this.#contributors.keys().next().value!)
  }

  /** The bytes of a piece were dropped without a verdict. */
  dropped(piece: number): void {
    this.#take(piece)
  }

  /** The piece does not verify. `bytes`: all of it, as received. */
  failed(piece: number, bytes: Uint8Array): FailureVerdict {
    const senders = this.#take(piece)
    const keys = distinct(senders)
    if (keys.length === 0) return NO_FAILURE
    const guilty = keys.length === 1 ? keys : this.#againstLeaves(piece, senders, bytes)
    if (guilty.length > 0) {
      for (const key of guilty) this.#suspects.delete(key)
      return { guilty, suspects: [] }
    }
    const before = this.#evidence.get(piece) ?? []
    const now = collect(senders, bytes)
    const liars = contradictions(before, now)
    this.#record(piece, now.concat(before))
    for (const key of liars) this.#suspects.delete(key)
    return { guilty: [...liars], suspects: keys.filter(key => !liars.has(key)) }
  }

  /** The piece verifies. `bytes`: all of it, or null when there are no suspects. */
  verified(piece: number, bytes: Uint8Array | null): SuccessVerdict {
    const senders = this.#take(piece)
    if (this.#evidence.size === 0) return NO_SUCCESS
    const guilty = new Set<SourceKey>()
    const cleared = new Set<SourceKey>(this.#pardoned)
    this.#pardoned.clear()
    const evidence = this.#evidence.get(piece)
    if (evidence && bytes) {
      for (const one of evidence)
        if (!equalBytes(one.digest, sha1(slice(bytes, one.block, one.lengthBytes)))) guilty.add(one.key)
      for (const key of this.#forget(piece)) cleared.add(key)
    }
    const keys = distinct(senders)
    // It sent a whole piece alone, and all of it is right: parole is over. What it sent before stays on record.
    if (keys.length === 1 && this.#suspects.delete(keys[0]!)) cleared.add(keys[0]!)
    for (const key of guilty) this.#suspects.delete(key)
    for (const key of cleared) if (guilty.has(key) || this.#suspects.has(key)) cleared.delete(key)
    return guilty.size + cleared.size > 0 ? { guilty: [...guilty], cleared: [...cleared] } : NO_SUCCESS
  }

  #take(piece: number): SourceKey[] {
    const senders = this.#contributors.get(piece)
    if (!senders) return []
    this.#contributors.delete(piece)
    senders.forEach(() => {
      this.#contributions--
    })
    return senders
  }

  #againstLeaves(piece: number, senders: readonly SourceKey[], bytes: Uint8Array): SourceKey[] {
    const guilty = new Set<SourceKey>()
    senders.forEach((key, block) => {
      const leaf = this.#leaf(piece, block)
      if (leaf && !equalBytes(leaf.hash, sha256(slice(bytes, block, leaf.lengthBytes)))) guilty.add(key)
    })
    return [...guilty]
  }

  #record(piece: number, evidence: Evidence[]): void {
    this.#forget(piece)
    // A piece that fails again and again is remembered as often as fits, the latest first.
    const kept = evidence.length > MAX_BLOCKS ? evidence.slice(0, MAX_BLOCKS) : evidence
    for (const oldest of this.#evidence.keys()) {
      if (this.#evidence.size < MAX_PIECES && this.#evidenceBlocks + kept.length <= MAX_BLOCKS) break
      for (const key of this.#forget(oldest)) this.#pardoned.add(key)
    }
    this.#evidence.set(piece, kept)
    this.#evidenceBlocks += kept.length
    for (const key of distinct(kept.map(one => one.key))) {
      const pieces = this.#suspects.get(key)
      if (pieces) pieces.add(piece)
      else this.#suspects.set(key, new Set([piece]))
    }
  }

  /** Drops the evidence about a piece. Returns who ceased to be a suspect by that. */
  #forget(piece: number): SourceKey[] {
    const evidence = this.#evidence.get(piece)
    if (!evidence) return []
    this.#evidence.delete(piece)
    this.#evidenceBlocks -= evidence.length
    return distinct(evidence.map(one => one.key)).filter(key => {
      const pieces = this.#suspects.get(key)
      return pieces?.delete(piece) === true && pieces.size === 0 && this.#suspects.delete(key)
    })
  }
}

/** Who sent two different versions of one block: at least one was wrong. */
function contradictions(before: readonly Evidence[], now: readonly Evidence[]): Set<SourceKey> {
  const liars = new Set<SourceKey>()
  const byBlock = new Map(now.map(one => [one.block, one]))
  for (const { block, key, lengthBytes, digest } of before) {
    const one = byBlock.get(block)
    if (one?.key === key && one.lengthBytes === lengthBytes && !equalBytes(one.digest, digest)) liars.add(key)
  }
  return liars
}

function collect(senders: readonly SourceKey[], bytes: Uint8Array): Evidence[] {
  const evidence: Evidence[] = []
  senders.forEach((key, block) => {
    const sent = slice(bytes, block, BLOCK_BYTES)
    evidence.push({ block, key, lengthBytes: sent.length, digest: sha1(sent) })
  })
  return evidence
}

function slice(bytes: Uint8Array, block: number, lengthBytes: number): Uint8Array {
  return bytes.subarray(block * BLOCK_BYTES, block * BLOCK_BYTES + lengthBytes)
}

function distinct(keys: readonly SourceKey[]): SourceKey[] {
  // Blocks that nobody sent are holes, which `forEach` skips.
  const set = new Set<SourceKey>()
  keys.forEach(key => {
    set.add(key)
  })
  return [...set]
}
