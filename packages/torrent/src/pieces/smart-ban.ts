import { sha1 } from '#crypto'
import { equalBytes } from '../base/bytes.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'

/**
 * Maximum number of failed pieces that are remembered, and of blocks of them: about 3 MB at most.
 * The oldest are forgotten.
 */
const MAX_PIECES = 256
const MAX_BLOCKS = 65_536
/**
 * Maximum number of blocks whose sender is remembered: half a gigabyte, more than partial pieces
 * can hold. The oldest pieces are forgotten.
 */
const MAX_CONTRIBUTIONS = 32_768

/** Identifies a sender across reconnections: an address or a URL. */
export type SourceKey = string

/** The conclusions from a piece that failed or verified. */
export interface Verdict {
  /** Sources that certainly sent wrong bytes: ban them. */
  readonly guilty: readonly SourceKey[]
  /**
   * Sources at least one of which sent wrong bytes: put them on parole, with pieces that no other
   * source works on.
   */
  readonly suspects: readonly SourceKey[]
  /** Former suspects that are no longer suspected: end their parole. */
  readonly cleared: readonly SourceKey[]
}

/** A block of a failed piece: its sender, and the SHA-1 of what it sent. */
interface Evidence {
  readonly block: number
  readonly key: SourceKey
  readonly lengthBytes: number
  readonly digest: Uint8Array
}

const NO_VERDICT: Verdict = { guilty: [], suspects: [], cleared: [] }

/**
 * Finds the senders of wrong bytes.
 *
 * If a failed piece has one sender, that one is guilty. If it has several, the digest of each block
 * is kept with its sender. When the piece is fetched again and verifies, sources that sent other
 * bytes are guilty, and those that sent the same are cleared. A source is only found guilty if its
 * bytes differ from verified bytes, or from each other.
 */
export class SmartBan {
  /** The sender of each block, by piece. */
  readonly #contributors = new Map<number, SourceKey[]>()
  #contributions = 0
  readonly #evidence = new Map<number, Evidence[]>()
  #evidenceBlocks = 0
  /** The unsettled failed pieces to which each suspect contributed. */
  readonly #suspects = new Map<SourceKey, Set<number>>()
  /**
   * Sources that are no longer suspects because their evidence was forgotten. The next verdict
   * clears them.
   */
  readonly #pardoned = new Set<SourceKey>()

  isSuspect(key: SourceKey): boolean {
    return this.#suspects.has(key)
  }

  /** The block of the piece came from `key`. */
  contributed(piece: number, block: number, key: SourceKey): void {
    let senders = this.#contributors.get(piece)
    if (!senders) {
      senders = []
      this.#contributors.set(piece, senders)
    }
    if (senders[block] === undefined) this.#contributions++
    senders[block] = key
    // This only happens if the caller does not settle pieces.
    if (this.#contributions > MAX_CONTRIBUTIONS) this.#take(this.#contributors.keys().next().value!)
  }

  /** The bytes of the piece were dropped without being verified. */
  dropped(piece: number): void {
    this.#take(piece)
  }

  /** The piece does not verify. `bytes` is the complete piece as it was received. */
  failed(piece: number, bytes: Uint8Array): Verdict {
    const senders = this.#take(piece)
    const keys = distinct(senders)
    if (keys.length === 0) return NO_VERDICT
    if (keys.length === 1) {
      this.#suspects.delete(keys[0]!)
      return { guilty: keys, suspects: [], cleared: [] }
    }
    const before = this.#evidence.get(piece) ?? []
    const now = collect(senders, bytes)
    const liars = contradictions(before, now)
    this.#record(piece, now.concat(before))
    for (const key of liars) this.#suspects.delete(key)
    return { guilty: [...liars], suspects: keys.filter(key => !liars.has(key)), cleared: [] }
  }

  /** The piece verifies. `bytes` is the complete piece, and possibly more. */
  verified(piece: number, bytes: Uint8Array): Verdict {
    const senders = this.#take(piece)
    if (this.#evidence.size === 0) return NO_VERDICT
    const guilty = new Set<SourceKey>()
    const cleared = new Set<SourceKey>(this.#pardoned)
    this.#pardoned.clear()
    const evidence = this.#evidence.get(piece)
    if (evidence) {
      for (const one of evidence)
        if (!equalBytes(one.digest, sha1(slice(bytes, one.block, one.lengthBytes)))) guilty.add(one.key)
      for (const key of this.#forget(piece)) cleared.add(key)
    }
    const keys = distinct(senders)
    // A suspect that alone sent a complete correct piece is cleared. The earlier evidence is kept.
    if (keys.length === 1 && this.#suspects.delete(keys[0]!)) cleared.add(keys[0]!)
    for (const key of guilty) this.#suspects.delete(key)
    for (const key of cleared) if (guilty.has(key) || this.#suspects.has(key)) cleared.delete(key)
    if (guilty.size + cleared.size === 0) return NO_VERDICT
    return { guilty: [...guilty], suspects: [], cleared: [...cleared] }
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

  #record(piece: number, evidence: Evidence[]): void {
    this.#forget(piece)
    // For a piece that fails repeatedly, the latest attempts are kept.
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

  /**
   * Drops the evidence about a piece. Returns the sources that are no longer suspects as a result.
   */
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

/** Returns sources that sent two different versions of the same block: at least one was wrong. */
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
  // `forEach` skips the holes of blocks that were not received.
  const set = new Set<SourceKey>()
  keys.forEach(key => {
    set.add(key)
  })
  return [...set]
}
