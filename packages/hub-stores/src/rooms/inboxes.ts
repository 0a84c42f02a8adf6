/**
 * Inboxes of devices, for messages that do not belong to a room: welcomes to groups, message
 * requests. Opaque entries, deleted once the device has acknowledged them.
 */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { checkBytes, checkCount, checkInteger } from '../checks.ts'
import { all, type Database, each, first, type PerDatabase, type Steps } from '../database/database.ts'
import { CLIENT_ID_BYTES, HASH_BYTES } from '../log/entries.ts'
import { ignoreFullDisk, StoreError } from '../store-error.ts'
import { MAX_READ_BYTES, MAX_READ_ENTRIES } from './room-logs.ts'

/** Most deliveries per call. */
const MAX_DELIVERIES = 1000

export interface InboxLimits {
  /** Largest entry. Default: 262,144, which is enough for a welcome to a group of 1,000. */
  readonly entryBytes: number
  /** Most bytes of entries queued for a device. Default: 64 MiB. */
  readonly inboxBytes: number
  /** Most entries queued for a device. Default: 10,000. */
  readonly inboxEntries: number
}

const INBOX_LIMITS: InboxLimits = { entryBytes: 262_144, inboxBytes: 64 << 20, inboxEntries: 10_000 }

export interface Delivery {
  /** 32 bytes, the hash of the device's description. */
  readonly device: Uint8Array
  /**
   * 16 random bytes. The same entry with the same id is delivered once, until the device has
   * acknowledged it.
   */
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
}

/**
 * `delivered`: queued for the device. `repeated`: already queued. `full`: the inbox is full.
 * `unknown`: the device has no inbox. `conflict`: another entry has its id.
 */
export type DeliveryOutcome = 'delivered' | 'repeated' | 'full' | 'unknown' | 'conflict'

export interface InboxEntry {
  /** Numbers of an inbox increase by one, and are not reused. */
  readonly sequence: number
  readonly clientId: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly receivedMs: number
  readonly bytes: Uint8Array
}

interface InboxRow {
  readonly device: Uint8Array
  readonly last_sequence: number
  readonly acknowledged: number
  readonly count: number
  readonly bytes: number
}

interface EntryRow {
  readonly device: Uint8Array
  readonly client_id: Uint8Array
  readonly bytes: Uint8Array
}

const LOCK_INBOXES: PerDatabase = {
  sqlite: 'SELECT * FROM inboxes WHERE device = $1',
  postgres: 'SELECT * FROM inboxes WHERE device = ANY ($1::bytea[]) ORDER BY device FOR UPDATE',
}
const FIND_ENTRIES: PerDatabase = {
  sqlite: 'SELECT device, client_id, bytes FROM inbox_entries WHERE device = $1 AND client_id = $2',
  postgres: `SELECT device, client_id, bytes FROM unnest($1::bytea[], $2::bytea[]) AS given (device, client_id)
    JOIN inbox_entries USING (device, client_id)`,
}
const INSERT_ENTRIES: PerDatabase = {
  sqlite:
    'INSERT INTO inbox_entries (device, sequence, client_id, received_ms, bytes) VALUES ($1, $2, $3, $4, $5)',
  postgres: `INSERT INTO inbox_entries (device, sequence, client_id, received_ms, bytes)
    SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[])`,
}
const UPDATE_INBOXES: PerDatabase = {
  sqlite: 'UPDATE inboxes SET last_sequence = $2, count = $3, bytes = $4 WHERE device = $1',
  postgres: `UPDATE inboxes SET last_sequence = given.last_sequence, count = given.count, bytes = given.bytes
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[]) AS given (device, last_sequence, count, bytes)
    WHERE inboxes.device = given.device`,
}

export class Inboxes {
  readonly #database: Database
  readonly #limits: InboxLimits
  readonly #now: () => number

  constructor(database: Database, now: () => number, limits: Partial<InboxLimits> = {}) {
    this.#database = database
    this.#limits = checkInboxLimits({ ...INBOX_LIMITS, ...limits })
    this.#now = now
  }

