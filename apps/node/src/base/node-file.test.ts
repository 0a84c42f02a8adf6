import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readNodeFile, writeNodeFile } from './node-file.ts'

test.skipIf(process.platform === 'win32')('only its owner can read or change the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-node-file-'))
  try {
    const node = { url: 'http://127.0.0.1:8420', pid: process.pid }
    await writeNodeFile(folder, node)
    expect(await readNodeFile(folder)).toEqual(node)
    expect((await stat(join(folder, 'node.json'))).mode & 0o777).toBe(0o600)
  } finally {
    await rm(folder, { recursive: true })
  }
})
