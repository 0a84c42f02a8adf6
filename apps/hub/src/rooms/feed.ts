/**
 * Tail of one room's log in this process: delivers entries in order to the clients that follow it.
 * Entries appended by this process or reported by another are pushed at once; gaps are filled from
 * the database.
 */
import {
  type LogEntry,
  type LogHead,
  MAX_PART,
  RoomError,
  type RoomRight,
  signHead,
  toSentEntry,
} from '@shoal/hub-api/rooms'
import type { Room, RoomAccess } from '@shoal/hub-stores'
import { equalBytes } from '@shoal/torrent/base'
import { Outgoing, type RoomsGiven } from './contracts.ts'

export interface Follower {
  readonly tokenHash: Uint8Array | null
  receive(outgoing: Outgoing, feed: Feed): void
  receiveVolatile(outgoing: Outgoing): void
  /** Called when it stops following the room. */
  lost(feed: Feed, error: RoomError): void
}

/** Time to wait for a missing entry: those appended by two processes may arrive out of order. */
const GAP_MS = 50
const RETRY_MS = 1000
/** Most bytes to buffer; further entries are read from the database. */
const MAX_WAITING_BYTES = 4 << 20
const MAX_PUSH_BYTES = 1 << 20

export class Feed {
  readonly id: Uint8Array
  readonly followers = new Set<Follower>()
  /** Number of clients about to follow. */
  holds = 0
  readonly #given: Pick<RoomsGiven, 'stores' | 'clock' | 'signer' | 'onError'>
  #room: Room | undefined
  /** The last entry that was pushed. */
  #head: LogHead | undefined
  #signed: { readonly head: LogHead; readonly bytes: Uint8Array } | undefined
  readonly #waiting = new Map<number, LogEntry>()
  #waitingBytes = 0
  /** Highest known sequence number. */
  #known = 0
  #isFlushing = false
  #isReading = false
  #cancelGap: (() => void) | undefined

  constructor(id: Uint8Array, given: Pick<RoomsGiven, 'stores' | 'clock' | 'signer' | 'onError'>) {
    this.id = id
    this.#given = given
  }

  get isUnused(): boolean {
    return this.followers.size === 0 && this.holds === 0
  }

  /** State as of the last database query. Undefined until `refresh` was called. */
  get room(): Room | undefined {
    return this.#room
  }

