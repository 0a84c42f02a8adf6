/** Keeps what a client verified of a room's log in step with the hub, by reading what is missing. */
import type { LogEntry, LogHead, SignedHead } from '@shoal/hub-stores/log'
import type { Clock } from '@shoal/torrent/base'
import type { HubHeads } from './hub-heads.ts'
import { isSame, type LogParts, Mismatch } from './log-parts.ts'
import type { Input, Reply, RequestName, SentPart } from './messages.ts'
import { isPassing, RoomError } from './room-error.ts'

export interface LogListener {
  /**
   * New entries, verified, in order. Each comes once. `newer`: they follow the last ones that were newer, perhaps with a gap before them; `older`: they fill the oldest gap, from its beginning.
   */
  entries(entries: readonly LogEntry[], place: 'newer' | 'older'): void
  /** Resolves when older entries may come: whoever cannot take them yet lets the reader wait. Newer ones come in any case. */
  ready?(): Promise<void>
  /** Everything up to the newest entry has arrived. */
  caughtUp?(): void
  /** The hub does not keep these any more. */
  trimmed?(fromSequence: number, toSequence: number): void
}

/** Sends requests over the connection that there is at the moment. */
export interface Wire {
  request<Name extends RequestName>(name: Name, input: Input<Name>): Promise<Reply<Name>>
  volatile(room: Uint8Array, bytes: Uint8Array): void
}

const PAGE = 1000
const DEFAULT_SCREEN = 100
/** The pause before a request that failed for the moment is sent again. */
export const RETRY_MS = 1000

export interface RoomReaderOptions {
  readonly room: Uint8Array
  readonly parts: LogParts
  readonly heads: HubHeads
  /** See `RoomOptions`. */
  readonly screen: number | undefined
  readonly clock: Clock
  readonly listener: LogListener
  /** False once nothing of the room is read any more. */
  readonly isOpen: () => boolean
  /** Reading failed for good. */
  readonly onError: (error: unknown) => Promise<void>
}

export class RoomReader {
  /** The connection, or null. */
  wire: Wire | null = null
  /** The number of the newest entry that the hub told of. */
  last: number
  readonly #options: RoomReaderOptions
  readonly #parts: LogParts
  readonly #listener: LogListener
  readonly #screen: number
  #isReading = false
  #cancelRetry: (() => void) | undefined

  constructor(options: RoomReaderOptions) {
    this.#options = options
    this.#parts = options.parts
    this.#listener = options.listener
    this.#screen = Math.min(PAGE, Math.max(1, options.screen ?? DEFAULT_SCREEN))
    this.last = this.since
  }

  /** The number of the newest verified entry. */
  get since(): number {
    return this.#parts.newest.to.sequence
  }

  get isCaughtUp(): boolean {
    return this.#parts.list.length === 1 && this.since >= this.last
  }

  /** The hub told of an entry with this number. */
  told(last: number): void {
    this.last = Math.max(this.last, last)
  }

  /** Reads again later after an error that passes, and reports others. */
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

  /** Reads what is missing: the newest screen first, and then from the oldest on. */
  async sync(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const wire = this.wire
    const wasCaughtUp = this.isCaughtUp
    try {
      while (wire && wire === this.wire && this.#options.isOpen() && !this.isCaughtUp) {
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
    // Another connection came while the old one did not answer.
    if (this.wire && this.wire !== wire && !this.isCaughtUp) void this.sync()
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
      await this.#listener.ready?.()
      if (wire !== this.wire) return
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
    // The hub says that there is more, but does not give it.
    else if (this.since < this.last && part.last <= this.since) this.last = this.since
  }

  /** Takes a part that was read, unless the connection or the room ended meanwhile. */
  #take(part: SentPart, wire: Wire, take: (after: LogHead, head: SignedHead) => void): void {
    if (wire !== this.wire || !this.#options.isOpen()) return
    this.last = Math.max(this.last, part.last)
    const after = { room: this.#options.room, sequence: part.after, hash: part.afterHash }
    take(after, this.#options.heads.open(part.head, part.after + part.entries.length))
  }
}
