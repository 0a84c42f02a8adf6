/**
 * Feeds of all rooms followed by clients of this process, and the reports exchanged about them with
 * other processes.
 */
import type { LogEntry } from '@shoal/hub-api/rooms'
import { MAX_ROOMS_AT_ONCE, type Room } from '@shoal/hub-stores'
import { fromLatin1, latin1 } from '@shoal/torrent/base'
import type { Channel, RoomsGiven } from './contracts.ts'
import { Feed } from './feed.ts'
import { encodeWake, MAX_FRAME_ENTRIES_BYTES } from './wake.ts'

export class Feeds {
  readonly #feeds = new Map<string, Feed>()
  readonly #given: RoomsGiven
  readonly #channel: Channel
  /** Entries appended by this process in this turn, not yet reported to the others. */
  #own = new Map<string, LogEntry[]>()
  #isPublishing = false

  constructor(given: RoomsGiven, channel: Channel) {
    this.#given = given
    this.#channel = channel
  }

  get size(): number {
    return this.#feeds.size
  }

  get(room: Uint8Array): Feed | undefined {
    return this.#feeds.get(latin1(room))
  }

  /**
   * Returns the feeds of the rooms that exist, with their current state in the database. Each is
   * kept until `release` is called for it.
   */
  async hold(ids: readonly Uint8Array[]): Promise<readonly Feed[]> {
    // From now on, no report from another process about them is missed.
    const feeds = new Map(ids.map(id => [latin1(id), this.#feedOf(id)]))
    for (const feed of feeds.values()) feed.holds++
    let rooms: readonly Room[] = []
    try {
      rooms = await this.#given.stores.rooms.getMany(ids)
      for (const room of rooms) feeds.get(latin1(room.id))!.refresh(room)
    } catch (error) {
      for (const feed of feeds.values()) this.release(feed)
      throw error
    }
    const found = new Set(rooms.map(({ id }) => latin1(id)))
    for (const [key, feed] of feeds) if (!found.has(key)) this.release(feed)
    return [...feeds].filter(([key]) => found.has(key)).map(([, feed]) => feed)
  }

  release(feed: Feed): void {
    feed.holds--
    this.removeUnused(feed)
  }

  removeUnused(feed: Feed): void {
    const key = latin1(feed.id)
    if (!feed.isUnused || this.#feeds.get(key) !== feed) return
    feed.close()
    this.#feeds.delete(key)
  }

  /** Adds an entry appended by this process. */
  appended(room: Uint8Array, entry: LogEntry): void {
    this.get(room)?.add(entry)
    if (this.#channel.state !== 'joined') return
    const key = latin1(room)
    const own = this.#own.get(key)
    if (own) own.push(entry)
    else this.#own.set(key, [entry])
    if (this.#isPublishing) return
    this.#isPublishing = true
    this.#given.clock.after(0, () => this.#publish())
  }

  /** Queries rooms from the database again: those of one id, or all followed ones. */
  async check(only?: Uint8Array): Promise<void> {
    const ids = only ? (this.get(only) ? [only] : []) : Array.from(this.#feeds.values(), ({ id }) => id)
    for (let at = 0; at < ids.length; at += MAX_ROOMS_AT_ONCE) {
      const part = ids.slice(at, at + MAX_ROOMS_AT_ONCE)
      const rooms = await this.#given.stores.rooms.getMany(part)
      for (const room of rooms) this.get(room.id)?.refresh(room)
      const found = new Set(rooms.map(({ id }) => latin1(id)))
      for (const id of part) if (!found.has(latin1(id))) this.get(id)?.removed()
    }
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.close()
    this.#feeds.clear()
  }

  #feedOf(id: Uint8Array): Feed {
    const key = latin1(id)
    const feed = this.#feeds.get(key) ?? new Feed(id, this.#given)
    this.#feeds.set(key, feed)
    return feed
  }

  #publish(): void {
    this.#isPublishing = false
    const own = this.#own
    this.#own = new Map()
    for (const [key, entries] of own) {
      const room = fromLatin1(key)
      const bytes = entries.reduce((sum, each) => sum + each.bytes.length + 64, 0)
      const last = entries.reduce((most, { sequence }) => Math.max(most, sequence), 0)
      this.#channel.publish(
        encodeWake(
          bytes <= MAX_FRAME_ENTRIES_BYTES
            ? { kind: 'entries', room, entries }
            : { kind: 'news', room, last },
        ),
      )
    }
  }
}
