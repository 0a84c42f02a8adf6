import type { History } from '@shoal/api'

/** What was moved in one stretch of time. */
export interface Total {
  readonly fromMs: number
  readonly toMs: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}

/** A history as at most `max` stretches of equal length from `fromMs` to `toMs`, those without transfer too. */
export function totalsOf(history: History, fromMs: number, toMs: number, max = 48): Total[] {
  const stepMs = history.stepSeconds * 1000
  const steps = Math.max(1, Math.ceil((toMs - fromMs) / stepMs))
  const lengthMs = Math.ceil(steps / max) * stepMs
  const count = Math.max(1, Math.min(max, Math.ceil((toMs - fromMs) / lengthMs)))
  const totals = Array.from({ length: count }, (_, index) => ({
    fromMs: fromMs + index * lengthMs,
    toMs: Math.min(toMs, fromMs + (index + 1) * lengthMs),
    downloadedBytes: 0,
    uploadedBytes: 0,
  }))
  for (const point of history.points) {
    const total = totals[Math.floor((point.atMs - fromMs) / lengthMs)]
    if (!total) continue
    total.downloadedBytes += point.downloadedBytes
    total.uploadedBytes += point.uploadedBytes
  }
  return totals
}

export function sumOf(totals: readonly Total[]) {
  const sum = (member: 'downloadedBytes' | 'uploadedBytes') =>
    totals.reduce((bytes, total) => bytes + total[member], 0)
  return { downloadedBytes: sum('downloadedBytes'), uploadedBytes: sum('uploadedBytes') }
}
