import type { History, NodeStats } from '@shoal/api'
import { type RatePoint, toRates } from '../../shared/charts/series.ts'

/** How far back the picture of now goes. */
export const NOW_SPAN_MS = 600_000

/** A history and the node's time when it was asked. */
export interface AskedHistory {
  readonly history: History
  readonly atMs: number
}

/**
 * The rates of the last minutes: those that were heard, and before them the means that the node kept.
 */
export function nowPoints(
  recent: readonly NodeStats[],
  asked: AskedHistory | undefined,
  toMs: number,
): RatePoint[] {
  const heard = recent.map(({ atMs, downloadBytesPerSecond: down, uploadBytesPerSecond: up }) => ({
    atMs,
    down,
    up,
  }))
  if (!asked) return heard
  const heardFromMs = heard[0]?.atMs ?? toMs
  const stepMs = asked.history.stepSeconds * 1000
  const endMs = Math.min(heardFromMs, asked.atMs)
  // Each step is level, as it was meant: a line between the middles of steps would draw slopes that never were.
  const kept = toRates(asked.history, toMs - NOW_SPAN_MS - stepMs, asked.atMs)
    .filter(({ atMs }) => atMs + stepMs <= asked.atMs && atMs < endMs)
    .flatMap(point => [point, { ...point, atMs: Math.min(point.atMs + stepMs, endMs) - 1 }])
  return [...kept, ...heard]
}
