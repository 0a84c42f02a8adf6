import type { History } from '@shoal/api'

/** Rates at one time, in bytes per second. */
export interface RatePoint {
  readonly atMs: number
  readonly down: number
  readonly up: number
}

/**
 * Converts a history to rates, one point per step from `fromMs` to `toMs`. Steps without transfer,
 * which a node omits, are 0.
 */
export function toRates(history: History, fromMs: number, toMs: number): RatePoint[] {
  const stepMs = history.stepSeconds * 1000
  const first = Math.floor(fromMs / stepMs)
  const length = Math.max(1, Math.min(100_000, Math.floor(toMs / stepMs) - first + 1))
  const points = Array.from({ length }, (_, index) => ({ atMs: (first + index) * stepMs, down: 0, up: 0 }))
  for (const { atMs, downloadedBytes, uploadedBytes } of history.points) {
    const point = points[Math.floor(atMs / stepMs) - first]
    if (!point) continue
    point.down += downloadedBytes / history.stepSeconds
    point.up += uploadedBytes / history.stepSeconds
  }
  return points
}

/**
 * Converts a history to rates at the middle of their steps. The step that is not over yet would
 * show too little, and is left out.
 */
export function toMeans(history: History, fromMs: number, toMs: number): RatePoint[] {
  const stepMs = history.stepSeconds * 1000
  return toRates(history, fromMs, toMs)
    .filter(({ atMs }) => atMs + stepMs <= toMs)
    .map(point => ({ ...point, atMs: point.atMs + stepMs / 2 }))
}

/**
 * Reduces the points to about `max`. Each is the mean of its neighbours, so that the area below the
 * line stays. Groups begin at round times, so that the line stays the same while points are added
 * and removed at the ends.
 */
export function thinned(points: readonly RatePoint[], max: number): RatePoint[] {
  if (points.length <= max) return [...points]
  const stepMs = roundStep((points.at(-1)!.atMs - points[0]!.atMs) / max)
  const groups = new Map<number, RatePoint[]>()
  for (const point of points) {
    const at = Math.floor(point.atMs / stepMs)
    const group = groups.get(at)
    if (group) group.push(point)
    else groups.set(at, [point])
  }
  return [...groups.values()].map(average)
}

/** Returns 1, 2 or 5 times a power of ten, at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  return ([1, 2, 5].find(factor => factor * power >= least) ?? 10) * power
}

function average(points: readonly RatePoint[]): RatePoint {
  const sum = (member: 'down' | 'up') => points.reduce((total, point) => total + point[member], 0)
  return { atMs: points[0]!.atMs, down: sum('down') / points.length, up: sum('up') / points.length }
}

/** Adds the current rates to the end of a line, and removes those older than `spanMs`. */
export function extended(points: readonly RatePoint[], now: RatePoint, spanMs: number): RatePoint[] {
  const fromMs = now.atMs - spanMs
  const kept = points.filter(({ atMs }) => atMs >= fromMs && atMs < now.atMs)
  return [...kept, now]
}

/**
 * Returns the index of the point nearest to a time, or -1 if there is none. Points are sorted by
 * time.
 */
export function nearest(points: readonly RatePoint[], atMs: number): number {
  let low = 0
  let high = points.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]!.atMs < atMs) low = middle + 1
    else high = middle
  }
  const before = points[low - 1]
  const closer = before && atMs - before.atMs < points[low]!.atMs - atMs
  return closer ? low - 1 : Math.min(low, points.length - 1)
}

/** Returns the SVG paths of a line through the points, and of the area below it. */
export function paths(
  points: readonly RatePoint[],
  member: 'down' | 'up',
  x: (atMs: number) => number,
  y: (rate: number) => number,
): { line: string; area: string } {
  if (points.length === 0) return { line: '', area: '' }
  const at = (point: RatePoint) => `${round(x(point.atMs))},${round(y(point[member]))}`
  const line = `M${points.map(at).join('L')}`
  const base = round(y(0))
  return {
    line,
    area: `${line}L${round(x(points.at(-1)!.atMs))},${base}L${round(x(points[0]!.atMs))},${base}Z`,
  }
}

const round = (value: number) => Math.round(value * 10) / 10
