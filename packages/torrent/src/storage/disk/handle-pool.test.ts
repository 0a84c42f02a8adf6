import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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
  opens = 0
  readonly path: string

  constructor(name: string) {
    this.path = join(folder.path, name)
  }

  open(writable: boolean): Promise<number> {
    this.opens++
    return open(this.path, writable ? 'a+' : 'r')
  }

  onClosed(): void {}
}

function files(count: number): TestFile[] {
  return Array.from({ length: count }, (_, i) => {
    fs.writeFileSync(join(folder.path, `${i}`), `${i}`)
    return new TestFile(`${i}`)
  })
}

/** Whether the descriptor still belongs to the file, and was not closed and reused. */
function belongs(handle: Handle, file: TestFile): boolean {
  return fs.fstatSync(handle.fd).ino === fs.statSync(file.path).ino
}

describe('handle pool', () => {
  test('never exceeds its limit and closes the least recently used handle', async () => {
    const pool = new HandlePool(3)
    const all = files(5)
    for (const file of all.slice(0, 3)) pool.release(await pool.acquire(file, false))
    pool.release(await pool.acquire(all[0]!, false))
    pool.release(await pool.acquire(all[3]!, false))
    expect(all.map(file => file.handle !== null)).toEqual([true, false, true, true, false])
    expect(pool.openCount).toBe(3)
    await Promise.all(all.map(file => pool.drop(file)))
    expect(pool.openCount).toBe(0)
  })

  test('gives many concurrent callers their own files within the limit', async () => {
    const pool = new HandlePool(2)
    const all = files(10)
    let most = 0
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const file = all[(i * 7) % 10]!
        const handle = await pool.acquire(file, i % 3 === 0)
        most = Math.max(most, pool.openCount)
        expect(belongs(handle, file)).toBe(true)
        await new Promise(resolve => fs.fstat(handle.fd, resolve))
        expect(belongs(handle, file)).toBe(true)
        pool.release(handle)
      }),
    )
    expect(most).toBeLessThanOrEqual(2)
    await Promise.all(all.map(file => pool.drop(file)))
    expect(pool.openCount).toBe(0)
  })

  test('opens a file once for concurrent callers', async () => {
    const pool = new HandlePool()
    const [file] = files(1)
    const handles = await Promise.all([1, 2, 3].map(() => pool.acquire(file!, false)))
    expect(file!.opens).toBe(1)
    expect(new Set(handles).size).toBe(1)
    for (const handle of handles) pool.release(handle)
    await pool.drop(file!)
  })

  test('a file open for reading is reopened for writing while its readers keep their handle', async () => {
    const pool = new HandlePool()
    const [file] = files(1)
    const reader = await pool.acquire(file!, false)
    const writer = await pool.acquire(file!, true)
    expect(writer.fd).not.toBe(reader.fd)
    expect(belongs(reader, file!)).toBe(true)
    expect(pool.openCount).toBe(2)
    pool.release(reader)
    pool.release(writer)
    expect(pool.openCount).toBe(1)
    await pool.drop(file!)
  })

  test('a failed open frees its slot', async () => {
    const pool = new HandlePool(1)
    const [file] = files(1)
    for (let i = 0; i < 3; i++)
      await expect(pool.acquire(new TestFile('missing'), false)).rejects.toMatchObject({ code: 'ENOENT' })
    pool.release(await pool.acquire(file!, false))
    await pool.drop(file!)
    expect(pool.openCount).toBe(0)
  })

  test('a dropped handle stays open until its users release it', async () => {
    const pool = new HandlePool()
    const [file] = files(1)
    const handle = await pool.acquire(file!, false)
    await pool.drop(file!)
    expect(belongs(handle, file!)).toBe(true)
    pool.release(handle)
    expect(pool.openCount).toBe(0)
  })

  test.skipIf(process.platform === 'win32')(
    'a process without free descriptors closes idle ones and continues',
    () => {
      const child = fileURLToPath(new URL('./few-descriptors.node.ts', import.meta.url))
      const command = `ulimit -n 48; exec "$0" "$1" "$2"`
      const output = execFileSync('sh', ['-c', command, process.execPath, child, folder.path], {
        encoding: 'utf8',
      })
      expect(output).toBe('200 files, right\n')
    },
  )
})
