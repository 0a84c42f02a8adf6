/** Keeps the client's verified part of a room's log up to date by reading missing entries. */
import type { LogEntry, LogHead, SignedHead } from '@shoal/hub-stores/log'
import type { Clock } from '@shoal/torrent/base'
import type { HubHeads } from './hub-heads.ts'
import { isSame, type LogParts, Mismatch } from './log-parts.ts'
import type { Input, Reply, RequestName, SentPart } from './messages.ts'
import { isPassing, RoomError } from './room-error.ts'

export interface LogListener {
  /**
   * New, verified entries in order, each once. `newer`: they follow the last newer ones, perhaps
   * after a gap; `older`: they fill the oldest gap, from its start.
   */
  entries(entries: readonly LogEntry[], place: 'newer' | 'older'): void
  /** Resolves when the listener can take older entries. Newer ones are always delivered. */
  ready?(): Promise<void>
  /** Everything up to the newest entry has arrived. */
  caughtUp?(): void
  /** The hub no longer stores these entries. */
  trimmed?(fromSequence: number, toSequence: number): void
}

/** Sends requests over the current connection. */
export interface Wire {
  request<Name extends RequestName>(name: Name, input: Input<Name>): Promise<Reply<Name>>
  volatile(room: Uint8Array, bytes: Uint8Array): void
}

const PAGE = 1000
const DEFAULT_SCREEN = 100
/** Delay before a request is resent after a temporary failure. */
export const RETRY_MS = 1000

export interface RoomReaderOptions {
  readonly room: Uint8Array
  readonly parts: LogParts
  readonly heads: HubHeads
  /** See `RoomOptions`. */
  readonly screen: number | undefined
  readonly clock: Clock
  readonly listener: LogListener
  /** Returns false once the room is closed. */
  readonly isOpen: () => boolean
  /** Called when reading has failed permanently. */
  readonly onError: (error: unknown) => Promise<void>
}

export class RoomReader {
  /** The connection, or null. */
  wire: Wire | null = null
  /** Number of the newest entry announced by the hub. */
  last: number
  readonly #options: RoomReaderOptions
  readonly #parts: LogParts
  readonly #listener: LogListener
  readonly #screen: number
  #isReading = false
  #cancelRetry: (() => void) | undefined
  /** Whether the listener was asked for room for older entries, and has it. */
  #olderRoom: 'unasked' | 'asked' | 'there' = 'unasked'

  constructor(options: RoomReaderOptions) {
    this.#options = options
    this.#parts = options.parts
    this.#listener = options.listener
    this.#screen = Math.min(PAGE, Math.max(1, options.screen ?? DEFAULT_SCREEN))
    this.last = this.since
  }

  /** Number of the newest verified entry. */
  get since(): number {
    return this.#parts.newest.to.sequence
  }

  get isCaughtUp(): boolean {
    return this.#parts.list.length === 1 && this.since >= this.last
  }

  /** The hub announced an entry with this number. */
  told(last: number): void {
    this.last = Math.max(this.last, last)
  }

