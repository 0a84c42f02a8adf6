/**
 * The verified parts of a room's log, as contiguous ranges with gaps between them. Pure: all
 * functions are synchronous.
 */
import { entryHash, type LogEntry, type LogHead } from '@shoal/hub-stores/log'
import { equalBytes } from '@shoal/torrent/base'
import type { SentEntry } from './messages.ts'
import { RoomError } from './room-error.ts'

/** Entries after `from`, up to and including `to`. */
export interface Part {
  readonly from: LogHead
  readonly to: LogHead
  /** The hub's signed head at `to`, once it has sent one. */
  readonly signed: Uint8Array | null
}

/** Thrown if the hub's log contradicts an earlier state. `known`: what was verified before. */
export class Mismatch extends Error {
  readonly known: { readonly head: LogHead; readonly signed: Uint8Array | null }

  constructor(known: { readonly head: LogHead; readonly signed: Uint8Array | null }) {
    super('the log differs from what it was')
    this.known = known
  }
}

/** Computes the numbers and hashes of the entries after a head. */
function toEntries(after: LogHead, sent: readonly SentEntry[]): LogEntry[] {
  let { hash } = after
  return sent.map(([clientId, postedMs, bytes], at) => {
    const entry = { sequence: after.sequence + at + 1, clientId, postedMs, bytes }
    hash = entryHash(hash, entry)
    return { ...entry, hash }
  })
}

export class LogParts {
  /** From the oldest to the newest; at least one. */
  #parts: readonly Part[]

  /** `parts`: from `list` of an earlier client, or none. */
  constructor(room: Uint8Array, parts: readonly Part[] = []) {
    const start = { room, sequence: 0, hash: room }
    this.#parts = parts.length > 0 ? parts : [{ from: start, to: start, signed: null }]
  }

  get list(): readonly Part[] {
    return this.#parts
  }

  get newest(): Part {
    return this.#parts.at(-1)!
  }

  /**
   * The oldest missing entries: after `after`, up to and including `until`. Null if none are
   * missing.
   */
  get gap(): { readonly after: LogHead; readonly until: LogHead } | null {
    const [oldest, next] = this.#parts
    return oldest && next ? { after: oldest.to, until: next.from } : null
  }

  /**
   * Appends the new ones of the entries after number `after`. `head`: the head at their end
   * according to the hub. Returns the new ones, or null if entries are missing before them. Throws
   * `Mismatch`.
   */
  append(
    after: number,
    sent: readonly SentEntry[],
    head: LogHead,
    signed: Uint8Array,
  ): readonly LogEntry[] | null {
    const { to } = this.newest
    if (after > to.sequence) return null
    if (after + sent.length <= to.sequence) {
      if (head.sequence === to.sequence && !isSame(head, to)) throw this.#mismatch(this.newest)
      return []
    }
    const entries = toEntries(to, sent.slice(to.sequence - after))
    const end = endOf(to, entries)
    if (!isSame(end, head)) throw this.#mismatch(this.newest)
    this.#replaceNewest({ ...this.newest, to: end, signed })
    return entries
  }

  /**
   * Starts a new part at the newest end of the log, with a gap before it. Returns its entries.
   * Throws `Mismatch`.
   */
  begin(after: LogHead, sent: readonly SentEntry[], head: LogHead, signed: Uint8Array): readonly LogEntry[] {
    const { newest } = this
    if (after.sequence <= newest.to.sequence) {
      const added = this.append(after.sequence, sent, head, signed)
      return added ?? []
    }
    const entries = toEntries(after, sent)
    const end = endOf(after, entries)
    if (!isSame(end, head)) throw this.#mismatch(null)
    this.#parts = [...this.#parts, { from: after, to: end, signed }]
    return entries
  }

  /**
   * Adds entries to the gap, as far as they lie in it, and merges the parts around it when it is
   * closed. Entries before `after` are no longer stored by the hub, and count as read. `head`: as
   * for `append`. Returns the added ones. Throws `Mismatch`.
   */
  fill(after: LogHead, sent: readonly SentEntry[], head: LogHead, signed: Uint8Array): readonly LogEntry[] {
    const [oldest, next, ...later] = this.#parts as [Part, Part, ...Part[]]
    const isBefore = after.sequence < oldest.to.sequence
    if (isBefore || (after.sequence === oldest.to.sequence && !isSame(after, oldest.to)))
      throw this.#mismatch(oldest)
    const room = Math.max(0, next.from.sequence - after.sequence)
    const entries = toEntries(after, sent.slice(0, room))
    const end = endOf(after, entries)
    if (sent.length <= room && !isSame(end, head)) throw this.#mismatch(oldest)
    if (end.sequence === next.from.sequence && !isSame(end, next.from)) throw this.#mismatch(next)
    const isClosed = end.sequence >= next.from.sequence
    this.#parts = isClosed
      ? [{ ...next, from: oldest.from }, ...later]
      : [{ from: oldest.from, to: end, signed }, next, ...later]
    return entries
  }

  /**
   * Skips the gap between the two newest parts, which the hub no longer stores: it counts as read.
   */
  skipGap(): void {
    const [below, { to, signed }] = [this.#parts.at(-2)!, this.newest]
    this.#parts = [...this.#parts.slice(0, -2), { from: below.from, to, signed }]
  }

  /** Throws `Mismatch` if the hub contradicts the newest verified entry. */
  compare(said: LogHead): void {
    const { to, signed } = this.newest
    if (said.sequence === to.sequence && !isSame(said, to)) throw new Mismatch({ head: to, signed })
  }

  #replaceNewest(part: Part): void {
    this.#parts = [...this.#parts.slice(0, -1), part]
  }

  #mismatch(part: Part | null): Error {
    if (part && part.to.sequence > 0) return new Mismatch({ head: part.to, signed: part.signed })
    return new RoomError(
      'broken-log',
      'The entries of this room do not match what the hub signed: read them again',
    )
  }
}

function endOf(after: LogHead, entries: readonly LogEntry[]): LogHead {
  const last = entries.at(-1)
  return last ? { room: after.room, sequence: last.sequence, hash: last.hash } : after
}

export function isSame(one: LogHead, other: LogHead): boolean {
  return one.sequence === other.sequence && equalBytes(one.hash, other.hash)
}
