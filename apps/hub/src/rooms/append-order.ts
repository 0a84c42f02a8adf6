import { RoomError } from '@shoal/hub-api/rooms'
import { latin1 } from '@shoal/torrent/base'

/** More than the hub's limits let a client send within one round trip. */
const MAX_SETTLED = 256
/**
 * Most unsettled entries to remember: more than a client has in flight. Each room can have one
 * more.
 */
const MAX_UNSETTLED = 4096

/**
 * Keeps the entries of one connection in order. A client sends several at once; if one of them were
 * temporarily refused and a later one stored, their order in the log would be reversed for good. So
 * later ones of the same room are refused, too, until all earlier ones have been sent again.
 */
export class AppendOrder {
  /**
   * By room, the entries that are neither stored nor permanently refused, in order of first
   * arrival. True: refused, to be sent again.
   */
  readonly #unsettled = new Map<string, Map<string, boolean>>()
  #unsettledCount = 0
  /** Client ids of the last entries that will not be sent again, oldest first. */
  readonly #settled = new Set<string>()

  /**
   * Queues an entry behind earlier ones. Throws `busy` if an earlier entry of the room has to be
   * sent again first.
   */
  demand(room: Uint8Array, clientId: Uint8Array): void {
    const id = latin1(clientId)
    for (const [earlier, isRefused] of this.#unsettled.get(latin1(room)) ?? []) {
      if (earlier === id) break
      if (isRefused) throw new RoomError('busy', 'An earlier entry of this room has to be sent again first')
    }
    this.#note(room, id, false)
  }

  /**
   * Records that an entry was temporarily refused, for example by a rate limit. If it was a copy of
   * a settled one, the client will not send it again.
   */
  refused(room: Uint8Array, clientId: Uint8Array): void {
    const id = latin1(clientId)
    if (!this.#settled.has(latin1(room) + id)) this.#note(room, id, true)
  }

  /** Records that an entry was stored, or permanently refused. */
  settled(room: Uint8Array, clientId: Uint8Array): void {
    const key = latin1(room)
    const id = latin1(clientId)
    const entries = this.#unsettled.get(key)
    if (entries?.delete(id)) this.#unsettledCount--
    if (entries?.size === 0) this.#unsettled.delete(key)
    this.#settled.add(key + id)
    if (this.#settled.size > MAX_SETTLED) this.#settled.delete(this.#settled.values().next().value!)
  }

  /** Call when the room was left, or is followed again. */
  forget(room: Uint8Array): void {
    const key = latin1(room)
    this.#unsettledCount -= this.#unsettled.get(key)?.size ?? 0
    this.#unsettled.delete(key)
  }

  /** A known entry keeps its place. */
  #note(room: Uint8Array, id: string, isRefused: boolean): void {
    const key = latin1(room)
    const entries = this.#unsettled.get(key) ?? new Map<string, boolean>()
    if (!entries.has(id)) {
      if (entries.size > 0 && this.#unsettledCount >= MAX_UNSETTLED) return
      this.#unsettledCount++
    }
    this.#unsettled.set(key, entries.set(id, isRefused))
  }
}
