import type { History, NodeStats } from '@shoal/api'
import { type RatePoint, toRates } from '../../shared/charts/series.ts'

/** The time span of the chart of current rates. */
export const NOW_SPAN_MS = 600_000

/** A history, and the node's time at the request. */
export interface AskedHistory {
  readonly history: History
  readonly atMs: number
}

/**
 * Returns the rates of the last minutes: received rates, and before them the averages that the node
 * stored.
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
  // Each average is drawn as a horizontal step: lines between the middles of steps would show
  // slopes that did not exist.
  const kept = toRates(asked.history, toMs - NOW_SPAN_MS - stepMs, asked.atMs)
    .filter(({ atMs }) => atMs + stepMs <= asked.atMs && atMs < endMs)
    .flatMap(point => [point, { ...point, atMs: Math.min(point.atMs + stepMs, endMs) - 1 }])
  return [...kept, ...heard]
}
