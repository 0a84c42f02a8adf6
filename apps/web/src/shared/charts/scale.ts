/** Time steps, in seconds, that give readable labels. */
const TIME_STEPS = [
  1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
  1_209_600, 2_629_800, 7_889_400,
]
const DAY_SECONDS = 86_400

/**
 * Returns values for the lines of an axis from 0 up, about `count`, in steps of 1, 2 or 5 times a
 * power of ten. The last is at least `max`: the axis ends there. If `max` is 0, the axis ends at
 * `floor`.
 */
export function niceTicks(max: number, count = 4, floor = 1): number[] {
  const top = Math.max(max, floor)
  const rough = top / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power
  const steps = Math.ceil(top / step - 1e-9)
  return Array.from({ length: steps + 1 }, (_, index) => index * step)
}

/**
 * Returns times for the lines of an axis, at round local times, at most `count`. `offsetMinutes` is
 * that of `Date.getTimezoneOffset`.
 */
export function timeTicks(fromMs: number, toMs: number, count = 6, offsetMinutes = 0): number[] {
  const spanSeconds = (toMs - fromMs) / 1000
  const stepSeconds = TIME_STEPS.find(step => spanSeconds / step <= count) ?? Math.ceil(spanSeconds / count)
  const stepMs = stepSeconds * 1000
  // Steps of weeks and more are aligned to local midnights, not to the Thursday of the epoch.
  const alignMs = Math.min(stepSeconds, DAY_SECONDS) * 1000
  const shiftMs = offsetMinutes * 60_000
  const first = Math.ceil((fromMs - shiftMs) / alignMs) * alignMs + shiftMs
  const ticks: number[] = []
  for (let at = first; at <= toMs; at += stepMs) ticks.push(at)
  return ticks
}

/** Returns a linear map between two ranges. A range of one point maps to the start. */
export function linear(from: readonly [number, number], to: readonly [number, number]) {
  const span = from[1] - from[0]
  const factor = span === 0 ? 0 : (to[1] - to[0]) / span
  return (value: number) => to[0] + (value - from[0]) * factor
}
