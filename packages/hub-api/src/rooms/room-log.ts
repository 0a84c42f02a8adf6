/** One room as a client follows it: keeps what it verified of the log in step with the hub, and sends its entries. */
import type { LogEntry, LogHead, SignedHead } from '@shoal/hub-stores/log'
import { HubHeads, prove } from './hub-heads.ts'
import type { ClientGiven } from './link.ts'
import { isSame, LogParts, Mismatch, type Part } from './log-parts.ts'
import type { Followed, Input, Pushes, Reply, RequestName, RoomRight, SentPart } from './messages.ts'
import { type Acknowledged, Outbox } from './outbox.ts'
import { ForkedLog, isPassing, RoomError } from './room-error.ts'

export interface RoomListener {
  /**
   * New entries, verified, in order. Each comes once. `newer`: they follow the last ones that were newer, perhaps with a gap before them; `older`: they fill the oldest gap, from its beginning.
   */
  entries(entries: readonly LogEntry[], place: 'newer' | 'older'): void
  /** Resolves when older entries may come: whoever cannot take them yet lets the reader wait. Newer ones come in any case. */
  ready?(): Promise<void>
  volatile?(bytes: Uint8Array): void
  /** The room is followed: rights, slow mode, home. Called after each connection. */
  followed?(about: Followed): void
  /** Everything up to the newest entry has arrived. */
  caughtUp?(): void
  /** The hub does not keep these any more. */
  trimmed?(fromSequence: number, toSequence: number): void
  /** `forked-log` is a `ForkedLog` with the proof: nothing more is read of this room. */
  problem?(error: RoomError): void
}

export interface RoomOptions {
  /** 32 bytes. */
  readonly room: Uint8Array
  /** See `roomToken`. Null for rooms that are open to all members of the hub. */
  readonly token?: Uint8Array | null
  /** From `parts` of an earlier client, whose entries are stored. */
  readonly parts?: readonly Part[]
  /** If more entries than this are missing, the newest are read first, so many at first. Default: 100. */
  readonly screen?: number
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

export class RoomLog {
  readonly id: Uint8Array
  readonly token: Uint8Array | null
  readonly #given: Pick<ClientGiven, 'clock' | 'random'>
  readonly #listener: RoomListener
  readonly #screen: number
  readonly #parts: LogParts
  readonly #outbox: Outbox
  #wire: Wire | null = null
  #last = 0
  /** The newest verified entry when the connection began: entries may overtake the answer to a follow. */
  #sinceBefore = 0
  #isSyncing = false
  #state: 'open' | 'forked' | 'closed' = 'open'
  #right: RoomRight | null = null
  readonly #heads: HubHeads
  #cancelRetry: (() => void) | undefined

  constructor(options: RoomOptions, listener: RoomListener, given: Pick<ClientGiven, 'clock' | 'random'>) {
    this.id = options.room
    this.token = options.token ?? null
    this.#listener = listener
    this.#given = given
    this.#screen = Math.min(PAGE, Math.max(1, options.screen ?? DEFAULT_SCREEN))
    this.#parts = new LogParts(options.room, options.parts)
    this.#last = this.since
    this.#sinceBefore = this.since
    this.#outbox = new Outbox(given.clock, given.random)
    this.#heads = new HubHeads(options.room, given.clock, error => this.#problem(error))
  }

  /** The verified parts, to continue from later: store them with the entries. */
  get parts(): readonly Part[] {
    return this.#parts.list
  }

  /** The number of the newest verified entry. */
  get since(): number {
    return this.#parts.newest.to.sequence
  }

  /** True if every entry up to the newest that the hub told of has arrived. */
  get isCaughtUp(): boolean {
    return this.#parts.list.length === 1 && this.since >= this.#last
  }

  /** The client's right in this room, while it is connected. */
  get right(): RoomRight | null {
    return this.#right
  }

  /** Entries that the hub has not acknowledged. */
  get unacknowledged(): number {
    return this.#outbox.size
  }

