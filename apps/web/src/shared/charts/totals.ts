import type { History } from '@shoal/api'

/** Bytes transferred in one period. */
export interface Total {
  readonly fromMs: number
  readonly toMs: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}

/** Lengths of periods, in seconds, that give readable labels. */
const LENGTHS = [
  60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000,
]
const DAY_SECONDS = 86_400

/**
 * Converts a history to at most `max` + 1 periods of equal length that cover `fromMs` to `toMs`,
 * including those without transfer. They begin at round local times. `offsetMinutes` is that of
 * `Date.getTimezoneOffset`.
 */
export function toTotals(
  history: History,
  fromMs: number,
  toMs: number,
  max = 48,
  offsetMinutes = new Date(toMs).getTimezoneOffset(),
): Total[] {
  const lengthMs = lengthFor(history.stepSeconds, (toMs - fromMs) / 1000, max) * 1000
  const alignMs = Math.min(lengthMs, DAY_SECONDS * 1000)
  const shiftMs = offsetMinutes * 60_000
  const startMs = Math.floor((fromMs - shiftMs) / alignMs) * alignMs + shiftMs
  const count = Math.max(1, Math.ceil((toMs - startMs) / lengthMs))
  const totals = Array.from({ length: count }, (_, index) => ({
    fromMs: startMs + index * lengthMs,
    toMs: startMs + (index + 1) * lengthMs,
    downloadedBytes: 0,
    uploadedBytes: 0,
  }))
  for (const point of history.points) {
    const total = totals[Math.floor((point.atMs - startMs) / lengthMs)]
    if (!total) continue
    total.downloadedBytes += point.downloadedBytes
    total.uploadedBytes += point.uploadedBytes
  }
  return totals
}

/**
 * Returns the length of a period: a multiple of the history's step that gives few enough of them.
 */
function lengthFor(stepSeconds: number, spanSeconds: number, max: number): number {
  const fits = (length: number) =>
    length % stepSeconds === 0 && length <= spanSeconds && spanSeconds / length <= max
  return LENGTHS.find(fits) ?? Math.ceil(spanSeconds / stepSeconds / max) * stepSeconds
}

export function addUp(totals: readonly Total[]) {
  const sum = (member: 'downloadedBytes' | 'uploadedBytes') =>
    totals.reduce((bytes, total) => bytes + total[member], 0)
  return { downloadedBytes: sum('downloadedBytes'), uploadedBytes: sum('uploadedBytes') }
}
