import fs from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary.node.ts'
import { open } from './fs.node.ts'
import { type Handle, HandlePool, type PooledFile } from './handle-pool.node.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

class TestFile implements PooledFile {
  handle: Handle | null = null
  opening: Promise<Handle> | null = null
  readonly path: string

  constructor(name: string) {
    this.path = join(folder.path, name)
  }

  open(): Promise<number> {
    return open(this.path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600)
  }

  onClosed(): void {}
}

test('overlapping writes take effect in order', async () => {
  const write = fc.record({ file: fc.nat(2), position: fc.nat(40), length: fc.nat(30) })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 40 }), async list => {
      run++
      const pool = new HandlePool(2)
      const files = [0, 1, 2].map(i => new TestFile(`${run}-${i}`))
      const expected = files.map(() => new Uint8Array(80))
      await Promise.all(
        list.map(({ file, position, length }, i) => {
          const bytes = new Uint8Array(length).fill(i + 1)
          expected[file]!.set(bytes, position)
          return pool.writes.write(files[file]!, position, bytes)
        }),
      )
      await Promise.all(files.map(file => pool.drop(file)))
      for (const [i, file] of files.entries()) {
        const found = new Uint8Array(80)
        if (fs.existsSync(file.path)) found.set(fs.readFileSync(file.path))
        expect(found).toEqual(expected[i])
      }
    }),
    { numRuns: 60 },
  )
})

test('a failed write rejects alone and later ones continue', async () => {
  const pool = new HandlePool()
  const bad = new TestFile('missing/folder')
  const good = new TestFile('good')
  const results = await Promise.allSettled([
    pool.writes.write(bad, 0, new Uint8Array(1)),
    pool.writes.write(good, 0, Uint8Array.of(1)),
    pool.writes.write(bad, 5, new Uint8Array(1)),
    pool.writes.write(good, 1, Uint8Array.of(2)),
  ])
  expect(results.map(result => result.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
  expect([...fs.readFileSync(good.path)]).toEqual([1, 2])
  await pool.drop(good)
})

test('thousands of adjoining writes are complete', async () => {
  const pool = new HandlePool()
  const file = new TestFile('many')
  const content = Uint8Array.from({ length: 3000 * 37 }, (_, i) => i * 31)
  await Promise.all(
    Array.from({ length: 3000 }, (_, i) =>
      pool.writes.write(file, 37 * i, content.subarray(37 * i, 37 * i + 37)),
    ),
  )
  expect(Buffer.compare(fs.readFileSync(file.path), content)).toBe(0)
  await pool.drop(file)
})
