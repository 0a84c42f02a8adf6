/** Reports to the moderators: one per item and person. */
import { checkDid } from '../accounts/account.ts'
import { checkInteger, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { StoreError } from '../store-error.ts'

/** Most open reports per person. */
const MAX_OPEN_REPORTS = 100
const MAX_SUBJECT_BYTES = 300
const MAX_REASON_BYTES = 1024
const MAX_PAGE = 200

export interface Report {
  readonly number: number
  /**
   * Identifies its subject, 1 to 300 bytes: `listing:ID`, `comment:ID`, `member:DID` or
   * `entry:ROOM:SEQUENCE`.
   */
  readonly subject: string
  /** DID of the reporter. */
  readonly reporter: string
  /** 1 to 1,024 bytes. */
  readonly reason: string
  readonly createdMs: number
}

interface ReportRow extends Omit<Report, 'createdMs'> {
  readonly created_ms: number
}

export class Reports {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Reports an item. A person's second report of it replaces the first. Rejects with
   * `bad-argument`, `full` (100 reports of a person are open).
   */
  async add(subject: string, reporter: string, reason: string): Promise<Report> {
    checkText('subject', subject, 1, MAX_SUBJECT_BYTES)
    checkDid(reporter)
    checkText('reason', reason, 1, MAX_REASON_BYTES)
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const changed = yield* first<ReportRow>(
        'UPDATE reports SET reason = $3 WHERE subject = $1 AND reporter = $2 RETURNING *',
        ...[subject, reporter, reason],
      )
      if (changed) return toReport(changed)
      const [found] = yield* all<{ count: number }>(
        'SELECT count(*) AS count FROM reports WHERE reporter = $1',
        reporter,
      )
      if (found!.count >= MAX_OPEN_REPORTS)
        throw new StoreError('full', 'Wait until moderators have read your reports')
      const row = yield* first<ReportRow>(
        `INSERT INTO reports (subject, reporter, reason, created_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (subject, reporter) DO UPDATE SET reason = excluded.reason RETURNING *`,
        ...[subject, reporter, reason, nowMs],
      )
      return toReport(row!)
    })
  }

  /**
   * Lists up to `limit` open reports (1 to 200), oldest first. `after`: the last number of the
   * previous page.
   */
  async list({ after = 0, limit = 50 }: { after?: number; limit?: number } = {}): Promise<readonly Report[]> {
    checkInteger('after', after)
    checkInteger('limit', limit, 1, MAX_PAGE)
    const rows = await this.#database.read(() =>
      all<ReportRow>('SELECT * FROM reports WHERE number > $1 ORDER BY number LIMIT $2', after, limit),
    )
    return rows.map(toReport)
  }

  /** Closes all reports of an item. Returns their number. */
  async close(subject: string): Promise<number> {
    checkText('subject', subject, 1, MAX_SUBJECT_BYTES)
    return this.#database.write(function* () {
      return (yield* all('DELETE FROM reports WHERE subject = $1 RETURNING number', subject)).length
    })
  }
}

function toReport({ number, subject, reporter, reason, created_ms }: ReportRow): Report {
  return { number, subject, reporter, reason, createdMs: created_ms }
}
