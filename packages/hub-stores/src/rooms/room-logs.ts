/**
 * The logs of rooms: opaque entries, numbered without gaps, with a hash chain. The foundation of
 * the chat.
 *
 * A log does not contain the posters: the hub checks and forgets them. Entries that arrive during a
 * commit share the next one. An entry's number comes from a counter in its room's row, which is
 * locked by the transaction that inserts the entry, so processes never leave a gap or use a number
 * twice.
 */
import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { bad, checkBytes, checkCount, checkInteger } from '../checks.ts'
import { all, type Database, each, first, type PerDatabase, type Steps } from '../database/database.ts'
import { CLIENT_ID_BYTES, entryHash, HASH_BYTES, type LogEntry, type LogHead } from '../log/entries.ts'
import { readRoomHome } from '../log/room-home.ts'
import { type RoomName, roomId, TRANSFER_KIND } from '../log/room-id.ts'
import { StoreError } from '../store-error.ts'

/** Most entries returned by one read. */
export const MAX_READ_ENTRIES = 1000
/** Total bytes after which a read ends. */
export const MAX_READ_BYTES = 1 << 20
const MAX_BATCH_ENTRIES = 1000
const MAX_BATCH_BYTES = 4 << 20
const TRIMMED_AT_ONCE = 1000
const REMOVED_AT_ONCE = 100
/** Most rooms of one `getMany`. */
export const MAX_ROOMS_AT_ONCE = 1000
const MAX_SLOW_MS = 86_400_000
/** Most former secrets that still permit reading; the oldest are forgotten. */
const MAX_EARLIER = 64

export interface RoomLimits {
  /** Largest entry. Default: 65,536. */
  readonly entryBytes: number
  /** Most bytes of stored entries per room. Default: 1 GiB. */
  readonly roomBytes: number
  /** Most stored entries per room. Default: 1,000,000. */
  readonly roomEntries: number
  /** Most bytes of entries queued in this process. Default: 64 MiB. */
  readonly waitingBytes: number
}

const ROOM_LIMITS: RoomLimits = {
  entryBytes: 65_536,
  roomBytes: 1 << 30,
  roomEntries: 1_000_000,
  waitingBytes: 64 << 20,
}

/** SHA-256 of a room's secrets. 32 bytes each. */
export interface RoomAccess {
  /** Null: no one can change the room. */
  readonly manage: Uint8Array | null
  /** Null: every member of the hub can read. */
  readonly read: Uint8Array | null
  /** Null: everyone who can read can post. */
  readonly post: Uint8Array | null
}

/** Former secrets of a room. */
interface EarlierAccess {
  /** SHA-256 of each of them. */
  readonly hashes: readonly Uint8Array[]
  /** Last entry that they can read. */
  readonly through: number
}

const OPEN_ACCESS: RoomAccess = { manage: null, read: null, post: null }

export interface RoomChanges {
  readonly access?: RoomAccess
  /** With `access`: whether holders of former secrets can read the present log. Default: no. */
  readonly keepsReaders?: boolean
  /**
   * Minimum time between two entries of one account, in milliseconds; 0 for none. At most a day.
   */
  readonly slowMs?: number
}

export interface Room extends Required<Omit<RoomChanges, 'keepsReaders'>> {
  /** Oldest first. */
  readonly earlier: readonly EarlierAccess[]
  /** 32 bytes: see `roomId`. */
  readonly id: Uint8Array
  readonly kind: string
  /** Milliseconds since the Unix epoch. */
  readonly createdMs: number
  /** When the last entry was posted, or the room created. */
  readonly postedMs: number
  /** Position before the first stored entry. */
  readonly start: LogHead
  /** Position of the last entry. */
  readonly head: LogHead
  /** Bytes of all stored entries. */
  readonly bytes: number
  /** As returned by `signRoomHome`; null until one is set. */
  readonly home: Uint8Array | null
  /** Whether the home is another hub: nothing can be appended, and everything can be read. */
  readonly moved: boolean
}

