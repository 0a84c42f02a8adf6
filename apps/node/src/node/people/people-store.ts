import type { Database, Query } from '@shoal/daemon/database'
import { aged, type Evidence, type NetworkEvidence, NO_EVIDENCE } from './judge.ts'

/** The record of one Shoal peer over all runs. */
export interface PersonRecord {
  /** Its network key in hex. */
  readonly key: string
  /** Address that it last connected from. */
  readonly host: string
  /** Exact totals. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly confirmedBytes: number
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** Weighted by age at `judgedMs`. */
  readonly evidence: Evidence
  readonly judgedMs: number
}

export interface StoredReceipt {
  readonly epoch: number
  readonly bytes: number
  readonly receipt: Uint8Array
}

/** Bytes received from a peer that have not been reported as payable yet. */
export interface Due {
  readonly key: string
  readonly torrent: string
  readonly bytes: number
  readonly wallet: string | null
  readonly sinceMs: number
}

interface NetworkRecord {
  readonly evidence: NetworkEvidence
  readonly judgedMs: number
}

/** Maximum numbers of rows; those not seen for longest are deleted first, contacts never. */
const MAX_PEOPLE = 20_000
const MAX_NETWORKS = 5000
const MAX_RECEIPTS = 50_000
/** Number of excess rows before some are deleted. */
const SLACK = 200

type PersonRow = Omit<PersonRecord, 'evidence'> & { readonly evidence: string }
const PERSON = `key, host, downloaded_bytes AS downloadedBytes, uploaded_bytes AS uploadedBytes, confirmed_bytes AS confirmedBytes,
  first_seen_ms AS firstSeenMs, last_seen_ms AS lastSeenMs, evidence, judged_ms AS judgedMs`

/** Shoal peers in the catalogue. */
export class PeopleStore {
  readonly #database: Database
  readonly #get: Query<PersonRow>
  readonly #recent: Query<PersonRow>
  readonly #save: Query<never>
  readonly #network: Query<{ readonly evidence: string; readonly judgedMs: number }>
  readonly #saveNetwork: Query<never>
  readonly #receipt: Query<{ readonly epoch: number; readonly bytes: number; readonly earlierBytes: number }>
  readonly #saveReceipt: Query<never>
  readonly #dues: Query<Due>
  readonly #saveDue: Query<never>
  readonly #deleteDue: Query<never>
  readonly #trims: readonly (readonly [count: Query<{ count: number }>, trim: Query<never>, most: number])[]

  constructor(database: Database) {
    this.#database = database
    this.#get = database.prepare(`SELECT ${PERSON} FROM people WHERE key = ?`)
    this.#recent = database.prepare(
      `SELECT ${PERSON} FROM people ORDER BY key IN (SELECT key FROM people_contacts) DESC, last_seen_ms DESC, key LIMIT ?`,
    )
    this.#save = database.prepare('INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#network = database.prepare(
      'SELECT evidence, judged_ms AS judgedMs FROM people_networks WHERE prefix = ?',
    )
    this.#saveNetwork = database.prepare('INSERT OR REPLACE INTO people_networks VALUES (?, ?, ?)')
    this.#receipt = database.prepare(
      'SELECT epoch, bytes, earlier_bytes AS earlierBytes FROM people_receipts WHERE key = ? AND torrent = ?',
    )
    this.#saveReceipt = database.prepare(
      'INSERT OR REPLACE INTO people_receipts VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#dues = database.prepare('SELECT key, torrent, bytes, wallet, since_ms AS sinceMs FROM people_due')
    this.#saveDue = database.prepare('INSERT OR REPLACE INTO people_due VALUES (?, ?, ?, ?, ?)')
    this.#deleteDue = database.prepare('DELETE FROM people_due WHERE key = ? AND torrent = ?')
    const trim = (table: string, key: string, time: string, most: number, except = '') =>
      [
        database.prepare<{ count: number }>(`SELECT count(*) AS count FROM ${table}`),
        database.prepare(
          `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} ${except} ORDER BY ${time} LIMIT ?)`,
        ),
        most,
      ] as const
    this.#trims = [
      trim('people', 'key', 'last_seen_ms', MAX_PEOPLE, 'WHERE key NOT IN (SELECT key FROM people_contacts)'),
      trim('people_networks', 'prefix', 'judged_ms', MAX_NETWORKS),
      trim('people_receipts', 'key, torrent', 'received_ms', MAX_RECEIPTS),
    ]
  }

  find(key: string): PersonRecord | null {
    const row = this.#get.get(key)
    return row ? readPerson(row) : null
  }

  /** Returns contacts first, then the most recently seen. */
  recent(limit: number): PersonRecord[] {
    return this.#recent.all(limit).map(readPerson)
  }

  /** Returns the misconduct in an address range, weighted by age at `nowMs`. */
  network(prefix: string, nowMs: number): NetworkEvidence {
    const row = this.#network.get(prefix)
    if (!row) return { failedPieces: 0, junk: 0 }
    return aged(JSON.parse(row.evidence) as NetworkEvidence, nowMs - row.judgedMs)
  }

  /** Saves changes in one transaction. */
  save(
    people: Iterable<PersonRecord>,
    networks: Iterable<readonly [string, NetworkRecord]>,
    dues: Iterable<Due>,
  ): void {
    this.#database.transaction(() => {
      for (const it of people) {
        const { key, host, downloadedBytes, uploadedBytes, confirmedBytes, firstSeenMs, lastSeenMs } = it
        const totals = [downloadedBytes, uploadedBytes, confirmedBytes, firstSeenMs, lastSeenMs].map(
          Math.floor,
        )
        this.#save.run(key, host, ...totals, JSON.stringify(it.evidence), Math.floor(it.judgedMs))
      }
      for (const [prefix, { evidence, judgedMs }] of networks)
        this.#saveNetwork.run(prefix, JSON.stringify(evidence), Math.floor(judgedMs))
      for (const { key, torrent, bytes, wallet, sinceMs } of dues)
        if (bytes > 0) this.#saveDue.run(key, torrent, Math.floor(bytes), wallet, Math.floor(sinceMs))
        else this.#deleteDue.run(key, torrent)
      for (const [count, trim, most] of this.#trims) {
        const rows = count.get()!.count
        if (rows > most + SLACK) trim.run(rows - most)
      }
    })
  }

  /**
   * Replaces a peer's receipt for a torrent. Returns the number of additional bytes that it
   * confirms; 0 if its epoch is earlier than that of the stored receipt.
   */
  addReceipt(key: string, torrent: string, { epoch, bytes, receipt }: StoredReceipt, nowMs: number): number {
    const kept = this.#receipt.get(key, torrent)
    if (kept && (epoch < kept.epoch || (epoch === kept.epoch && bytes <= kept.bytes))) return 0
    const isSame = kept?.epoch === epoch
    const earlierBytes = kept ? kept.earlierBytes + (isSame ? 0 : kept.bytes) : 0
    this.#saveReceipt.run(key, torrent, epoch, bytes, earlierBytes, receipt, Math.floor(nowMs))
    return bytes - (isSame ? kept.bytes : 0)
  }

  /** Returns all bytes that a peer has confirmed for a torrent, over all epochs. */
  confirmedBytes(key: string, torrent: string): number {
    const kept = this.#receipt.get(key, torrent)
    return kept ? kept.earlierBytes + kept.bytes : 0
  }

  dues(): Due[] {
    return this.#dues.all()
  }
}

function readPerson({ evidence, ...row }: PersonRow): PersonRecord {
  return { ...row, evidence: { ...NO_EVIDENCE, ...(JSON.parse(evidence) as Partial<Evidence>) } }
}
