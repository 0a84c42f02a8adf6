/** Rates, totals and their history, as they are counted once a second. */
import type { HISTORY_RANGES, History, NodeStats } from '@shoal/api'
import type { HistoryStore } from '../catalogue/history-store.ts'

type Transferred = NodeStats['allTime']

/** How far back, in which steps. */
const RANGES = {
  hour: { stepSeconds: 60, seconds: 3600 },
  day: { stepSeconds: 60, seconds: 86_400 },
  month: { stepSeconds: 3600, seconds: 31 * 86_400 },
  year: { stepSeconds: 86_400, seconds: 366 * 86_400 },
} as const satisfies Record<
  (typeof HISTORY_RANGES)[number],
  { stepSeconds: 60 | 3600 | 86_400; seconds: number }
>

/** Steps of the day that are drawn as one: a minute is too fine there. */
const MINUTES_OF_A_DAY_STEP = 10
/** What was moved is written this often: so much of the history may be lost when the node is killed. */
const WRITE_MS = 10_000

export class Traffic {
  readonly #store: HistoryStore
  #last: Transferred
  #unwritten: Transferred = { downloadedBytes: 0, uploadedBytes: 0 }
  #writtenMs = 0

  constructor(store: HistoryStore, session: Transferred) {
    this.#store = store
    this.#last = session
  }

  /** Notes what the session has moved by now. */
  note(session: Transferred, nowMs: number): void {
    this.#unwritten = {
      downloadedBytes: this.#unwritten.downloadedBytes + session.downloadedBytes - this.#last.downloadedBytes,
      uploadedBytes: this.#unwritten.uploadedBytes + session.uploadedBytes - this.#last.uploadedBytes,
    }
    this.#last = { downloadedBytes: session.downloadedBytes, uploadedBytes: session.uploadedBytes }
    if (Math.abs(nowMs - this.#writtenMs) >= WRITE_MS) this.flush(nowMs)
  }

  flush(nowMs: number): void {
    this.#writtenMs = nowMs
    this.#store.add(nowMs, this.#unwritten)
    this.#unwritten = { downloadedBytes: 0, uploadedBytes: 0 }
  }

  get allTime(): Transferred {
    const written = this.#store.allTime()
    return {
      downloadedBytes: written.downloadedBytes + this.#unwritten.downloadedBytes,
      uploadedBytes: written.uploadedBytes + this.#unwritten.uploadedBytes,
    }
  }

  history(range: keyof typeof RANGES, nowMs: number): History {
    const { stepSeconds, seconds } = RANGES[range]
    const points = this.#store.points(stepSeconds, nowMs - seconds * 1000, nowMs + 1)
    return range === 'day' ? joined(points, stepSeconds * MINUTES_OF_A_DAY_STEP) : { stepSeconds, points }
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