  /** Reads again later after a temporary error, and reports other errors. */
  async failed(error: unknown, wire = this.wire): Promise<void> {
    if (!isPassing(error)) return this.#options.onError(error)
    this.#cancelRetry?.()
    this.#cancelRetry = this.#options.clock.after(error.afterMs ?? RETRY_MS, () => {
      if (wire === this.wire) void this.sync()
    })
  }

  close(): void {
    this.#cancelRetry?.()
  }

  /** Reads missing entries: first the newest screenful, then the rest from the oldest. */
  async sync(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const wire = this.wire
    const wasCaughtUp = this.isCaughtUp
    try {
      while (wire && wire === this.wire && this.#options.isOpen() && !this.isCaughtUp) {
        if (!this.#mayRead()) return
        const before = [this.since, this.#parts.gap?.after.sequence, this.last]
        await this.#readMore(wire)
        const after = [this.since, this.#parts.gap?.after.sequence, this.last]
        if (wire === this.wire && before.every((each, at) => each === after[at]))
          throw new RoomError('broken-log', 'The hub names entries that it does not give: leave this hub')
      }
      if (wire && wire === this.wire && this.isCaughtUp && !(wasCaughtUp && this.since > 0))
        this.#listener.caughtUp?.()
    } catch (error) {
      await this.failed(error, wire)
    } finally {
      this.#isReading = false
    }
    // Another connection was opened before the old one answered.
    if (this.wire && this.wire !== wire && !this.isCaughtUp) void this.sync()
  }

  /**
   * Returns whether to read on. Older entries wait until the listener has room for them; newer ones
   * do not wait for that.
   */
  #mayRead(): boolean {
    const isOlder = this.since >= this.last
    if (!isOlder || !this.#listener.ready || this.#olderRoom === 'there') return true
    if (this.#olderRoom === 'asked') return false
    this.#olderRoom = 'asked'
    this.#listener.ready().then(
      () => {
        this.#olderRoom = 'there'
        void this.sync()
      },
      error => this.failed(error),
    )
    return false
  }

  async #readMore(wire: Wire): Promise<void> {
    const missing = this.last - this.since
    const { gap } = this.#parts
    if (missing > this.#screen) {
      const part = await wire.request('read', this.#query({ before: null, limit: this.#screen }))
      this.#take(part, wire, (after, head) => {
        const entries = this.#parts.begin(after, part.entries, head, part.head)
        if (entries.length > 0) this.#listener.entries(entries, 'newer')
      })
    } else if (missing > 0) {
      const { since } = this
      const part = await wire.request('read', this.#query({ since, limit: PAGE }))
      this.#take(part, wire, (after, head) => this.#takeNewer(since, after, part, head))
    } else if (gap) {
      this.#olderRoom = 'unasked'
      const limit = Math.min(PAGE, gap.until.sequence - gap.after.sequence)
      const part = await wire.request('read', this.#query({ since: gap.after.sequence, limit }))
      this.#take(part, wire, (after, head) => {
        if (this.#parts.gap?.after !== gap.after) return
        const entries = this.#parts.fill(after, part.entries, head, part.head)
        const trimmedTo = Math.min(after.sequence, gap.until.sequence)
        if (trimmedTo > gap.after.sequence) this.#listener.trimmed?.(gap.after.sequence + 1, trimmedTo)
        if (entries.length > 0) this.#listener.entries(entries, 'older')
      })
    }
  }

  #query(some: Partial<Input<'read'>>): Input<'read'> {
    return { room: this.#options.room, since: null, before: null, limit: PAGE, ...some }
  }

  #takeNewer(since: number, after: LogHead, part: SentPart, head: SignedHead): void {
    if (after.sequence > since && after.sequence > this.since) {
      this.#listener.trimmed?.(this.since + 1, after.sequence)
      const entries = this.#parts.begin(after, part.entries, head, part.head)
      this.#parts.skipGap()
      if (entries.length > 0) this.#listener.entries(entries, 'newer')
      return
    }
    const { newest } = this.#parts
    if (after.sequence === newest.to.sequence && !isSame(after, newest.to))
      throw new Mismatch({ head: newest.to, signed: newest.signed })
    const entries = this.#parts.append(after.sequence, part.entries, head, part.head)
    if (entries && entries.length > 0) this.#listener.entries(entries, 'newer')
    // The hub announces more entries than it returns.
    else if (this.since < this.last && part.last <= this.since) this.last = this.since
  }

  /**
   * Applies a part that was read, unless the connection or the room has been closed in the
   * meantime.
   */
  #take(part: SentPart, wire: Wire, take: (after: LogHead, head: SignedHead) => void): void {
    if (wire !== this.wire || !this.#options.isOpen()) return
    this.last = Math.max(this.last, part.last)
    const after = { room: this.#options.room, sequence: part.after, hash: part.afterHash }
    take(after, this.#options.heads.open(part.head, part.after + part.entries.length))
  }
}
