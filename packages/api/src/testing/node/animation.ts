import type { SimulatedJob, SimulatedState } from './state.ts'

const TICK_MS = 1000
/** A tick is split into parts, so that a page can do other work in between. */
const PART_MS = 50
const LEAST_PART = 250
const MOST_PARTS = 15
const MINUTE_MS = 60_000

/**
 * Advances time in the simulated node: torrents transfer, jobs progress, and events report the
 * changes. Yields after each part of the torrents.
 */
export function* passing(state: SimulatedState, seconds: number): Generator<void> {
  const part = Math.max(LEAST_PART, Math.ceil(state.torrents.size / MOST_PARTS))
  const nowMs = state.clock.nowMs()
  const before = { ...state.totals }
  let moved = 0
  for (const torrent of state.torrents.values()) {
    const { row } = torrent
    const wasDownloading = row.state === 'downloading'
    if (torrent.tick(seconds, nowMs)) state.touch(row.id)
    state.totals.downloadedBytes += row.downloadBytesPerSecond * seconds
    state.totals.uploadedBytes += row.uploadBytesPerSecond * seconds
    if (wasDownloading && row.state === 'seeding') state.note('info', `${row.name} is complete`, row.id)
    if (++moved % part > 0) continue
    state.collect()
    yield
  }
  const minuteMs = nowMs - (nowMs % MINUTE_MS)
  const minute = state.minutes.get(minuteMs) ?? { downloadedBytes: 0, uploadedBytes: 0 }
  minute.downloadedBytes += state.totals.downloadedBytes - before.downloadedBytes
  minute.uploadedBytes += state.totals.uploadedBytes - before.uploadedBytes
  state.minutes.set(minuteMs, minute)
  state.passLater(seconds)
  for (const job of state.jobs.values()) proceed(job, state, seconds)
  state.flush()
  state.emit({ type: 'stats', stats: state.stats() })
}

function proceed({ job, finish }: SimulatedJob, state: SimulatedState, seconds: number): void {
  if (job.state !== 'running') return
  const totalBytes = job.totalBytes ?? 0
  job.doneBytes = Math.min(totalBytes, Math.round(job.doneBytes + job.bytesPerSecond * seconds))
  if (job.doneBytes >= totalBytes) {
    Object.assign(job, { state: 'done', endedMs: state.clock.nowMs(), bytesPerSecond: 0 })
    finish()
  }
  state.tellJob(job)
}

/** Advances time by the clock until the signal aborts. */
export async function animate(state: SimulatedState, signal: AbortSignal): Promise<void> {
  const { clock } = state
  try {
    await clock.wait(TICK_MS, signal)
    for (;;) {
      const startedMs = clock.nowMs()
      for (const _ of passing(state, TICK_MS / 1000)) await clock.wait(PART_MS, signal)
      await clock.wait(Math.max(PART_MS, startedMs + TICK_MS - clock.nowMs()), signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