export interface Appended {
  readonly sequence: number
  readonly postedMs: number
  readonly hash: Uint8Array
  /** Whether it was appended earlier: nothing was written now. */
  readonly repeated: boolean
}

export interface LogPart {
  /** In order, without gaps. */
  readonly entries: readonly LogEntry[]
  /** Position before the first of `entries`, for `verifyEntries`. */
  readonly after: LogHead
  readonly room: Room
}

interface RoomRow {
  readonly number: number
  readonly id: Uint8Array
  readonly kind: string
  readonly created_ms: number
  readonly posted_ms: number
  readonly start_sequence: number
  readonly start_hash: Uint8Array
  readonly last_sequence: number
  readonly last_hash: Uint8Array
  readonly bytes: number
  readonly home: Uint8Array | null
  readonly home_sequence: number
  readonly moved: number
  readonly manage_hash: Uint8Array | null
  readonly read_hash: Uint8Array | null
  readonly post_hash: Uint8Array | null
  /** CBOR: `[[[hash, …], number], …]`. */
  readonly earlier: Uint8Array | null
  readonly slow_ms: number
}

interface EntryRow {
  readonly room: number
  readonly sequence: number
  readonly client_id: Uint8Array
  readonly posted_ms: number
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

interface Waiting {
  readonly room: Uint8Array
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

/**
 * Kind of rooms that were removed. What the hub has signed for them stays valid, so that no other
 * room may have their ids: two logs of one room would be a proof against the hub.
 */
const REMOVED = ''
const ROOM = `SELECT * FROM rooms WHERE id = $1 AND kind <> '${REMOVED}'`
const ENTRY = 'room, sequence, client_id, posted_ms, bytes, hash'
const LOCK_ROOMS: PerDatabase = {
  sqlite: ROOM,
  // Sorted, so that processes do not deadlock.
  postgres: `SELECT * FROM rooms WHERE id = ANY ($1::bytea[]) AND kind <> '${REMOVED}' ORDER BY number FOR UPDATE`,
}
const FIND_ROOMS: PerDatabase = {
  sqlite: ROOM,
  postgres: `SELECT * FROM rooms WHERE id = ANY ($1::bytea[]) AND kind <> '${REMOVED}'`,
}
const FIND_ENTRIES: PerDatabase = {
  sqlite: `SELECT ${ENTRY} FROM entries WHERE room = $1 AND client_id = $2`,
  postgres: `SELECT ${ENTRY} FROM unnest($1::bigint[], $2::bytea[]) AS given (room, client_id) JOIN entries USING (room, client_id)`,
}
const INSERT_ENTRIES: PerDatabase = {
  sqlite: `INSERT INTO entries (${ENTRY}) VALUES ($1, $2, $3, $4, $5, $6)`,
  postgres: `INSERT INTO entries (${ENTRY}) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bytea[])`,
}
const UPDATE_ROOMS: PerDatabase = {
  sqlite: 'UPDATE rooms SET last_sequence = $2, last_hash = $3, posted_ms = $4, bytes = $5 WHERE number = $1',
  postgres: `UPDATE rooms SET last_sequence = given.last_sequence, last_hash = given.last_hash, posted_ms = given.posted_ms, bytes = given.bytes
    FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[]) AS given (number, last_sequence, last_hash, posted_ms, bytes)
    WHERE rooms.number = given.number`,
}

export class RoomLogs {
  readonly #database: Database
  readonly #limits: RoomLimits
  readonly #now: () => number
  #waiting: Waiting[] = []
  #waitingBytes = 0
  /**
   * Rooms that had an entry refused since the queue was last drained: a smaller one must not
   * overtake it.
   */
  readonly #refused = new Set<string>()
  #isRunning = false

  /** `now`: milliseconds since the Unix epoch. */
  constructor(database: Database, now: () => number, limits: Partial<RoomLimits> = {}) {
    this.#database = database
    this.#limits = checkRoomLimits({ ...ROOM_LIMITS, ...limits })
    this.#now = now
  }

