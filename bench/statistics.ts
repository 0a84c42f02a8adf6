import { messageOf } from '../packages/torrent/src/base/errors.ts'
import type { BenchOptions, Goal } from './bench.ts'

/** The middle value; the mean of the middle two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The median of one quantity over all runs. */
export function medianOf<T>(runs: readonly T[], quantity: (run: T) => number): number {
  return median(runs.map(quantity))
}

export interface Turns<T> {
  /** Results of the runs that worked, by contestant. */
  readonly runs: ReadonlyMap<string, readonly T[]>
  /** Why a contestant was left out after its first failure. */
  readonly failures: ReadonlyMap<string, string>
}

/**
 * Lets contestants take turns, so that whatever else the machine does falls on all alike. One that fails is left out from there on: the
 * others' numbers stand. Those in `once` take part in the first round only: no goal is measured against them, and some take minutes.
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

/** The line of a process's last words that says what was wrong. */
function firstReason(message: string): string {
  const lines = message.split('\n')
  return (lines.find(line => /Error\b/.test(line)) ?? lines[0]!).slice(0, 300)
}

/** Bytes a second as MB/s (10^6). */
export function rate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e6).toFixed(0)} MB/s`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

export function seconds(value: number): string {
  return `${value.toFixed(2)} s`
}

/** A measured value beside its goal; a ratio unless another unit is given. */
export function against(label: string, value: number, goal: number, sense: Goal['sense'], unit = ' x'): Goal {
  return { label, value, goal, sense, unit, met: sense === 'least' ? value >= goal : value <= goal }
}
