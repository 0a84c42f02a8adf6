/** A client's view of one room: reads its log, verifies the hub's messages, and sends entries. */
import { HubHeads, prove } from './hub-heads.ts'
import type { ClientGiven } from './link.ts'
import { LogParts, Mismatch, type Part } from './log-parts.ts'
import type { Followed, Pushes, RoomRight } from './messages.ts'
import { type Acknowledged, Outbox } from './outbox.ts'
import { ForkedLog, RoomError } from './room-error.ts'
import { type LogListener, RoomReader, type Wire } from './room-reader.ts'

export interface RoomListener extends LogListener {
  volatile?(bytes: Uint8Array): void
  /** Called after each connection, when the room is followed: rights, slow mode, home. */
  followed?(about: Followed): void
  /** `forked-log` is a `ForkedLog` with the proof: reading of this room stops. */
  problem?(error: RoomError): void
}

export interface RoomOptions {
  /** 32 bytes. */
  readonly room: Uint8Array
  /** See `roomToken`. Null for rooms open to all members of the hub. */
  readonly token?: Uint8Array | null
  /** From `parts` of an earlier client, whose entries are stored. */
  readonly parts?: readonly Part[]
  /**
   * If more entries than this are missing, this many of the newest are read first. Default: 100.
   */
  readonly screen?: number
}

export class RoomLog {
  readonly id: Uint8Array
  readonly token: Uint8Array | null
  readonly #given: Pick<ClientGiven, 'clock' | 'random'>
  readonly #listener: RoomListener
  readonly #parts: LogParts
  readonly #outbox: Outbox
  readonly #reader: RoomReader
  /**
   * The newest verified entry when the connection was opened: pushed entries may arrive before the
   * response to the follow request.
   */
  #sinceBefore = 0
  #state: 'open' | 'forked' | 'closed' = 'open'
  #right: RoomRight | null = null
  readonly #heads: HubHeads