  /**
   * Creates a room, or returns the existing one, unchanged. `after`: the last entry of its log at
   * the previous hub; the log continues there. `access`: default is open to members of the hub.
   * Rejects with `bad-argument`, and with `conflict` if a room of this name was removed.
   */
  async create(
    name: RoomName,
    {
      after,
      access = OPEN_ACCESS,
    }: {
      readonly after?: { readonly sequence: number; readonly hash: Uint8Array } | undefined
      readonly access?: RoomAccess | undefined
    } = {},
  ): Promise<Room> {
    const id = roomId(name)
    const { sequence, hash } = after ?? { sequence: 0, hash: id }
    checkInteger('sequence', sequence)
    checkBytes('hash', hash, HASH_BYTES)
    checkAccess(access)
    const nowMs = this.#now()
    return this.#database.write(function* () {
      yield* all(
        `INSERT INTO rooms (id, kind, created_ms, posted_ms, start_sequence, start_hash, last_sequence, last_hash, bytes, home, home_sequence, moved, manage_hash, read_hash, post_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, NULL, 0, 0, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
        ...[id, name.kind, nowMs, nowMs, sequence, hash, sequence, hash],
        ...[access.manage, access.read, access.post],
      )
      const row = yield* first<RoomRow>(ROOM, id)
      if (!row) throw new StoreError('conflict', 'This room was removed: make another one')
      return toRoom(row)
    })
  }

  /** Returns a room. `id`: 32 bytes. Rejects with `not-found`. */
  async get(id: Uint8Array): Promise<Room> {
    checkBytes('room', id, HASH_BYTES)
    return this.#database.read(function* () {
      return toRoom(yield* findRoom(id))
    })
  }

  /** Returns the existing rooms of up to 1,000 ids, in no particular order. */
  async getMany(ids: readonly Uint8Array[]): Promise<readonly Room[]> {
    checkCount('ids', ids, 0, MAX_ROOMS_AT_ONCE)
    for (const id of ids) checkBytes('room', id, HASH_BYTES)
    const rows = await this.#database.read(() =>
      each<RoomRow>(
        FIND_ROOMS,
        ids.map(id => [id]),
      ),
    )
    return rows.map(toRoom)
  }

  /**
   * Changes who can use a room, or how often. Returns it. Rejects with `not-found`, `bad-argument`.
   */
  async change(id: Uint8Array, { access, keepsReaders = false, slowMs }: RoomChanges): Promise<Room> {
    checkBytes('room', id, HASH_BYTES)
    if (access) checkAccess(access)
    if (slowMs !== undefined) checkInteger('slowMs', slowMs, 0, MAX_SLOW_MS)
    return this.#database.write(function* () {
      const row = yield* first<RoomRow>(`${ROOM} FOR UPDATE`, id)
      if (!row) throw noRoom()
      const { manage, read, post } = access ?? toRoom(row).access
      const earlier = access ? earlierAfter(row, keepsReaders) : row.earlier
      const changed = yield* first<RoomRow>(
        'UPDATE rooms SET manage_hash = $2, read_hash = $3, post_hash = $4, slow_ms = $5, earlier = $6 WHERE number = $1 RETURNING *',
        ...[row.number, manage, read, post, slowMs ?? row.slow_ms, earlier],
      )
      return toRoom(changed)
    })
  }

  /**
   * Appends an entry. Resolves once it is durable. `clientId`: 16 random bytes; the same entry with
   * the same id is appended once, however often it is sent. Entries of a room are numbered in the
   * order of the calls. Rejects with `bad-argument` (too many bytes), `not-found`, `moved`, `full`,
   * `conflict` (another entry has this id), `busy`, and `unavailable`: send it again with the same
   * id. In the last two cases, entries of the room queued behind it are rejected, too, so that they
   * can be sent again in order.
   */
  async append(room: Uint8Array, clientId: Uint8Array, bytes: Uint8Array): Promise<Appended> {
    checkBytes('room', room, HASH_BYTES)
    checkBytes('clientId', clientId, CLIENT_ID_BYTES)
    checkBytes('bytes', bytes, 1, this.#limits.entryBytes)
    const isTooMuch = this.#waitingBytes + bytes.length > this.#limits.waitingBytes
    if (isTooMuch || this.#refused.has(latin1(room))) {
      this.#refused.add(latin1(room))
      throw new StoreError('busy', 'Too many entries wait for the database: try again later')
    }
    this.#waitingBytes += bytes.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ room, clientId, bytes, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  /**
   * Returns up to `limit` entries (1 to 1,000) after number `since`, and at most about 1 MiB. If
   * older ones were trimmed, `after` of the result is later than `since`. Rejects with `not-found`,
   * `bad-argument`.
   */
  async read(id: Uint8Array, since: number, limit = 100): Promise<LogPart> {
    checkBytes('room', id, HASH_BYTES)
    checkInteger('since', since)
    checkInteger('limit', limit, 1, MAX_READ_ENTRIES)
    return this.#database.read(function* () {
      const row = yield* findRoom(id)
      const rows = yield* all<EntryRow>(
        `SELECT * FROM (
          SELECT ${ENTRY}, sum(octet_length(bytes)) OVER (ORDER BY sequence) - octet_length(bytes) AS earlier
          FROM (SELECT ${ENTRY} FROM entries WHERE room = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4) AS part
        ) AS summed WHERE earlier < ${MAX_READ_BYTES} ORDER BY sequence`,
        ...[row.number, since, row.last_sequence, limit],
      )
      return yield* partOf(row, rows, Math.min(since, row.last_sequence))
    })
  }

  /**
   * Returns the newest entries before number `before` (default: of all), up to `limit` (1 to 1,000)
   * and about 1 MiB, oldest first. Rejects with `not-found`, `bad-argument`.
   */
  async readBefore(id: Uint8Array, before?: number, limit = 100): Promise<LogPart> {
    checkBytes('room', id, HASH_BYTES)
    if (before !== undefined) checkInteger('before', before, 1)
    checkInteger('limit', limit, 1, MAX_READ_ENTRIES)
    return this.#database.read(function* () {
      const row = yield* findRoom(id)
      const end = Math.min(before ?? row.last_sequence + 1, row.last_sequence + 1)
      const rows = yield* all<EntryRow>(
        `SELECT * FROM (
          SELECT ${ENTRY}, sum(octet_length(bytes)) OVER (ORDER BY sequence DESC) - octet_length(bytes) AS earlier
          FROM (SELECT ${ENTRY} FROM entries WHERE room = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3) AS part
        ) AS summed WHERE earlier < ${MAX_READ_BYTES} ORDER BY sequence`,
        ...[row.number, end, limit],
      )
      return yield* partOf(row, rows, end - 1)
    })
  }

  /**
   * Returns the head at a number, for `signHead`. Rejects with `not-found` if the room or that
   * entry is not stored.
   */
  async headAt(id: Uint8Array, sequence: number): Promise<LogHead> {
    checkBytes('room', id, HASH_BYTES)
    checkInteger('sequence', sequence)
    return this.#database.read(function* () {
      const row = yield* findRoom(id)
      const hash = yield* hashAt(row, sequence)
      if (!hash) throw new StoreError('not-found', `Entry ${sequence} of this room is not kept`)
      return { room: row.id, sequence, hash }
    })
  }

  /**
   * Sets the home of a room. `signed`: from `signRoomHome`; the caller has checked that its key
   * belongs to the creator. `moved`: whether it is another hub. Rejects with `bad-home`,
   * `not-found`, and `conflict` if a home with this number or a higher one is known. Repeating the
   * same home changes only `moved`.
   */
  async setHome(signed: Uint8Array, moved: boolean): Promise<Room> {
    const home = readRoomHome(signed)
    return this.#database.write(function* () {
      const row = yield* first<RoomRow>(`${ROOM} FOR UPDATE`, home.id)
      if (!row) throw noRoom()
      const isKnown = row.home !== null && equalBytes(row.home, signed)
      if (!isKnown && row.home_sequence >= home.number)
        throw new StoreError(
          'conflict',
          `Home ${row.home_sequence} of this room is newer: sign one with a higher number`,
        )
      const changed = yield* first<RoomRow>(
        'UPDATE rooms SET home = $2, home_sequence = $3, moved = $4 WHERE number = $1 RETURNING *',
        ...[row.number, signed, home.number, Number(moved)],
      )
      return toRoom(changed)
    })
  }

  /**
   * Deletes the entries up to and including number `through`. The remaining ones keep their numbers
   * and hashes. Returns how many were deleted. Rejects with `not-found`.
   */
  async trim(id: Uint8Array, through: number): Promise<number> {
    checkBytes('room', id, HASH_BYTES)
    checkInteger('through', through)
    for (let deleted = 0; ; ) {
      const some = await this.#database.write(() => trimSome(id, through))
      deleted += some
      if (some < TRIMMED_AT_ONCE) return deleted
    }
  }

  /** Deletes a room, its entries and its cursors. Returns false if there was none. */
  async remove(id: Uint8Array): Promise<boolean> {
    checkBytes('room', id, HASH_BYTES)
    try {
      await this.trim(id, Number.MAX_SAFE_INTEGER)
    } catch (error) {
      if (error instanceof StoreError && error.code === 'not-found') return false
      throw error
    }
    return this.#database.write(function* () {
      const row = yield* first<RoomRow>(`${ROOM} FOR UPDATE`, id)
      if (!row) return false
      yield* all('DELETE FROM entries WHERE room = $1', row.number)
      yield* all('DELETE FROM cursors WHERE room = $1', row.number)
      yield* all(
        `UPDATE rooms SET kind = '${REMOVED}', home = NULL, earlier = NULL, manage_hash = $2, read_hash = $2, post_hash = $2 WHERE number = $1`,
        // For programs of the version before, which would let members in.
        ...[row.number, new Uint8Array(randomBytes(HASH_BYTES))],
      )
      return true
    })
  }

  /** Deletes rooms of kind `transfer` created before a time. Returns their number. */
  async removeTransfers(beforeMs: number): Promise<number> {
    checkInteger('beforeMs', beforeMs)
    for (let removed = 0; ; ) {
      const old = await this.#database.read(() =>
        all<{ id: Uint8Array }>(
          `SELECT id FROM rooms WHERE kind = '${TRANSFER_KIND}' AND created_ms < $1 ORDER BY created_ms LIMIT ${REMOVED_AT_ONCE}`,
          beforeMs,
        ),
      )
      for (const { id } of old) if (await this.remove(id)) removed++
      if (old.length < REMOVED_AT_ONCE) return removed
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    await nextTurn()
    while (this.#waiting.length > 0) await this.#appendAll(this.#takeBatch())
    this.#isRunning = false
  }

  #takeBatch(): readonly Waiting[] {
    let bytes = 0
    let count = 0
    for (const each of this.#waiting) {
      if (count === MAX_BATCH_ENTRIES || bytes >= MAX_BATCH_BYTES) break
      bytes += each.bytes.length
      count++
    }
    this.#waitingBytes -= bytes
    this.#refused.clear()
    return this.#waiting.splice(0, count)
  }

  async #appendAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const nowMs = this.#now()
      const outcomes = await this.#database.write(() => appendBatch(batch, nowMs, this.#limits))
      for (const [at, outcome] of outcomes.entries()) {
        const { resolve, reject } = batch[at]!
        if (outcome instanceof StoreError) reject(outcome)
        else resolve(outcome)
      }
    } catch (error) {
      for (const { reject } of [...batch, ...this.#takeBehind(batch)]) reject(error)
    }
  }

  /** Dequeues the entries that wait behind others of their rooms. */
  #takeBehind(batch: readonly Waiting[]): readonly Waiting[] {
    const rooms = new Set(batch.map(({ room }) => latin1(room)))
    const isBehind = ({ room }: Waiting) => rooms.has(latin1(room))
    const behind = this.#waiting.filter(isBehind)
    for (const { bytes } of behind) this.#waitingBytes -= bytes.length
    this.#waiting = this.#waiting.filter(each => !isBehind(each))
    return behind
  }
}

/** Appends as many as possible, in order. Returns the outcome of each. */
function* appendBatch(
  batch: readonly Waiting[],
  nowMs: number,
  limits: RoomLimits,
): Steps<(Appended | StoreError)[]> {
  const ids = new Map(batch.map(({ room }) => [latin1(room), room]))
  const rows = yield* each<RoomRow>(
    LOCK_ROOMS,
    Array.from(ids.values(), id => [id]),
  )
  const rooms = new Map(rows.map(row => [latin1(row.id), { ...row, isChanged: false }]))
  const wanted = batch.flatMap(({ room, clientId }) => {
    const row = rooms.get(latin1(room))
    return row ? [[row.number, clientId]] : []
  })
  const known = yield* each<EntryRow>(FIND_ENTRIES, wanted)
  const entries = new Map(known.map(entry => [entryKey(entry.room, entry.client_id), entry]))
  const added: EntryRow[] = []
  const outcomes = batch.map(({ room: id, clientId, bytes }): Appended | StoreError => {
    const room = rooms.get(latin1(id))
    if (!room) return noRoom()
    const key = entryKey(room.number, clientId)
    const earlier = entries.get(key)
    if (earlier)
      return equalBytes(earlier.bytes, bytes)
        ? { sequence: earlier.sequence, postedMs: earlier.posted_ms, hash: earlier.hash, repeated: true }
        : new StoreError('conflict', 'Another entry of this room has this client id: choose a random one')
    if (room.moved) return new StoreError('moved', 'This room has moved to another hub: ask for its home')
    const kept = room.last_sequence - room.start_sequence
    if (kept >= limits.roomEntries || room.bytes + bytes.length > limits.roomBytes)
      return new StoreError('full', 'This room is full: delete old messages of it, or start another')
    const sequence = room.last_sequence + 1
    // A hub's clock may be set back; times in a log are monotonic.
    const postedMs = Math.max(nowMs, room.posted_ms)
    const hash = entryHash(room.last_hash, { sequence, clientId, postedMs, bytes })
    const entry = { room: room.number, sequence, client_id: clientId, posted_ms: postedMs, bytes, hash }
    added.push(entry)
    entries.set(key, entry)
    const after = {
      last_sequence: sequence,
      last_hash: hash,
      posted_ms: postedMs,
      bytes: room.bytes + bytes.length,
    }
    rooms.set(latin1(id), { ...room, ...after, isChanged: true })
    return { sequence, postedMs, hash, repeated: false }
  })
  yield* each(
    INSERT_ENTRIES,
    added.map(({ room, sequence, client_id, posted_ms, bytes, hash }) => [
      ...[room, sequence, client_id, posted_ms, bytes, hash],
    ]),
  )
  const changed = [...rooms.values()].filter(({ isChanged }) => isChanged)
  yield* each(
    UPDATE_ROOMS,
    changed.map(({ number, last_sequence, last_hash, posted_ms, bytes }) => [
      ...[number, last_sequence, last_hash, posted_ms, bytes],
    ]),
  )
  return outcomes
}

function* trimSome(id: Uint8Array, through: number): Steps<number> {
  const row = yield* first<RoomRow>(`${ROOM} FOR UPDATE`, id)
  if (!row) throw noRoom()
  const end = Math.min(through, row.last_sequence, row.start_sequence + TRIMMED_AT_ONCE)
  if (end <= row.start_sequence) return 0
  const hash = yield* hashAt(row, end)
  const deleted = yield* all<{ bytes: number }>(
    'DELETE FROM entries WHERE room = $1 AND sequence <= $2 RETURNING octet_length(bytes) AS bytes',
    ...[row.number, end],
  )
  const bytes = deleted.reduce((sum, each) => sum + each.bytes, 0)
  yield* all(
    'UPDATE rooms SET start_sequence = $2, start_hash = $3, bytes = $4 WHERE number = $1',
    ...[row.number, end, hash!, row.bytes - bytes],
  )
  return deleted.length
}

function* findRoom(id: Uint8Array): Steps<RoomRow> {
  const row = yield* first<RoomRow>(ROOM, id)
  if (!row) throw noRoom()
  return row
}

/** `end`: the number before the first entry if there are none. */
function* partOf(row: RoomRow, rows: readonly EntryRow[], end: number): Steps<LogPart> {
  const sequence = rows[0] ? rows[0].sequence - 1 : Math.max(end, row.start_sequence)
  const hash = yield* hashAt(row, sequence)
  // Trimmed between the two statements: read the rest again.
  if (!hash) throw new StoreError('busy', 'The room is being trimmed: read it again')
  const entries = rows.map(({ sequence, client_id, posted_ms, bytes, hash }) => ({
    ...{ sequence, clientId: client_id, postedMs: posted_ms, bytes, hash },
  }))
  return { entries, after: { room: row.id, sequence, hash }, room: toRoom(row) }
}

function* hashAt(row: RoomRow, sequence: number): Steps<Uint8Array | undefined> {
  if (sequence === row.start_sequence) return row.start_hash
  if (sequence === row.last_sequence) return row.last_hash
  const found = yield* first<{ hash: Uint8Array }>(
    'SELECT hash FROM entries WHERE room = $1 AND sequence = $2',
    ...[row.number, sequence],
  )
  return found?.hash
}

function toRoom(row: RoomRow | undefined): Room {
  if (!row) throw noRoom()
  const { id, kind, created_ms, posted_ms, start_sequence, start_hash, last_sequence, last_hash, bytes } = row
  const { manage_hash, read_hash, post_hash } = row
  return {
    id,
    kind,
    createdMs: created_ms,
    postedMs: posted_ms,
    start: { room: id, sequence: start_sequence, hash: start_hash },
    head: { room: id, sequence: last_sequence, hash: last_hash },
    bytes,
    home: row.home,
    moved: row.moved === 1,
    access: { manage: manage_hash, read: read_hash, post: post_hash },
    earlier: readEarlier(row.earlier),
    slowMs: row.slow_ms,
  }
}

/** Returns the value of the column `earlier` after the secrets have changed. */
function earlierAfter(row: RoomRow, keepsReaders: boolean): Uint8Array | null {
  if (!keepsReaders) return null
  const { manage_hash, read_hash, post_hash, last_sequence: through } = row
  const hashes = [manage_hash, read_hash, post_hash].filter(hash => hash !== null)
  const all = [...readEarlier(row.earlier), { hashes, through }].slice(-MAX_EARLIER)
  return encodeCbor(all.map(each => [each.hashes, each.through]))
}

function readEarlier(bytes: Uint8Array | null): readonly EarlierAccess[] {
  if (bytes === null) return []
  const all = decodeCbor(bytes) as unknown as readonly (readonly [Uint8Array[], number])[]
  return all.map(([hashes, through]) => ({ hashes, through }))
}

function noRoom(): StoreError {
  return new StoreError('not-found', 'This hub does not have this room: create it first')
}

function entryKey(room: number, clientId: Uint8Array): string {
  return `${room} ${latin1(clientId)}`
}

function checkAccess({ manage, read, post }: RoomAccess): void {
  for (const [name, hash] of Object.entries({ manage, read, post }))
    if (hash !== null) checkBytes(name, hash, HASH_BYTES)
}

/** Checks user-defined limits. Throws `bad-argument`. */
function checkRoomLimits(limits: RoomLimits): RoomLimits {
  for (const [name, value] of Object.entries(limits)) checkInteger(name, value, 1)
  if (limits.waitingBytes < limits.entryBytes) throw bad('waitingBytes', 'at least entryBytes')
  return limits
}
