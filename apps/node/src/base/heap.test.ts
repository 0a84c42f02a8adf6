import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Size of the young generation of a new process that has allocated many long-lived objects. */
async function youngBytes(prepare: string): Promise<number> {
  const program = `
    ${prepare}
    const kept = []
    for (let i = 0; i < 400_000; i++) kept.push({ i, more: [i] })
    const { getHeapSpaceStatistics } = await import('node:v8')
    const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
    console.log(young.space_size, kept.length)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return Number.parseInt(stdout, 10)
}

test('a burst of work does not grow the young generation', async () => {
  const heap = JSON.stringify(new URL('./heap.ts', import.meta.url).href)
  const kept = await youngBytes(`(await import(${heap})).keepYoungGenerationSmall()`)
  expect(kept).toBeLessThan((await youngBytes('')) / 2)
})
