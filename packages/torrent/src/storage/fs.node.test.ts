import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeFrom } from './fs.node.ts'

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
    await writeFrom(fd, cut(bytes, lengths), 6)
    closeSync(fd)
    expect(readFileSync(path).equals(Buffer.concat([Buffer.from('before'), bytes]))).toBe(true)
  }
})

test('a failed large write rejects only after all its system calls have ended', async () => {
  writeFileSync(path, '')
  const fd = openSync(path, 'r')
  await expect(writeFrom(fd, [new Uint8Array(300_000)], 0)).rejects.toMatchObject({ code: 'EBADF' })
  closeSync(fd)
})
