import type { History } from '../../schemas/node.ts'
import { Random, seedOf } from './random.ts'

const RANGES = { hour: [60, 60], day: [900, 96], month: [21_600, 120], year: [604_800, 52] } as const

/** Transferred bytes by the start of the minute, in ms since the Unix epoch. */
export type Minutes = Map<number, { downloadedBytes: number; uploadedBytes: number }>

const MINUTE_MS = 60_000

interface Rates {
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
}

/**
 * Generates the last hour at about the current rates, so that the simulated transfers continue it
 * without a step.
 */
export function pastHour(rates: Rates, nowMs: number, seed: string): Minutes {
  const minutes: Minutes = new Map()
  const last = Math.floor(nowMs / MINUTE_MS)
  for (let minute = last - 60; minute <= last; minute++) {
    const random = new Random(seedOf(`${seed} ${minute}`))
    const seconds = Math.min(60, nowMs / 1000 - minute * 60)
    minutes.set(minute * MINUTE_MS, {
      downloadedBytes: rates.downloadBytesPerSecond * seconds * random.between(0.85, 1.15),
      uploadedBytes: rates.uploadBytesPerSecond * seconds * random.between(0.85, 1.15),
    })
  }
  return minutes
}

/** Aggregates minutes into the steps of a range. */
export function historyOf(range: keyof typeof RANGES, minutes: Minutes): History {
  const [stepSeconds] = RANGES[range]
  const points = new Map<number, History['points'][number]>()
  for (const [minuteMs, moved] of minutes) {
    const atMs = minuteMs - (minuteMs % (stepSeconds * 1000))
    const point = points.get(atMs) ?? { atMs, downloadedBytes: 0, uploadedBytes: 0 }
    point.downloadedBytes += Math.round(moved.downloadedBytes)
    point.uploadedBytes += Math.round(moved.uploadedBytes)
    points.set(atMs, point)
  }
  return { stepSeconds, points: [...points.values()] }
}

/** Generates transfers with a daily rhythm, the same on every call. */
export function sampleHistory(range: keyof typeof RANGES, nowMs: number): History {
  const [stepSeconds, count] = RANGES[range]
  const last = Math.floor(nowMs / 1000 / stepSeconds)
  const points = Array.from({ length: count }, (_, at) => {
    const step = last - count + 1 + at
    const random = new Random(seedOf(`${range} ${step}`))
    const hour = ((step * stepSeconds) / 3600) % 24
    const day = 0.35 + 0.65 * Math.max(0, Math.sin(((hour - 7) / 24) * 2 * Math.PI))
    return {
      atMs: step * stepSeconds * 1000,
      downloadedBytes: Math.round(2.4e6 * day * random.between(0.4, 1.5) * stepSeconds),
      uploadedBytes: Math.round(1.3e6 * (1.2 - day * 0.5) * random.between(0.6, 1.3) * stepSeconds),
    }
  })
  return { stepSeconds, points }
}
