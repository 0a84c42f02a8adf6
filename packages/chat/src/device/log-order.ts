/**
 * Orders the entries of a conversation's log: without gaps, each once, whatever their order of
 * arrival.
 */
import { equalBytes } from '@shoal/torrent/base'
import type { Place, RoomEntry } from './ports.ts'

export type PlacedEntry = RoomEntry & { readonly place: Place }

const MAX_HASHES = 2000
/** Entries read in one batch: they share a disk write. */
const AT_ONCE = 64

interface Held {
  readonly entry: PlacedEntry
  readonly read: PromiseWithResolvers<void>
}

export class LogOrder {
  #through: Place
  /** Entries that wait for missing ones before them. */
  readonly #held = new Map<number, Held>()
  #room: PromiseWithResolvers<void> | null = null
  readonly #waiters = new Set<PromiseWithResolvers<void> & { readonly sequence: number }>()
  #trimmedTo = 0
  /** The newest hashes by number, to compare with those of other members. */
  readonly #hashes = new Map<number, Uint8Array>()

  constructor(through: Place) {
    this.#through = through
  }

  /** All entries up to this one were read. */
  get through(): Place {
    return this.#through
  }

  /**
   * Returns false if the log has another entry in that place: then its hub shows different logs.
   * True if it is this one, or unknown by now.
   */
  agrees({ sequence, hash }: Place): boolean {
    const known = this.hashOf(sequence)
    return known === null || equalBytes(known, hash)
  }

  /** Returns the hash of an entry. Null if it was not read, or is unknown by now. */
  hashOf(sequence: number): Uint8Array | null {
    const { sequence: last, hash } = this.#through
    return this.#hashes.get(sequence) ?? (sequence === last && sequence > 0 ? hash : null)
  }

  /** Unread entries, in no particular order. */
  get waiting(): readonly PlacedEntry[] {
    return [...this.#held.values()].map(({ entry }) => entry)
  }

  /** Adds an entry. Resolves once it was read and `through` has stored that; rejects on close. */
  hold(entry: PlacedEntry): Promise<void> {
    const { sequence } = entry.place
    if (sequence <= this.#through.sequence) return Promise.resolve()
    const known = this.#held.get(sequence)
    if (known) return known.read.promise
    const held = { entry, read: Promise.withResolvers<void>() }
    this.#held.set(sequence, held)
    return held.read.promise
  }

  /** The log no longer has these. */
  trimmed(fromSequence: number, toSequence: number): void {
    if (fromSequence <= this.#through.sequence + 1) this.#trimmedTo = Math.max(this.#trimmedTo, toSequence)
  }

  /** Resolves when `reached` is called with this number or a later one. Rejects on close. */
  reach(sequence: number): Promise<void> {
    const waiter = { sequence, ...Promise.withResolvers<void>() }
    this.#waiters.add(waiter)
    return waiter.promise
  }

  reached(sequence: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.sequence > sequence) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /** Resolves when fewer than `most` entries are held. */
  async hasRoom(most: number): Promise<void> {
    while (this.#held.size >= most) {
      this.#room ??= Promise.withResolvers()
      await this.#room.promise
    }
  }

  /**
   * Reads contiguous entries until `isOver`. `read` receives a batch, and returns how many it has
   * read; `keep` then stores the position. Rejects like both.
   */
  async drain(
    read: (entries: readonly PlacedEntry[]) => Promise<number>,
    isOver: () => boolean,
    keep: (through: Place) => Promise<void>,
  ): Promise<void> {
    while (!isOver()) {
      const next = this.#next()
      if (next.length === 0) {
        const sequence = this.#through.sequence + 1
        if (sequence > this.#trimmedTo) return
        this.#through = { sequence, hash: this.#through.hash }
        continue
      }
      for (const { entry } of next) this.#remember(entry.place)
      const count = await read(next.map(({ entry }) => entry))
      const done = next.slice(0, count)
      for (const { entry } of done) this.#held.delete(entry.place.sequence)
      this.#through = done.at(-1)!.entry.place
      await keep(this.#through)
      for (const { read: each } of done) each.resolve()
      this.#room?.resolve()
      this.#room = null
    }
  }

  /** Returns the next contiguous entries, in batches. */
  #next(): readonly Held[] {
    const next = []
    for (let sequence = this.#through.sequence + 1; next.length < AT_ONCE; sequence++) {
      const held = this.#held.get(sequence)
      if (!held) break
      next.push(held)
    }
    return next
  }

  #remember({ sequence, hash }: Place): void {
    this.#hashes.set(sequence, hash)
    if (this.#hashes.size > MAX_HASHES) this.#hashes.delete(this.#hashes.keys().next().value!)
  }

  close(error: Error): void {
    for (const { read } of this.#held.values()) read.reject(error)
    for (const { reject } of this.#waiters) reject(error)
    this.#held.clear()
  }
}
