import { RoomError } from '@shoal/hub-api/rooms'
import { latin1 } from '@shoal/torrent/base'

/** More than a client sends by the limits of a hub while a message is on its way. */
const MAX_SETTLED = 256
/** Entries to remember that are not settled: more than a client has under way. In each room one more is remembered. */
const MAX_UNSETTLED = 4096

/**
 * Keeps the entries of one connection in order. A client sends several at once; if one of them were refused for the moment and a later one stored, they would be the other way around in the log forever.
 * So later ones of the same room are refused, too, until all before them have come again.
 */
export class AppendOrder {
  /** By room, the entries that are neither stored nor refused for good, in the order in which they came first. True: refused, and to come again. */
  readonly #unsettled = new Map<string, Map<string, boolean>>()
  #unsettledCount = 0
  /** The client ids of the last entries that need not come again, oldest first. */
  readonly #settled = new Set<string>()

  /** Notes that an entry is to be stored, behind those before it. Throws `busy` if an earlier entry of the room has to come again first. */
  demand(room: Uint8Array, clientId: Uint8Array): void {
    const id = latin1(clientId)
    for (const [earlier, isRefused] of this.#unsettled.get(latin1(room)) ?? []) {
      if (earlier === id) break
      if (isRefused) throw new RoomError('busy', 'An earlier entry of this room has to be sent again first')
    }
    this.#note(room, id, false)
  }

  /** An entry was refused for the moment, such as for its rate. If it was a copy of a settled one, the client will not send it again. */
  refused(room: Uint8Array, clientId: Uint8Array): void {
    const id = latin1(clientId)
    if (!this.#settled.has(latin1(room) + id)) this.#note(room, id, true)
  }

  /** An entry was stored, or refused for good. */
  settled(room: Uint8Array, clientId: Uint8Array): void {
    const key = latin1(room)
    const id = latin1(clientId)
    const entries = this.#unsettled.get(key)
    if (entries?.delete(id)) this.#unsettledCount--
    if (entries?.size === 0) this.#unsettled.delete(key)
    this.#settled.add(key + id)
    if (this.#settled.size > MAX_SETTLED) this.#settled.delete(this.#settled.values().next().value!)
  }

  /** The room is left, or followed again. */
  forget(room: Uint8Array): void {
    const key = latin1(room)
    this.#unsettledCount -= this.#unsettled.get(key)?.size ?? 0
    this.#unsettled.delete(key)
  }

  /** An entry that is known keeps its place. */
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