  /**
   * The newest known entry. Call `refresh` first. A client that follows from now on receives all
   * later ones.
   */
  get newest(): LogHead {
    const [pushed, read] = [this.#head!, this.#room!.head]
    return pushed.sequence > read.sequence ? pushed : read
  }

  get last(): number {
    return this.#head?.sequence ?? 0
  }

  /**
   * Applies the room's state in the database: reads missing entries, and drops followers who no
   * longer have access.
   */
  refresh(room: Room): void {
    const before = this.#room
    // Database responses may arrive out of order.
    this.#room = before && before.head.sequence > room.head.sequence ? { ...room, head: before.head } : room
    if (!this.#head) {
      this.#head = room.head
      for (const sequence of this.#waiting.keys()) if (sequence <= room.head.sequence) this.#drop(sequence)
    }
    this.news(room.head.sequence)
    if (!before || (before.moved === room.moved && isSameAccess(before.access, room.access))) return
    for (const follower of [...this.followers]) {
      const error =
        rightIn(room.access, follower.tokenHash) === null
          ? new RoomError('forbidden', 'The secret of this room has changed: ask its members for the new one')
          : room.moved && !before.moved
            ? new RoomError('moved', 'This room has moved to another hub: ask for its home')
            : null
      if (error) follower.lost(this, error)
    }
  }

  /** The room was deleted. */
  removed(): void {
    // A client that is about to follow it finds out from the database.
    if (!this.#room) return
    for (const follower of [...this.followers])
      follower.lost(this, new RoomError('not-found', 'This room was removed'))
  }

  /** Adds a durable entry. */
  add(entry: LogEntry): void {
    if (this.#head && entry.sequence <= this.#head.sequence) return
    if (this.#waitingBytes + entry.bytes.length > MAX_WAITING_BYTES) return this.news(entry.sequence)
    if (!this.#waiting.has(entry.sequence)) this.#waitingBytes += entry.bytes.length
    this.#waiting.set(entry.sequence, entry)
    this.#known = Math.max(this.#known, entry.sequence)
    this.#flushSoon()
  }

  /** Records that the log has grown to this number, with the entries in the database. */
  news(last: number): void {
    this.#known = Math.max(this.#known, last)
    if (this.#head && this.#known > this.#head.sequence) this.#flushSoon()
  }

  /** Returns the signed head at a sequence number. The newest is signed once for all requests. */
  sign(head: LogHead): Uint8Array {
    if (
      this.#signed &&
      this.#signed.head.sequence === head.sequence &&
      equalBytes(this.#signed.head.hash, head.hash)
    )
      return this.#signed.bytes
    const bytes = signHead(head, this.#given.signer, Math.floor(this.#given.clock.unixMs() / 1000))
    if (head.sequence >= (this.#signed?.head.sequence ?? 0)) this.#signed = { head, bytes }
    return bytes
  }

  close(): void {
    this.#cancelGap?.()
    this.followers.clear()
    this.#waiting.clear()
  }

  #drop(sequence: number): void {
    this.#waitingBytes -= this.#waiting.get(sequence)?.bytes.length ?? 0
    this.#waiting.delete(sequence)
  }

  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    // Pushes all entries that arrive in one turn together.
    this.#given.clock.after(0, () => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    if (!this.#head) return
    const entries: LogEntry[] = []
    for (;;) {
      const next = this.#waiting.get(this.#head.sequence + entries.length + 1)
      if (!next) break
      entries.push(next)
    }
    for (const { sequence } of entries) this.#drop(sequence)
    this.#push(entries)
    if (this.#known > this.#head.sequence) this.#readSoon(this.#waiting.size > 0 ? GAP_MS : 0)
  }

  #readSoon(delayMs: number): void {
    if (this.#isReading || this.isUnused) return
    this.#cancelGap ??= this.#given.clock.after(delayMs, () => {
      this.#cancelGap = undefined
      void this.#read()
    })
  }

  async #read(): Promise<void> {
    if (this.#isReading || !this.#head || this.#known <= this.#head.sequence) return
    this.#isReading = true
    let delayMs = 0
    try {
      const { entries, after, room } = await this.#given.stores.rooms.read(
        this.id,
        this.#head.sequence,
        MAX_PART,
      )
      const head: LogHead = this.#head
      // Skips entries that have been trimmed in the meantime.
      if (after.sequence > head.sequence) this.#head = after
      const fresh = entries.filter(({ sequence }) => sequence > this.#head!.sequence)
      for (const { sequence } of fresh) this.#drop(sequence)
      this.#push(fresh)
      if (room.head.sequence === this.#head.sequence && this.#known > this.#head.sequence) {
        // Another process has reported more than the database contains.
        this.#known = this.#head.sequence
      }
    } catch (error) {
      delayMs = RETRY_MS
      if ((error as { code?: unknown }).code !== 'unavailable') this.#given.onError(error)
    } finally {
      this.#isReading = false
    }
    if (this.#known > this.#head.sequence) this.#readSoon(delayMs)
  }

  #push(entries: readonly LogEntry[]): void {
    for (let at = 0; at < entries.length; ) {
      let bytes = 0
      let end = at
      while (end < entries.length && end - at < MAX_PART && (end === at || bytes < MAX_PUSH_BYTES))
        bytes += entries[end++]!.bytes.length
      this.#pushPart(entries.slice(at, end))
      at = end
    }
  }

  #pushPart(entries: readonly LogEntry[]): void {
    const { sequence, hash } = entries.at(-1)!
    const after = entries[0]!.sequence - 1
    this.#head = { room: this.id, sequence, hash }
    this.#known = Math.max(this.#known, sequence)
    if (this.followers.size === 0) return
    const body = { room: this.id, after, entries: entries.map(toSentEntry), head: this.sign(this.#head) }
    const outgoing = new Outgoing('entries', body)
    for (const follower of this.followers) follower.receive(outgoing, this)
  }
}

/** Returns the highest permission of a token in a room, or null. */
export function rightIn(access: RoomAccess, tokenHash: Uint8Array | null): RoomRight | null {
  const matches = (hash: Uint8Array | null) =>
    hash !== null && tokenHash !== null && equalBytes(hash, tokenHash)
  if (matches(access.manage)) return 'manage'
  if (matches(access.post)) return 'post'
  const mayRead = access.read === null || matches(access.read)
  return mayRead ? (access.post === null ? 'post' : 'read') : null
}

/** Returns the number up to which a former token allows reading; 0 for none. */
export function endFor({ earlier }: Room, tokenHash: Uint8Array | null): number {
  if (tokenHash === null) return 0
  const found = earlier.filter(({ hashes }) => hashes.some(hash => equalBytes(hash, tokenHash)))
  return Math.max(0, ...found.map(({ through }) => through))
}

function isSameAccess(one: RoomAccess, other: RoomAccess): boolean {
  const isSame = (a: Uint8Array | null, b: Uint8Array | null) =>
    a === null || b === null ? a === b : equalBytes(a, b)
  return isSame(one.manage, other.manage) && isSame(one.read, other.read) && isSame(one.post, other.post)
}
