import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const HEAP = JSON.stringify(new URL('./heap.ts', import.meta.url).href)
const TUNE = `(await import(${HEAP})).tuneHeap()`

/** Returns the number that a new process prints. */
async function printed(program: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return Number.parseInt(stdout, 10)
}

/**
 * Returns the size of the young generation of a new process that has allocated many long-lived
 * objects.
 */
function youngBytes(prepare: string): Promise<number> {
  return printed(`
    ${prepare}
    const kept = []
    for (let i = 0; i < 400_000; i++) kept.push({ i, more: [i] })
    const { getHeapSpaceStatistics } = await import('node:v8')
    const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
    console.log(young.space_size, kept.length)`)
}

/**
 * Returns the number of full heap collections while a new process fills a cache of 64 MiB with
 * buffers and replaces each twice.
 */
function collections(prepare: string): Promise<number> {
  return printed(`
    ${prepare}
    const { constants, PerformanceObserver } = await import('node:perf_hooks')
    let count = 0
    new PerformanceObserver(list => {
      for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count++
    }).observe({ entryTypes: ['gc'] })
    const kept = []
    for (let i = 0; i < 192; i++) {
      kept[i % 64] = new Uint8Array(2 ** 20)
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    await new Promise(resolve => setTimeout(resolve, 50))
    console.log(count, kept.length)`)
}

test('a burst of work does not grow the young generation', async () => {
  expect(await youngBytes(TUNE)).toBeLessThan((await youngBytes('')) / 2)
})

test('buffers begin fewer collections of a small heap', async () => {
  expect(await collections(TUNE)).toBeLessThan((await collections('')) / 1.5)
})