  constructor(options: RoomOptions, listener: RoomListener, given: Pick<ClientGiven, 'clock' | 'random'>) {
    this.id = options.room
    this.token = options.token ?? null
    this.#listener = listener
    this.#given = given
    this.#parts = new LogParts(options.room, options.parts)
    this.#outbox = new Outbox(given.clock, given.random)
    this.#heads = new HubHeads(options.room, given.clock, error => this.#problem(error))
    this.#reader = new RoomReader({
      ...{ room: this.id, parts: this.#parts, heads: this.#heads, screen: options.screen, listener },
      clock: given.clock,
      isOpen: () => this.#state === 'open',
      onError: error => this.#caught(error),
    })
    this.#sinceBefore = this.since
  }

  /** The verified parts, to continue from later: store them with the entries. */
  get parts(): readonly Part[] {
    return this.#parts.list
  }

  /** Number of the newest verified entry. */
  get since(): number {
    return this.#reader.since
  }

  /** The hub's signed head at the newest verified entry. Null if it has sent none. */
  get head(): Uint8Array | null {
    return this.#parts.newest.signed
  }

  /** Whether every entry up to the newest announced by the hub has arrived. */
  get isCaughtUp(): boolean {
    return this.#reader.isCaughtUp
  }

  /** The client's right in this room while connected. */
  get right(): RoomRight | null {
    return this.#right
  }

  /** Number of entries that the hub has not acknowledged. */
  get unacknowledged(): number {
    return this.#outbox.size
  }

  /**
   * Appends an entry. Resolves once the hub has stored it; until then it is resent after each
   * reconnect, and once rate limits and slow mode permit. Entries are stored in the order of the
   * calls. `clientId`: 16 random bytes; pass that of an earlier attempt to have the entry in the
   * log only once. Rejects with `forbidden`, `full`, `moved`, `bad-argument`, `conflict`, `closed`.
   */
  append(bytes: Uint8Array, clientId: Uint8Array = this.#given.random.bytes(16)): Promise<Acknowledged> {
    if (this.#state === 'closed') return Promise.reject(new RoomError('closed', 'This room was closed'))
    return this.#outbox.add(clientId, bytes)
  }

  /**
   * Sends up to 2,048 bytes to the clients currently connected. They are not stored, and may get
   * lost.
   */
  sendVolatile(bytes: Uint8Array): void {
    if (this.#right && this.#right !== 'read') this.#reader.wire?.volatile(this.id, bytes)
  }

  /**
   * Compares a head that another client received from this hub with the one that this client has,
   * or with the hub's response to it. Resolves if they agree. Rejects with a `ForkedLog` if they
   * prove that the hub showed different logs, `bad-head`, `other-hub`, and `unavailable` if the hub
   * gives no response (it is not connected, or does not have that entry).
   */
  async compare(signed: Uint8Array): Promise<void> {
    const theirs = this.#heads.check(signed)
    const { to, signed: own } = this.#parts.newest
    const isNewest = to.sequence === theirs.sequence
    prove((isNewest && own) || (await this.#headAt(theirs.sequence)), signed)
  }

  /** Called when the connection is open and the room is followed. */
  connected(wire: Wire, hub: Uint8Array, about: Followed): void {
    if (this.#state !== 'open') return
    this.#reader.wire = wire
    this.#heads.hub = hub
    this.#right = about.right
    this.#listener.followed?.(about)
    if (about.last < this.#sinceBefore)
      this.#problem(
        new RoomError('broken-log', 'The log of this room is shorter than it was: the hub has lost entries'),
      )
    this.#guard(() => this.#parts.compare(this.#heads.peek(about.head, about.last)))
    this.#reader.last = Math.max(this.since, about.last)
    if (about.moved) this.#outbox.sendOver(null)
    else
      this.#outbox.sendOver((clientId, bytes) => wire.request('append', { room: this.id, clientId, bytes }))
    void this.#reader.sync()
  }

  /** Called when the connection is lost, or the room is not followed over it. */
  disconnected(): void {
    this.#sinceBefore = this.since
    this.#reader.wire = null
    this.#right = null
    this.#outbox.sendOver(null)
  }

  pushed({ after, entries, head }: Pushes['entries']): void {
    if (this.#state !== 'open') return
    this.#guard(() => {
      const opened = this.#heads.open(head, after + entries.length)
      this.#reader.told(opened.sequence)
      // While the log is being read, there may be a gap before these.
      const added = this.#parts.append(after, entries, opened, head)
      if (added && added.length > 0) this.#listener.entries(added, 'newer')
    })
    void this.#reader.sync()
  }

  news(last: number): void {
    this.#reader.told(last)
    void this.#reader.sync()
  }

  volatile(bytes: Uint8Array): void {
    this.#listener.volatile?.(bytes)
  }

  /** Reports an error of the room to the listener. */
  failed(error: RoomError): void {
    this.#problem(error)
  }

  close(): void {
    this.#state = 'closed'
    this.disconnected()
    this.#reader.close()
    this.#heads.close()
    this.#outbox.close()
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      void this.#reader.failed(error)
    }
  }

  async #caught(error: unknown): Promise<void> {
    if (error instanceof Mismatch) return this.#explain(error)
    const known = error instanceof RoomError ? error : null
    this.#problem(known ?? new RoomError('bad-message', `${(error as Error).message}`, { cause: error }))
  }

  /**
   * The hub's log contradicts what was verified: requests a signed head of its present state, which
   * proves it.
   */
  async #explain({ known: { head, signed } }: Mismatch): Promise<void> {
    const broken = new RoomError('broken-log', "This room's log was altered: leave this hub")
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
    if (!this.#reader.wire) throw new RoomError('unavailable', 'The hub is not connected')
    const { head } = await this.#reader.wire.request('head', { room: this.id, sequence })
    return head
  }

  #problem(error: RoomError): void {
    if (this.#state !== 'closed') this.#listener.problem?.(error)
  }
}
