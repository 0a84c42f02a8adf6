/**
 * Times of the accounts' last posts in rooms with slow mode, across all reachable processes. In
 * memory only.
 */
import { createHmac } from 'node:crypto'
import { RoomError } from '@shoal/hub-api/rooms'
import { latin1 } from '@shoal/torrent/base'

/** Length of the pseudonym of an account in a room. */
export const POSTER_BYTES = 16
const MAX_POSTERS = 100_000

export class SlowMode {
  readonly #secret: Uint8Array
  readonly #publish: (poster: Uint8Array) => void
  /** Ordered by time; the oldest post comes first. */
  readonly #postedMs = new Map<string, number>()

  /**
   * `secret`: the same in all processes. `publish`: reports a post to them, by a pseudonym that
   * reveals neither account nor room.
   */
  constructor(secret: Uint8Array, publish: (poster: Uint8Array) => void) {
    this.#secret = secret
    this.#publish = publish
  }

  /** Records that an account posts in a room. Throws `slow-mode` if it has to wait. */
  post(room: Uint8Array, did: string, slowMs: number, nowMs: number): void {
    if (slowMs === 0) return
    const name = createHmac('sha256', this.#secret).update(room).update(did).digest()
    const poster = new Uint8Array(name.subarray(0, POSTER_BYTES))
    const afterMs = Math.ceil(
      (this.#postedMs.get(latin1(poster)) ?? Number.NEGATIVE_INFINITY) + slowMs - nowMs,
    )
    if (afterMs > 0) {
      const seconds = Math.ceil(afterMs / 1000)
      throw new RoomError('slow-mode', `This room is in slow mode: wait ${seconds} seconds`, { afterMs })
    }
    this.posted(poster, nowMs)
    this.#publish(poster)
  }

  /** Records a post, made in this process or another one. */
  posted(poster: Uint8Array, nowMs: number): void {
    const key = latin1(poster)
    this.#postedMs.delete(key)
    this.#postedMs.set(key, nowMs)
    if (this.#postedMs.size > MAX_POSTERS) this.#postedMs.delete(this.#postedMs.keys().next().value!)
  }
}