  /**
   * Appends an entry. Resolves once the hub has stored it; until then it is sent again after each reconnect. `clientId`: 16 random bytes; give the one of an earlier try, and the entry is in the log only once.
   * Rejects with `forbidden`, `full`, `moved`, `slow-mode`, `bad-argument`, `conflict`, `closed`.
   */
  append(bytes: Uint8Array, clientId: Uint8Array = this.#given.random.bytes(16)): Promise<Acknowledged> {
    if (this.#state === 'closed') return Promise.reject(new RoomError('closed', 'This room was closed'))
    return this.#outbox.add(clientId, bytes)
  }

  /** Sends up to 2,048 bytes to those who are there now. Nothing is stored, and it may get lost. */
  sendVolatile(bytes: Uint8Array): void {
    if (this.#right && this.#right !== 'read') this.#wire?.volatile(this.id, bytes)
  }

  /**
   * Compares a head that somebody else got from this hub with what the hub says to this client. Resolves if they agree. Rejects with a `ForkedLog` if they prove that the hub showed different logs, `bad-head`, `other-hub`,
   * and `unavailable` if the hub does not say (it is not connected, or does not have that entry).
   */
  async compare(signed: Uint8Array): Promise<void> {
    const theirs = this.#heads.check(signed)
    const own = await this.#headAt(theirs.sequence)
    prove(own, signed)
  }

  /** The connection is there, and the room is followed. */
  connected(wire: Wire, hub: Uint8Array, about: Followed): void {
    if (this.#state !== 'open') return
    this.#wire = wire
    this.#heads.hub = hub
    this.#right = about.right
    this.#listener.followed?.(about)
    if (about.last < this.#sinceBefore)
      this.#problem(
        new RoomError('broken-log', 'The log of this room is shorter than it was: the hub has lost entries'),
      )
    this.#guard(() => this.#parts.compare(this.#heads.peek(about.head, about.last)))
    this.#last = Math.max(this.since, about.last)
    if (about.moved) this.#outbox.sendOver(null)
    else
      this.#outbox.sendOver((clientId, bytes) => wire.request('append', { room: this.id, clientId, bytes }))
    void this.#sync()
  }

  /** There is no connection, or the room is not followed over it. */
  disconnected(): void {
    this.#sinceBefore = this.since
    this.#wire = null
    this.#right = null
    this.#outbox.sendOver(null)
  }

  pushed({ after, entries, head }: Pushes['entries']): void {
    if (this.#state !== 'open') return
    this.#guard(() => {
      const opened = this.#heads.open(head, after + entries.length)
      this.#last = Math.max(this.#last, opened.sequence)
      // While the log is read, the newest part may not reach here yet.
      const added = this.#parts.append(after, entries, opened, head)
      if (added && added.length > 0) this.#listener.entries(added, 'newer')
    })
    void this.#sync()
  }

  news(last: number): void {
    this.#last = Math.max(this.#last, last)
    void this.#sync()
  }

  volatile(bytes: Uint8Array): void {
    this.#listener.volatile?.(bytes)
  }

  /** Tells the listener of an error that concerns the room. */
  failed(error: RoomError): void {
    this.#problem(error)
  }

  close(): void {
    this.#state = 'closed'
    this.disconnected()
    this.#cancelRetry?.()
    this.#heads.close()
    this.#outbox.close()
  }

  /** Reads what is missing: the newest screen first, and then from the oldest on. */
  async #sync(): Promise<void> {
    if (this.#isSyncing) return
    this.#isSyncing = true
    const wire = this.#wire
    const wasCaughtUp = this.isCaughtUp
    try {
      while (wire && wire === this.#wire && this.#state === 'open' && !this.isCaughtUp) {
        const before = [this.since, this.#parts.gap?.after.sequence, this.#last]
        await this.#readMore(wire)
        const after = [this.since, this.#parts.gap?.after.sequence, this.#last]
        if (wire === this.#wire && before.every((each, at) => each === after[at]))
          throw new RoomError('broken-log', 'The hub names entries that it does not give: leave this hub')
      }
      if (wire && wire === this.#wire && this.isCaughtUp && !(wasCaughtUp && this.since > 0))
        this.#listener.caughtUp?.()
    } catch (error) {
      await this.#caught(error, wire)
    } finally {
      this.#isSyncing = false
    }
    // Another connection came while the old one did not answer.
    if (this.#wire && this.#wire !== wire && !this.isCaughtUp) void this.#sync()
  }

  async #readMore(wire: Wire): Promise<void> {
    const missing = this.#last - this.since
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
      if (wire !== this.#wire) return
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
    return { room: this.id, since: null, before: null, limit: PAGE, ...some }
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
    else if (this.since < this.#last && part.last <= this.since) this.#last = this.since
  }

  /** Takes a part that was read, unless the connection or the room ended meanwhile. */
  #take(part: SentPart, wire: Wire, take: (after: LogHead, head: SignedHead) => void): void {
    if (wire !== this.#wire || this.#state !== 'open') return
    this.#last = Math.max(this.#last, part.last)
    const after = { room: this.id, sequence: part.after, hash: part.afterHash }
    take(after, this.#heads.open(part.head, part.after + part.entries.length))
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      void this.#caught(error, this.#wire)
    }
  }

  async #caught(error: unknown, wire: Wire | null): Promise<void> {
    if (error instanceof Mismatch) return this.#explain(error)
    const known = error instanceof RoomError ? error : null
    if (isPassing(error)) {
      this.#cancelRetry?.()
      this.#cancelRetry = this.#given.clock.after(error.afterMs ?? RETRY_MS, () => {
        if (wire === this.#wire) void this.#sync()
      })
      return
    }
    this.#problem(known ?? new RoomError('bad-message', `${(error as Error).message}`, { cause: error }))
  }

  /** The hub's log differs from what was verified: asks it to sign what it says now, which proves it. */
  async #explain({ known: { head, signed } }: Mismatch): Promise<void> {
    const broken = new RoomError('broken-log', 'The log of this room is not as it was: leave this hub')
    try {
      const own = await this.#headAt(head.sequence)
      const stored = signed ?? own
      prove(own, stored)
      this.#problem(broken)
    } catch (error) {
      if (error instanceof ForkedLog) this.#state = 'forked'
      this.#problem(error instanceof ForkedLog ? error : broken)
    }
  }

  async #headAt(sequence: number): Promise<Uint8Array> {
    if (!this.#wire) throw new RoomError('unavailable', 'The hub is not connected')
    const { head } = await this.#wire.request('head', { room: this.id, sequence })
    return head
  }

  #problem(error: RoomError): void {
    if (this.#state !== 'closed') this.#listener.problem?.(error)
  }
}
