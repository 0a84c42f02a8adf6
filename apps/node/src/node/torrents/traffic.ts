/** Totals and their history, counted once a second. */
import type { HISTORY_RANGES, History, NodeStats } from '@shoal/api'
import type { HistoryStore } from './records/history-store.ts'

type Transferred = NodeStats['allTime']

/** Time span and step of each range. */
const RANGES = {
  hour: { stepSeconds: 60, seconds: 3600 },
  day: { stepSeconds: 60, seconds: 86_400 },
  month: { stepSeconds: 3600, seconds: 31 * 86_400 },
  year: { stepSeconds: 86_400, seconds: 366 * 86_400 },
} as const satisfies Record<
  (typeof HISTORY_RANGES)[number],
  { stepSeconds: 60 | 3600 | 86_400; seconds: number }
>

/** Minutes of the day that are combined into one step. */
const MINUTES_OF_A_DAY_STEP = 10
/** Milliseconds between writes: this much history can be lost if the node is killed. */
const WRITE_MS = 10_000

const NOTHING: Transferred = { downloadedBytes: 0, uploadedBytes: 0 }

export class Traffic {
  readonly #store: HistoryStore
  /** Totals of all runs before this one. */
  #before: Transferred
  /** Totals of torrents in this run; plain files are counted separately. */
  #session: Transferred = NOTHING
  #filesBytes = 0
  #writtenMs = 0

  constructor(store: HistoryStore) {
    this.#store = store
    this.#before = store.allTime()
  }

  /** Sets the session's totals. */
  look(session: Transferred): void {
    this.#session = session
  }

  /** Sets the session's totals, and writes them from time to time. */
  note(session: Transferred, nowMs: number): void {
    this.look(session)
    if (Math.abs(nowMs - this.#writtenMs) >= WRITE_MS) this.flush(nowMs)
  }

  /**
   * Sets and writes the totals immediately, together with the torrents' own records, so that both
   * agree after a kill.
   */
  keepUp(session: Transferred, nowMs: number): void {
    this.look(session)
    this.flush(nowMs)
  }

  /** Counts downloaded bytes of plain files. */
  countFile(bytes: number): void {
    this.#filesBytes += bytes
  }

  flush(nowMs: number): void {
    this.#writtenMs = nowMs
    // Relative to the stored total, so that an undone transaction is compensated.
    this.#store.add(nowMs, difference(this.allTime, this.#store.allTime()))
  }

  /**
   * Raises the all-time totals to at least this: an earlier run may have been killed before it
   * wrote them.
   */
  atLeast({ downloadedBytes, uploadedBytes }: Transferred): void {
    const now = this.allTime
    const lacking = {
      downloadedBytes: Math.max(0, downloadedBytes - now.downloadedBytes),
      uploadedBytes: Math.max(0, uploadedBytes - now.uploadedBytes),
    }
    this.#store.raise(lacking)
    this.#before = sum(this.#before, lacking)
  }

  /** Totals of this run. */
  get session(): Transferred {
    return sum(this.#session, { downloadedBytes: this.#filesBytes, uploadedBytes: 0 })
  }

  get allTime(): Transferred {
    return sum(this.#before, this.session)
  }

  history(range: keyof typeof RANGES, nowMs: number): History {
    const { stepSeconds, seconds } = RANGES[range]
    const points = this.#store.points(stepSeconds, nowMs - seconds * 1000, nowMs + 1)
    return range === 'day' ? joined(points, stepSeconds * MINUTES_OF_A_DAY_STEP) : { stepSeconds, points }
  }
}

function sum(a: Transferred, b: Transferred): Transferred {
  return {
    downloadedBytes: a.downloadedBytes + b.downloadedBytes,
    uploadedBytes: a.uploadedBytes + b.uploadedBytes,
  }
}

function difference(a: Transferred, b: Transferred): Transferred {
  return {
    downloadedBytes: a.downloadedBytes - b.downloadedBytes,
    uploadedBytes: a.uploadedBytes - b.uploadedBytes,
  }
}

function joined(points: readonly History['points'][number][], stepSeconds: number): History {
  const steps = new Map<number, History['points'][number]>()
  for (const { atMs, downloadedBytes, uploadedBytes } of points) {
    const start = atMs - (atMs % (stepSeconds * 1000))
    const sum = steps.get(start) ?? { atMs: start, downloadedBytes: 0, uploadedBytes: 0 }
    sum.downloadedBytes += downloadedBytes
    sum.uploadedBytes += uploadedBytes
    steps.set(start, sum)
  }
  return { stepSeconds, points: [...steps.values()] }
}