  /**
   * Opens the inbox of a device, or if it is open, records that the device was seen, unless the
   * disk is full.
   */
  async open(device: Uint8Array): Promise<void> {
    checkBytes('device', device, HASH_BYTES)
    const nowMs = this.#now()
    try {
      await this.#database.write(() =>
        all(
          `INSERT INTO inboxes (device, last_sequence, acknowledged, count, bytes, seen_ms) VALUES ($1, 0, 0, 0, 0, $2)
          ON CONFLICT (device) DO UPDATE SET seen_ms = excluded.seen_ms`,
          ...[device, nowMs],
        ),
      )
    } catch (error) {
      ignoreFullDisk(error)
      const known = await this.#database.read(() => first('SELECT 1 FROM inboxes WHERE device = $1', device))
      if (!known) throw error
    }
  }

  /**
   * Delivers up to 1,000 entries in one transaction. Returns the outcome of each once all are
   * durable. Rejects with `bad-argument` if one breaks a limit.
   */
  async deliver(deliveries: readonly Delivery[]): Promise<readonly DeliveryOutcome[]> {
    checkCount('deliveries', deliveries, 1, MAX_DELIVERIES)
    for (const { device, clientId, bytes } of deliveries) {
      checkBytes('device', device, HASH_BYTES)
      checkBytes('clientId', clientId, CLIENT_ID_BYTES)
      checkBytes('bytes', bytes, 1, this.#limits.entryBytes)
    }
    const nowMs = this.#now()
    return this.#database.write(() => deliverAll(deliveries, nowMs, this.#limits))
  }

  /** Returns up to `limit` entries (1 to 1,000) after number `since`, and at most about 1 MiB. */
  async read(device: Uint8Array, since = 0, limit = 100): Promise<readonly InboxEntry[]> {
    checkBytes('device', device, HASH_BYTES)
    checkInteger('since', since)
    checkInteger('limit', limit, 1, MAX_READ_ENTRIES)
    const rows = await this.#database.read(() =>
      all<{ sequence: number; client_id: Uint8Array; received_ms: number; bytes: Uint8Array }>(
        `SELECT * FROM (
          SELECT sequence, client_id, received_ms, bytes, sum(octet_length(bytes)) OVER (ORDER BY sequence) - octet_length(bytes) AS earlier
          FROM (SELECT * FROM inbox_entries WHERE device = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS part
        ) AS summed WHERE earlier < ${MAX_READ_BYTES} ORDER BY sequence`,
        ...[device, since, limit],
      ),
    )
    return rows.map(({ sequence, client_id, received_ms, bytes }) => ({
      ...{ sequence, clientId: client_id, receivedMs: received_ms, bytes },
    }))
  }

  /**
   * Deletes the entries up to and including number `through`, which the device has. Returns their
   * number. Rejects with `not-found`, `bad-argument`.
   */
  async acknowledge(device: Uint8Array, through: number): Promise<number> {
    checkBytes('device', device, HASH_BYTES)
    checkInteger('through', through)
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const inbox = yield* first<InboxRow>('SELECT * FROM inboxes WHERE device = $1 FOR UPDATE', device)
      if (!inbox) throw new StoreError('not-found', 'This device does not have an inbox: open it first')
      if (through > inbox.last_sequence)
        throw new StoreError('bad-argument', `The last entry of this inbox is ${inbox.last_sequence}`)
      const deleted = yield* all<{ bytes: number }>(
        'DELETE FROM inbox_entries WHERE device = $1 AND sequence <= $2 RETURNING octet_length(bytes) AS bytes',
        ...[device, through],
      )
      const bytes = deleted.reduce((sum, each) => sum + each.bytes, 0)
      yield* all(
        'UPDATE inboxes SET acknowledged = $2, count = $3, bytes = $4, seen_ms = $5 WHERE device = $1',
        ...[
          device,
          Math.max(through, inbox.acknowledged),
          inbox.count - deleted.length,
          inbox.bytes - bytes,
          nowMs,
        ],
      )
      return deleted.length
    })
  }

  /** Deletes the inbox of a device with its entries. Returns false if there was none. */
  async remove(device: Uint8Array): Promise<boolean> {
    checkBytes('device', device, HASH_BYTES)
    return this.#database.write(function* () {
      const inbox = yield* first<InboxRow>('SELECT * FROM inboxes WHERE device = $1 FOR UPDATE', device)
      if (!inbox) return false
      yield* all('DELETE FROM inbox_entries WHERE device = $1', device)
      yield* all('DELETE FROM inboxes WHERE device = $1', device)
      return true
    })
  }

  /**
   * Returns up to `limit` devices (1 to 1,000) that were last seen before `beforeMs`, the oldest
   * first.
   */
  async idle(beforeMs: number, limit = 100): Promise<readonly Uint8Array[]> {
    checkInteger('beforeMs', beforeMs)
    checkInteger('limit', limit, 1, MAX_READ_ENTRIES)
    const rows = await this.#database.read(() =>
      all<{ device: Uint8Array }>(
        'SELECT device FROM inboxes WHERE seen_ms < $1 ORDER BY seen_ms, device LIMIT $2',
        ...[beforeMs, limit],
      ),
    )
    return rows.map(({ device }) => device)
  }
}

function* deliverAll(
  deliveries: readonly Delivery[],
  nowMs: number,
  limits: InboxLimits,
): Steps<DeliveryOutcome[]> {
  const devices = new Map(deliveries.map(({ device }) => [latin1(device), device]))
  const rows = yield* each<InboxRow>(
    LOCK_INBOXES,
    Array.from(devices.values(), device => [device]),
  )
  const inboxes = new Map(rows.map(row => [latin1(row.device), row]))
  const known = yield* each<EntryRow>(
    FIND_ENTRIES,
    deliveries.map(({ device, clientId }) => [device, clientId]),
  )
  const entries = new Map(known.map(entry => [latin1(entry.device) + latin1(entry.client_id), entry.bytes]))
  const added: [Uint8Array, number, Uint8Array, number, Uint8Array][] = []
  const changed = new Set<string>()
  const outcomes = deliveries.map(({ device, clientId, bytes }): DeliveryOutcome => {
    const inbox = inboxes.get(latin1(device))
    if (!inbox) return 'unknown'
    const key = latin1(device) + latin1(clientId)
    const earlier = entries.get(key)
    if (earlier) return equalBytes(earlier, bytes) ? 'repeated' : 'conflict'
    if (inbox.count >= limits.inboxEntries || inbox.bytes + bytes.length > limits.inboxBytes) return 'full'
    const after = {
      last_sequence: inbox.last_sequence + 1,
      count: inbox.count + 1,
      bytes: inbox.bytes + bytes.length,
    }
    added.push([device, after.last_sequence, clientId, nowMs, bytes])
    entries.set(key, bytes)
    inboxes.set(latin1(device), { ...inbox, ...after })
    changed.add(latin1(device))
    return 'delivered'
  })
  yield* each(INSERT_ENTRIES, added)
  const updates = Array.from(changed, key => inboxes.get(key)!)
  yield* each(
    UPDATE_INBOXES,
    updates.map(({ device, last_sequence, count, bytes }) => [device, last_sequence, count, bytes]),
  )
  return outcomes
}

/** Checks user-defined limits. Throws `bad-argument`. */
function checkInboxLimits(limits: InboxLimits): InboxLimits {
  for (const [name, value] of Object.entries(limits)) checkInteger(name, value, 1)
  return limits
}
