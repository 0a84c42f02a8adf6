import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeFrom, writeStepBytes } from './fs.node.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-fs-'))
  path = join(folder, 'file')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Splits the bytes into buffers of these lengths. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0
  return lengths.map(length => {
    at += length
    return bytes.subarray(at - length, at)
  })
}

test('writes buffers of any length in order', async () => {
  const bytes = randomBytes(1_000_000)
  for (const lengths of [
    [1_000_000],
    [1, 65_535, 65_536, 65_537, 300_000, 503_391],
    Array.from({ length: 100 }, () => 10_000),
  ]) {
    writeFileSync(path, 'before')
    const fd = openSync(path, 'r+')
    for (const stepBytes of [undefined, 1024 * 1024]) {
      ftruncateSync(fd, 6)
      await writeFrom(fd, cut(bytes, lengths), 6, stepBytes)
      expect(readFileSync(path).equals(Buffer.concat([Buffer.from('before'), bytes]))).toBe(true)
    }
    closeSync(fd)
  }
})

test('a failed large write rejects only after all its system calls have ended', async () => {
  writeFileSync(path, '')
  const fd = openSync(path, 'r')
  await expect(writeFrom(fd, [new Uint8Array(300_000)], 0)).rejects.toMatchObject({ code: 'EBADF' })
  closeSync(fd)
})

test('files in memory are written in larger calls than those on disk', async () => {
  const { dev } = statSync(folder)
  const isMemory = statfsSync(folder).type === 0x01021994
  expect(await writeStepBytes(folder, dev)).toBe(isMemory ? 1024 * 1024 : 64 * 1024)
  if (!existsSync('/dev/shm') || statfsSync('/dev/shm').type !== 0x01021994) return
  expect(await writeStepBytes('/dev/shm', statSync('/dev/shm').dev)).toBe(1024 * 1024)
  // The default if the file system cannot be queried.
  expect(await writeStepBytes(join(folder, 'missing'), -1)).toBe(64 * 1024)
})
