/**
 * Client of a hub's room logs and inboxes, without any I/O of its own: stays connected, follows
 * rooms, reads the inbox.
 */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import type { ClientGiven, Link } from './link.ts'
import {
  type Followed,
  type Input,
  isPushName,
  MAX_PART,
  MAX_ROOMS,
  PROTOCOL_VERSION,
  type Pushes,
  type Refused,
  type Reply,
  type RequestName,
  readAnswer,
  readPush,
  type SentInboxEntry,
} from './messages.ts'
import { isPassing, RoomError } from './room-error.ts'
import { type RoomListener, RoomLog, type RoomOptions } from './room-log.ts'
import { RETRY_MS, type Wire } from './room-reader.ts'

export interface ClientListener {
  connected?(): void
  /** It reconnects automatically. */
  disconnected?(reason: string): void
  /** The session has ended, or the hub is another one: it does not reconnect. */
  ended?(error: RoomError): void
  /** Entries of the device's inbox, each once. Call `taken` when they are stored. */
  inbox?(entries: readonly SentInboxEntry[]): void
  /** The hub sent something invalid, or the inbox cannot be read. */
  problem?(error: RoomError): void
}

export interface ClientOptions extends ClientGiven {
  /** The hub's public key for heads, if known. Otherwise the first one is pinned. */
  readonly hub?: Uint8Array
  /** Number of the last stored inbox entry. Default: 0. */
  readonly inboxSince?: number
}

const REQUEST_MS = 30_000
/** Time limit for logging in and connecting, after which both are retried. */
const CONNECT_MS = 60_000
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [500, 30_000] as const
/** Longest pause that a hub can request. */
const LONGEST_ASKED_MS = 900_000
/** Polling interval of the inbox: a notification may get lost between processes of a hub. */
const INBOX_MS = 180_000

interface Pending {
  readonly reject: (error: RoomError) => void
}

export class RoomsClient {
  readonly #options: ClientOptions
  readonly #listener: ClientListener
  readonly #rooms = new Map<string, RoomLog>()
  /** Rooms whose follow request failed temporarily; they are requested again. */
  readonly #unfollowed = new Set<RoomLog>()
  readonly #pending = new Set<Pending>()
  #hub: Uint8Array | null
  #stunPort: number | null | undefined
  #inboxSince: number
  #link: Link | null = null
  /** Null until the hub has said hello over the connection. */
  #wire: Wire | null = null
  #connecting: AbortController | null = null
  #failures = 0
  /** The pause that a stopping hub requested over the present connection. */
  #askedMs = 0
  #isReadingInbox = false
  #hasInboxNews = false
  #isClosed = false
  #cancelPause: (() => void) | undefined
  #cancelInbox: (() => void) | undefined
  #cancelFollow: (() => void) | undefined

  /** Connects at once. */
  constructor(options: ClientOptions, listener: ClientListener = {}) {
    this.#options = options
    this.#listener = listener
    this.#hub = options.hub ?? null
    this.#inboxSince = options.inboxSince ?? 0
    void this.#connect()
  }

  get isConnected(): boolean {
    return this.#wire !== null
  }

  /** The hub's public key for heads. Null until it is known. */
  get hub(): Uint8Array | null {
    return this.#hub
  }

  /**
   * UDP port at which the hub's host answers STUN; null if it does not. Undefined until the hub has
   * reported it.
   */
  get stunPort(): number | null | undefined {
    return this.#stunPort
  }

