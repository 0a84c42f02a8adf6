import { expect, it } from 'vitest'
import { type FreeRiders, freeRiders } from './free-riders.ts'

/** A single swarm proves little: the mean times of single seeds differ by 15 %. */
const SEEDS = [1, 2, 3, 4, 5]

/** Means over all seeds. */
async function mean(options: { riders: number; recognizes: boolean }) {
  const runs: FreeRiders[] = []
  for (const seed of SEEDS) runs.push(await freeRiders({ ...options, seed }))
  const over = (of: (run: FreeRiders) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length
  return { contributors: over(run => run.contributors), riders: over(run => run.riders) }
}

it('the fast lane gives to contributors what free riders had', { timeout: 600_000 }, async () => {
  const mixed = await mean({ riders: 6, recognizes: true })
  const without = await mean({ riders: 6, recognizes: false })
  expect(mixed.contributors / without.contributors).toBeLessThan(0.97)
  expect(mixed.riders / mixed.contributors).toBeGreaterThan(1.2)
  expect(mixed.riders / without.riders).toBeGreaterThan(1.03)
})
