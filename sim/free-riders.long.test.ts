import { limitMs } from '@shoal/testing'
import { expect, it } from 'vitest'
import { type FreeRiders, freeRiders } from './free-riders.ts'

/**
 * A single swarm proves little: mean times vary by some percent between random seeds, those of
 * riders by 10 %.
 */
const SEEDS = Array.from({ length: Number(process.env.SHOAL_SIM_RUNS ?? 2) }, (_, at) => at + 1)

/** Means over all seeds. */
async function mean(options: { riders: number; recognizes: boolean }) {
  const runs: FreeRiders[] = []
  for (const seed of SEEDS) runs.push(await freeRiders({ ...options, seed }))
  const over = (of: (run: FreeRiders) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length
  return { contributors: over(run => run.contributors), riders: over(run => run.riders) }
}

it('free riders finish twice as late as contributors, who lose little', {
  timeout: limitMs(900),
}, async () => {
  const alone = await mean({ riders: 0, recognizes: true })
  const mixed = await mean({ riders: 6, recognizes: true })
  const without = await mean({ riders: 6, recognizes: false })
  expect(mixed.riders / mixed.contributors).toBeGreaterThan(2.2)
  expect(mixed.contributors / alone.contributors).toBeLessThan(1.2)
  // The fast lane gives contributors what free riders would have received.
  expect(mixed.contributors / without.contributors).toBeLessThan(0.99)
  // Unrecognized peers cannot free-ride, either.
  expect(without.riders / without.contributors).toBeGreaterThan(1.9)
})