  /**
   * Follows a room, from now on and after each reconnect. Throws `full` beyond 1,000 rooms, and
   * `conflict` if it is followed already.
   */
  follow(options: RoomOptions, listener: RoomListener): RoomLog {
    if (this.#isClosed) throw new RoomError('closed', 'This client was closed')
    const key = latin1(options.room)
    if (this.#rooms.has(key)) throw new RoomError('conflict', 'This room is followed already')
    if (this.#rooms.size >= MAX_ROOMS)
      throw new RoomError('full', `A client follows at most ${MAX_ROOMS} rooms: leave some`)
    const room = new RoomLog(options, listener, this.#options)
    this.#rooms.set(key, room)
    if (this.#wire) void this.#followOver(this.#wire, [room])
    return room
  }

  /** Stops following a room. Unacknowledged entries are rejected with `closed`. */
  leave(room: RoomLog): void {
    if (!this.#rooms.delete(latin1(room.id))) return
    room.close()
    this.#wire?.request('leave', { rooms: [room.id] }).catch(() => {})
  }

  /**
   * Sends a request: `create`, `change`, `remove`, `deliver`. Rejects with the hub's error, and
   * `unavailable` without a connection, or if it ends before the response.
   */
  async request<Name extends 'create' | 'change' | 'remove' | 'deliver'>(
    name: Name,
    input: Input<Name>,
  ): Promise<Reply<Name>> {
    if (!this.#wire) throw new RoomError('unavailable', 'The hub is not connected')
    return this.#wire.request(name, input)
  }

  /**
   * Acknowledges that this device has stored its inbox up to this number: the hub deletes it.
   * Rejects like `request`.
   */
  async taken(through: number): Promise<void> {
    if (!this.#wire) throw new RoomError('unavailable', 'The hub is not connected')
    await this.#wire.request('taken', { through })
  }

  /** Closes the connection and all rooms. Idempotent. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelPause?.()
    this.#connecting?.abort(new RoomError('closed', 'This client was closed'))
    this.#disconnected()
    for (const room of this.#rooms.values()) room.close()
    this.#rooms.clear()
  }

  async #connect(): Promise<void> {
    const connecting = new AbortController()
    this.#connecting = connecting
    let link: Link | null = null
    let isOver = false
    const closed = (reason: string, isFinal: boolean, afterMs = 0) => {
      if (isOver) return
      isOver = true
      if (this.#connecting === connecting) this.#lost(reason, isFinal, afterMs)
    }
    const cancel = this.#options.clock.after(CONNECT_MS, () => closed('The hub does not answer', false))
    connecting.signal.addEventListener('abort', cancel, { once: true })
    try {
      link = await this.#options.connect(
        { received: (name, body) => isOver || this.#received(name, body), closed },
        { signal: connecting.signal },
      )
      cancel()
      if (isOver || this.#isClosed) return link.close()
      this.#link = link
      await this.#greet(link)
    } catch (error) {
      link?.close()
      const known =
        error instanceof RoomError ? error : new RoomError('failed', `${(error as Error).message}`)
      const isFinal = ['unauthorized', 'other-hub', 'bad-argument'].includes(known.code)
      if (isFinal && !isOver && !this.#isClosed) {
        isOver = true
        this.#disconnected()
        this.#listener.ended?.(known)
      } else closed(known.message, false, known.afterMs)
    }
  }

  async #greet(link: Link): Promise<void> {
    const wire: Wire = {
      request: (name, input) => this.#request(link, name, input),
      volatile: (room, bytes) => link.volatile(room, bytes),
    }
    const rooms = [...this.#rooms.values()]
    const welcome = await wire.request('hello', {
      version: PROTOCOL_VERSION,
      rooms: rooms.map(toFollow),
    })
    if (link !== this.#link) return
    if (this.#hub && !equalBytes(this.#hub, welcome.hub))
      throw new RoomError('other-hub', 'This hub has another key than before: it may be another one')
    this.#hub = welcome.hub
    this.#stunPort = welcome.stunPort
    this.#failures = 0
    this.#wire = wire
    this.#listener.connected?.()
    this.#followed(wire, rooms, welcome.rooms)
    // Rooms added in the meantime.
    const later = [...this.#rooms.values()].filter(room => !rooms.includes(room))
    if (later.length > 0) void this.#followOver(wire, later)
    if (welcome.hasInbox) this.#readInboxRegularly(wire)
  }

  async #followOver(wire: Wire, rooms: readonly RoomLog[]): Promise<void> {
    try {
      const answer = await wire.request('follow', { rooms: rooms.map(toFollow) })
      if (wire === this.#wire) this.#followed(wire, rooms, answer.rooms)
    } catch (error) {
      if (wire !== this.#wire) return
      if (isPassing(error)) return this.#followAgain(wire, rooms)
      for (const room of rooms) room.failed(error as RoomError)
    }
  }

  #followAgain(wire: Wire, rooms: readonly RoomLog[]): void {
    for (const room of rooms) this.#unfollowed.add(room)
    this.#cancelFollow ??= this.#options.clock.after(RETRY_MS, () => {
      this.#cancelFollow = undefined
      const again = [...this.#unfollowed].filter(room => this.#rooms.get(latin1(room.id)) === room)
      this.#unfollowed.clear()
      if (again.length > 0) void this.#followOver(wire, again)
    })
  }

  #followed(wire: Wire, asked: readonly RoomLog[], answers: readonly (Followed | Refused)[]): void {
    for (const answer of answers) {
      const room = this.#rooms.get(latin1(answer.room))
      if (!room) wire.request('leave', { rooms: [answer.room] }).catch(() => {})
      // The room was left and followed again: that response counts.
      else if (!asked.includes(room)) continue
      else if ('error' in answer) room.failed(answer.error)
      else room.connected(wire, this.#hub!, answer)
    }
  }

  /** Rejects with `unavailable` if the connection ends before the response. */
  #request<Name extends RequestName>(link: Link, name: Name, input: Input<Name>): Promise<Reply<Name>> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply<Name>>()
    const pending: Pending = { reject }
    this.#pending.add(pending)
    const cancel = this.#options.clock.after(REQUEST_MS, () => {
      if (link === this.#link) this.#lost('The hub does not answer', false)
    })
    const answered = link.request(name, input).then(answer => readAnswer(name, answer))
    answered.then(resolve, reject)
    return promise.finally(() => {
      cancel()
      this.#pending.delete(pending)
    })
  }

  #received(name: string, body: unknown): void {
    if (!isPushName(name)) return
    try {
      if (name === 'inbox') return this.#readInbox()
      if (name === 'stopping') {
        this.#askedMs = readPush(name, body).afterMs
        return
      }
      const push = readPush(name, body) as Pushes['entries' | 'news' | 'left' | 'volatile']
      const room = this.#rooms.get(latin1(push.room))
      if (!room) return
      if ('entries' in push) room.pushed(push)
      else if ('last' in push) room.news(push.last)
      else if ('error' in push) {
        room.disconnected()
        room.failed(push.error)
      } else room.volatile(push.bytes)
    } catch (error) {
      this.#listener.problem?.(error as RoomError)
    }
  }

  #readInboxRegularly(wire: Wire): void {
    this.#readInboxLater(wire, INBOX_MS / 2 + this.#options.random.below(INBOX_MS))
    this.#readInbox()
  }

  #readInboxLater(wire: Wire, delayMs: number): void {
    this.#cancelInbox?.()
    this.#cancelInbox = this.#options.clock.after(delayMs, () => {
      if (wire === this.#wire) this.#readInboxRegularly(wire)
    })
  }

  #readInbox(): void {
    this.#hasInboxNews = true
    const wire = this.#wire
    if (!wire || this.#isReadingInbox) return
    this.#isReadingInbox = true
    this.#readInboxOver(wire)
      .catch((error: RoomError) => {
        if (wire !== this.#wire) return
        if (isPassing(error)) this.#readInboxLater(wire, RETRY_MS)
        else this.#listener.problem?.(error)
      })
      .finally(() => {
        this.#isReadingInbox = false
        if (this.#hasInboxNews && this.#wire && this.#wire !== wire) this.#readInbox()
      })
  }

  async #readInboxOver(wire: Wire): Promise<void> {
    while (this.#hasInboxNews && wire === this.#wire) {
      this.#hasInboxNews = false
      const { entries } = await wire.request('inbox', { since: this.#inboxSince, limit: MAX_PART })
      const fresh = entries.filter(({ sequence }) => sequence > this.#inboxSince)
      if (fresh.length === 0) continue
      this.#inboxSince = fresh.at(-1)!.sequence
      // There may be more than one part.
      this.#hasInboxNews = true
      this.#listener.inbox?.(fresh)
    }
  }

  /** `afterMs`: shortest pause requested by the hub, if it has not sent `stopping`. */
  #lost(reason: string, isFinal: boolean, afterMs = 0): void {
    if (this.#isClosed) return
    const askedMs = Math.min(Math.max(afterMs, this.#askedMs), LONGEST_ASKED_MS)
    this.#askedMs = 0
    this.#disconnected()
    if (isFinal) return this.#listener.ended?.(new RoomError('unauthorized', reason))
    this.#listener.disconnected?.(reason)
    const { clock, random } = this.#options
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++)
    const pauseMs = askedMs + random.below(longestMs)
    this.#cancelPause = clock.after(pauseMs, () => void this.#connect())
  }

  #disconnected(): void {
    this.#connecting?.abort(new RoomError('unavailable', 'The connection has ended'))
    this.#connecting = null
    const link = this.#link
    this.#link = null
    this.#wire = null
    this.#cancelInbox?.()
    this.#cancelFollow?.()
    this.#cancelFollow = undefined
    this.#unfollowed.clear()
    for (const room of this.#rooms.values()) room.disconnected()
    const pending = [...this.#pending]
    this.#pending.clear()
    for (const { reject } of pending) reject(new RoomError('unavailable', 'The connection has ended'))
    link?.close()
  }
}

function toFollow({ id, token }: RoomLog) {
  return { room: id, token }
}
