/** Append-only log of actions of moderators and the hub. */
import { checkInteger, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'

const MAX_TEXT_BYTES = 256
const MAX_DETAIL_BYTES = 4096
const MAX_PAGE = 1000

export interface AuditEntry {
  /** Increases with each entry, with gaps. */
  readonly number: number
  readonly atMs: number
  /** DID of the actor, or `hub`. 1 to 256 bytes. */
  readonly actor: string
  /** For example `ban`. 1 to 256 bytes. */
  readonly action: string
  /** Subject of the action, such as a DID. At most 256 bytes. */
  readonly subject: string
  /** At most 4,096 bytes. */
  readonly detail: string
  /** Whether everyone can read it. */
  readonly isPublic: boolean
}

interface AuditRow extends Omit<AuditEntry, 'atMs' | 'isPublic'> {
  readonly at_ms: number
  readonly is_public: number
}

export class AuditLog {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** Adds an entry. Rejects with `bad-argument`. */
  async add(entry: Omit<AuditEntry, 'number' | 'atMs'>): Promise<AuditEntry> {
    const { actor, action, subject, detail, isPublic } = entry
    checkText('actor', actor, 1, MAX_TEXT_BYTES)
    checkText('action', action, 1, MAX_TEXT_BYTES)
    checkText('subject', subject, 0, MAX_TEXT_BYTES)
    checkText('detail', detail, 0, MAX_DETAIL_BYTES)
    const nowMs = this.#now()
    const row = await this.#database.write(() =>
      first<AuditRow>(
        'INSERT INTO audit (at_ms, actor, action, subject, detail, is_public) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *',
        ...[nowMs, actor, action, subject, detail, Number(isPublic)],
      ),
    )
    return toEntry(row!)
  }

  /**
   * Lists up to `limit` entries (1 to 1,000), the newest first. `before`: the last number of the
   * previous page. `isPublic`: only public entries.
   */
  async list({
    before = Number.MAX_SAFE_INTEGER,
    limit = 100,
    isPublic = false,
    subject = '',
  }: {
    before?: number
    limit?: number
    isPublic?: boolean
    subject?: string
  } = {}): Promise<readonly AuditEntry[]> {
    checkInteger('before', before)
    checkInteger('limit', limit, 1, MAX_PAGE)
    checkText('subject', subject, 0, MAX_TEXT_BYTES)
    const rows = await this.#database.read(() =>
      all<AuditRow>(
        `SELECT * FROM audit WHERE number < $1 AND is_public >= $2 AND ($3 = '' OR subject = $3)
        ORDER BY number DESC LIMIT $4`,
        ...[before, Number(isPublic), subject, limit],
      ),
    )
    return rows.map(toEntry)
  }
}

function toEntry({ number, at_ms, actor, action, subject, detail, is_public }: AuditRow): AuditEntry {
  return { number, atMs: at_ms, actor, action, subject, detail, isPublic: is_public === 1 }
}
