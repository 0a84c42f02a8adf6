import { RoomError } from '@shoal/hub-api/rooms'
import { equalBytes, latin1 } from '@shoal/torrent/base'

/** More than a client sends by the limits of a hub while a message is on its way. */
const MAX_SETTLED = 256

/**
 * Keeps the entries of one connection in order. A client sends several at once; if one of them were refused for the moment and the next one stored,
 * they would be the other way around in the log forever. So those of the same room are refused too, until that one comes again.
 */
export class AppendOrder {
  /** The client ids of entries that were refused, by room. */
  readonly #refused = new Map<string, Uint8Array>()
  /** The client ids of the last entries that need not come again, oldest first. */
  readonly #settled = new Set<string>()

  /** Throws `busy` if an earlier entry of the room has to come first. */
  demand(room: Uint8Array, clientId: Uint8Array): void {
    const first = this.#refused.get(latin1(room))
    if (first && !equalBytes(first, clientId))
      throw new RoomError('busy', 'An earlier entry of this room has to be sent again first')
  }

  /** An entry was refused for the moment, such as for its rate. If it was a copy of a settled one, the client will not send it again. */
  refused(room: Uint8Array, clientId: Uint8Array): void {
    if (this.#settled.has(latin1(room) + latin1(clientId))) return
    const key = latin1(room)
    if (!this.#refused.has(key)) this.#refused.set(key, clientId)
  }

  /** An entry was stored, or refused for good. */
  settled(room: Uint8Array, clientId: Uint8Array): void {
    const first = this.#refused.get(latin1(room))
    if (first && equalBytes(first, clientId)) this.forget(room)
    this.#settled.add(latin1(room) + latin1(clientId))
    if (this.#settled.size > MAX_SETTLED) this.#settled.delete(this.#settled.values().next().value!)
  }

  /** The room is left, or followed again. */
  forget(room: Uint8Array): void {
    this.#refused.delete(latin1(room))
  }
}
