import { afterAll, expect, it } from 'vitest'
import { toLine } from './inputs.ts'
import { PARSERS } from './parsers.ts'
import { Runner } from './runner.ts'

/** `npm run fuzz` does more runs, guided by coverage. */
const RUNS = 150
const SEED = 1

const runner = new Runner()
afterAll(() => runner.close())

it('finds nothing in a few inputs for each parser', async () => {
  const faults: string[] = []
  for (const { name, isCostly } of PARSERS) {
    const runs = isCostly ? RUNS / 10 : RUNS
    const { failed } = await runner.run({ parser: name, seed: SEED, runs, seconds: 60 })
    for (const { input, failure } of failed) faults.push(`${name}: ${failure.details}: ${toLine(input)}`)
  }
  expect(faults).toEqual([])
})

it('reports a parser that never returns, with the shrunk input', async () => {
  const endless = new Runner({ hangMs: 300, parsers: new URL('./testing/endless.ts', import.meta.url) })
  const { result, failed } = await endless.run({ parser: 'endless', seed: 1, runs: 10_000, seconds: 60 })
  await endless.close()
  expect(result).toBeNull()
  expect(failed.map(({ input, failure }) => [toLine(input), failure.fault])).toEqual([['!', 'hangs']])
})
