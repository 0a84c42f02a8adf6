import type { Database, Query } from '@shoal/daemon/database'

export interface HistoryPoint {
  /** Start of the step; days are UTC days. */
  readonly atMs: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}

export interface Transferred {
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
/**
 * Steps in seconds, and for how many seconds they are kept. Days are kept forever: ten years are
 * 3,652 of them.
 */
const KEPT_SECONDS: ReadonlyMap<number, number> = new Map([
  [MINUTE, DAY],
  [HOUR, 31 * DAY],
  [DAY, Number.POSITIVE_INFINITY],
])
/** The step of the overall total. */
const ALL_TIME = 0
/** Interval of deleting old steps. */
const PRUNE_EVERY_MS = HOUR * 1000

/** Transfer history: minutes for the last day, hours for the last month, days without a limit. */
export class HistoryStore {
  readonly #database: Database
  readonly #add: Query<never>
  readonly #prune: Query<never>
  readonly #points: Query<HistoryPoint>
  #prunedMs = Number.NEGATIVE_INFINITY

  constructor(database: Database) {
    this.#database = database
    this.#add = database.prepare(`
      INSERT INTO history VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        downloaded_bytes = downloaded_bytes + excluded.downloaded_bytes,
        uploaded_bytes = uploaded_bytes + excluded.uploaded_bytes`)
    this.#prune = database.prepare('DELETE FROM history WHERE step_seconds = ? AND at_ms < ?')
    this.#points = database.prepare(
      `SELECT at_ms AS atMs, downloaded_bytes AS downloadedBytes, uploaded_bytes AS uploadedBytes
       FROM history WHERE step_seconds = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms`,
    )
  }

  /**
   * Adds the bytes transferred since the last call to minute, hour, day and total in one
   * transaction, so no step is derived from others later, and a crash in between has no effect.
   */
  add(nowMs: number, { downloadedBytes, uploadedBytes }: Transferred): void {
    if (downloadedBytes === 0 && uploadedBytes === 0) return
    this.#database.transaction(() => {
      for (const step of [...KEPT_SECONDS.keys(), ALL_TIME])
        this.#add.run(step, stepStart(step, nowMs), Math.round(downloadedBytes), Math.round(uploadedBytes))
      if (Math.abs(nowMs - this.#prunedMs) >= PRUNE_EVERY_MS) this.#pruneOld(nowMs)
    })
  }

  /** Adds only to the total: bytes whose time of transfer is no longer known. */
  raise({ downloadedBytes, uploadedBytes }: Transferred): void {
    if (downloadedBytes === 0 && uploadedBytes === 0) return
    this.#add.run(ALL_TIME, 0, Math.round(downloadedBytes), Math.round(uploadedBytes))
  }

  /**
   * Steps of `stepSeconds` (60, 3600, 86400) that start in [fromMs, toMs), oldest first, without
   * empty ones. Minutes reach a day back, hours 31 days.
   */
  points(stepSeconds: 60 | 3600 | 86_400, fromMs: number, toMs: number): HistoryPoint[] {
    return this.#points.all(stepSeconds, Math.floor(fromMs), Math.ceil(toMs))
  }

  /** Since the catalogue was created. */
  allTime(): Transferred {
    const sum = this.#points.all(ALL_TIME, 0, 1)[0]
    return { downloadedBytes: sum?.downloadedBytes ?? 0, uploadedBytes: sum?.uploadedBytes ?? 0 }
  }

  #pruneOld(nowMs: number): void {
    this.#prunedMs = nowMs
    for (const [step, keptSeconds] of KEPT_SECONDS)
      if (Number.isFinite(keptSeconds)) this.#prune.run(step, stepStart(step, nowMs - keptSeconds * 1000))
  }
}

function stepStart(stepSeconds: number, ms: number): number {
  if (stepSeconds === ALL_TIME) return 0
  const stepMs = stepSeconds * 1000
  return Math.floor(ms / stepMs) * stepMs
}
