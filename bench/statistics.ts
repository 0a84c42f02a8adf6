import { messageOf } from '../packages/torrent/src/base/errors.ts'
import type { BenchOptions, Goal } from './bench.ts'

/** Returns the median, or NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Returns the median of one quantity over all runs. */
export function medianOf<T>(runs: readonly T[], quantity: (run: T) => number): number {
  return median(runs.map(quantity))
}

/** Returns the percentile for this share of the values, or NaN for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export interface Turns<T> {
  /** Results of the successful runs, by contestant. */
  readonly runs: ReadonlyMap<string, readonly T[]>
  /** Why a contestant was left out after its first failure. */
  readonly failures: ReadonlyMap<string, string>
}

/**
 * Runs contestants in turns, so that other activity of the machine affects all of them. A
 * contestant that fails is left out from then on. Those in `once` only run in the first round: no
 * goal is measured against them, and some take minutes.
 */
export async function takeTurns<T>(
  contestants: Readonly<Record<string, () => Promise<T>>>,
  { runs: rounds, log }: Pick<BenchOptions, 'runs' | 'log'>,
  once: readonly string[] = [],
): Promise<Turns<T>> {
  const runs = new Map<string, T[]>(Object.keys(contestants).map(name => [name, []]))
  const failures = new Map<string, string>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, contest] of Object.entries(contestants)) {
      if (failures.has(name) || (round > 0 && once.includes(name))) continue
      try {
        runs.get(name)!.push(await contest())
        log(`  ${name}: ${round + 1} of ${rounds}`)
      } catch (error) {
        failures.set(name, firstReason(messageOf(error)))
        log(`  ${name} failed: ${messageOf(error)}`)
      }
    }
  }
  return { runs, failures }
}

/** Returns the line of a process's output that names the error. */
function firstReason(message: string): string {
  const lines = message.split('\n')
  return (lines.find(line => /Error\b/.test(line)) ?? lines[0]!).slice(0, 300)
}

/** Formats bytes per second as MB/s (10^6). */
export function rate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e6).toFixed(0)} MB/s`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

export function seconds(value: number): string {
  return `${value.toFixed(2)} s`
}

/** Compares a measured value with its goal. It is a ratio unless another unit is given. */
export function against(label: string, value: number, goal: number, sense: Goal['sense'], unit = ' x'): Goal {
  return { label, value, goal, sense, unit, met: sense === 'least' ? value >= goal : value <= goal }
}
