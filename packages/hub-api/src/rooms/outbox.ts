/**
 * Entries of one room that the hub has not acknowledged. They are resent, with the same client ids,
 * until it does.
 */
import type { Clock, Random } from '@shoal/torrent/base'
import { equalBytes, latin1 } from '@shoal/torrent/base'
import type { Reply } from './messages.ts'
import { idTaken, isPassing, RoomError } from './room-error.ts'

export type Acknowledged = Reply<'append'>

/** Sends an entry. Rejects with a `RoomError`. Never settles if the connection ends. */
export type SendEntry = (clientId: Uint8Array, bytes: Uint8Array) => Promise<Acknowledged>

/** Most entries in flight. */
const MAX_AT_ONCE = 16
const MAX_WAITING = 10_000
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [250, 30_000] as const

interface Item {
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
  readonly promise: Promise<Acknowledged>
  readonly resolve: (acknowledged: Acknowledged) => void
  readonly reject: (error: unknown) => void
  /** The connection over which it was sent. */
  sentOver: SendEntry | null
}

export class Outbox {
  readonly #clock: Clock
  readonly #random: Random
  readonly #items = new Map<string, Item>()
  #send: SendEntry | null = null
  #underWay = 0
  #failures = 0
  /** True from a refusal until the first refused entry is sent again. */
  #isRefused = false
  #cancelPause: (() => void) | undefined

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  get size(): number {
    return this.#items.size
  }

  /**
   * Resolves once the hub has stored the entry. Entries are stored in the order in which they were
   * added: after a temporary refusal, the hub refuses the following ones, too. Rejects with the
   * hub's error, `full` if 10,000 are queued, `conflict` if other bytes are queued under this id,
   * and `closed`.
   */
  add(clientId: Uint8Array, bytes: Uint8Array): Promise<Acknowledged> {
    const key = latin1(clientId)
    const known = this.#items.get(key)
    if (known) return equalBytes(known.bytes, bytes) ? known.promise : Promise.reject(idTaken())
    if (this.#items.size >= MAX_WAITING)
      return Promise.reject(new RoomError('full', 'Too many entries wait for the hub'))
    const { promise, resolve, reject } = Promise.withResolvers<Acknowledged>()
    this.#items.set(key, { clientId, bytes, promise, resolve, reject, sentOver: null })
    this.#pump()
    return promise
  }

  /** Sets the connection, and resends all unacknowledged entries over it. Null: no connection. */
  sendOver(send: SendEntry | null): void {
    this.#send = send
    this.#underWay = 0
    this.#failures = 0
    this.#isRefused = false
    this.#cancelPause?.()
    this.#cancelPause = undefined
    this.#pump()
  }

  close(): void {
    this.sendOver(null)
    const items = [...this.#items.values()]
    this.#items.clear()
    for (const { reject } of items)
      reject(new RoomError('closed', 'This room was closed before the hub answered'))
  }

  #pump(): void {
    const send = this.#send
    if (!send || this.#cancelPause) return
    // Responses to later entries may be in flight. Sending now could overtake the refused ones.
    if (this.#isRefused && this.#underWay > 0) return
    this.#isRefused = false
    for (const item of this.#items.values()) {
      if (this.#underWay >= MAX_AT_ONCE) return
      if (item.sentOver === send) continue
      item.sentOver = send
      this.#underWay++
      send(item.clientId, item.bytes).then(
        acknowledged => this.#settled(item, send, () => item.resolve(acknowledged)),
        error => this.#refused(item, send, error),
      )
    }
  }

  #refused(item: Item, send: SendEntry, error: unknown): void {
    // The hub has not stored it, or may not have: send it again.
    const isAgain = isPassing(error) || (error instanceof RoomError && error.code === 'not-followed')
    if (!isAgain) return this.#settled(item, send, () => item.reject(error))
    if (this.#send !== send) return
    this.#underWay--
    item.sentOver = null
    // Entries in flight together are refused together, which counts as one failure.
    if (this.#isRefused) return this.#pump()
    this.#isRefused = true
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++)
    const pauseMs = error.afterMs ?? this.#random.below(longestMs) + longestMs / 2
    this.#cancelPause = this.#clock.after(pauseMs, () => {
      this.#cancelPause = undefined
      this.#pump()
    })
  }

  /** A response counts no matter over which connection it came. */
  #settled(item: Item, send: SendEntry, settle: () => void): void {
    if (this.#send === send) {
      this.#underWay--
      this.#failures = 0
    }
    this.#items.delete(latin1(item.clientId))
    settle()
    this.#pump()
  }
}
