/** Each device's read position in each room. */
import { checkBytes, checkInteger } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { HASH_BYTES } from '../log/entries.ts'
import { StoreError } from '../store-error.ts'

/** Most rooms per device. */
const MAX_DEVICE_ROOMS = 10_000
const MAX_PAGE = 1000

export interface Cursor {
  /** 32 bytes. */
  readonly room: Uint8Array
  /** Number up to which the device has everything. */
  readonly sequence: number
  /** Number of the room's last entry. */
  readonly last: number
}

export class Cursors {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Records that a device has all entries of a room up to `sequence`: 0 to follow the room from its
   * start. A lower number than before changes nothing. Returns the resulting number. `device`: 32
   * bytes, the hash of its description. Rejects with `not-found`, `bad-argument` (the room has no
   * such entry), `full` (the device follows 10,000 rooms).
   */
  async acknowledge(device: Uint8Array, room: Uint8Array, sequence: number): Promise<number> {
    checkBytes('device', device, HASH_BYTES)
    checkBytes('room', room, HASH_BYTES)
    checkInteger('sequence', sequence)
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const row = yield* first<{ number: number; last_sequence: number }>(
        'SELECT number, last_sequence FROM rooms WHERE id = $1',
        room,
      )
      if (!row) throw new StoreError('not-found', 'This hub does not have this room: create it first')
      if (sequence > row.last_sequence)
        throw new StoreError('bad-argument', `The last entry of this room is ${row.last_sequence}`)
      const changed = yield* first<{ sequence: number }>(
        `UPDATE cursors SET sequence = CASE WHEN sequence < $3 THEN $3 ELSE sequence END, seen_ms = $4
        WHERE device = $1 AND room = $2 RETURNING sequence`,
        ...[device, row.number, sequence, nowMs],
      )
      if (changed) return changed.sequence
      const [rooms] = yield* all<{ count: number }>(
        'SELECT count(*) AS count FROM cursors WHERE device = $1',
        device,
      )
      if (rooms!.count >= MAX_DEVICE_ROOMS)
        throw new StoreError('full', `A device follows at most ${MAX_DEVICE_ROOMS} rooms: leave some`)
      yield* all(
        `INSERT INTO cursors (device, room, sequence, seen_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (device, room) DO UPDATE SET seen_ms = excluded.seen_ms`,
        ...[device, row.number, sequence, nowMs],
      )
      return sequence
    })
  }

  /**
   * Lists up to `limit` rooms (1 to 1,000) that a device follows, in a fixed order. `after`: the
   * last room of the previous page. `unread`: only those with entries that it has not acknowledged.
   */
  async list(
    device: Uint8Array,
    {
      after,
      limit = MAX_PAGE,
      unread = false,
    }: { after?: Uint8Array; limit?: number; unread?: boolean } = {},
  ): Promise<readonly Cursor[]> {
    checkBytes('device', device, HASH_BYTES)
    checkInteger('limit', limit, 1, MAX_PAGE)
    if (after) checkBytes('after', after, HASH_BYTES)
    return this.#database.read(() =>
      all<Cursor>(
        `SELECT rooms.id AS room, cursors.sequence AS sequence, rooms.last_sequence AS last FROM cursors JOIN rooms ON rooms.number = cursors.room
        WHERE device = $1 AND rooms.id > $2 AND (rooms.last_sequence > cursors.sequence OR $3 = 0) ORDER BY rooms.id LIMIT $4`,
        ...[device, after ?? new Uint8Array(), Number(unread), limit],
      ),
    )
  }

  /**
   * Returns the number up to which all devices seen since `sinceMs` have acknowledged a room, so
   * that earlier entries can be trimmed. Returns null if none follows it.
   */
  async slowest(room: Uint8Array, sinceMs: number): Promise<number | null> {
    checkBytes('room', room, HASH_BYTES)
    checkInteger('sinceMs', sinceMs)
    const row = await this.#database.read(() =>
      first<{ sequence: number | null }>(
        `SELECT min(sequence) AS sequence FROM cursors WHERE room = (SELECT number FROM rooms WHERE id = $1) AND seen_ms >= $2`,
        ...[room, sinceMs],
      ),
    )
    return row?.sequence ?? null
  }

  /** Removes the cursor of a device in a room, or in all rooms. */
  async forget(device: Uint8Array, room?: Uint8Array): Promise<void> {
    checkBytes('device', device, HASH_BYTES)
    if (room) checkBytes('room', room, HASH_BYTES)
    await this.#database.write(() =>
      room
        ? all(
            'DELETE FROM cursors WHERE device = $1 AND room = (SELECT number FROM rooms WHERE id = $2)',
            ...[device, room],
          )
        : all('DELETE FROM cursors WHERE device = $1', device),
    )
  }
}
