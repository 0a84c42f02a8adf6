import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTorrentFile } from './read-file.node.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-read-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('readTorrentFile', () => {
  it.each([0, 1, 1000, (1 << 20) + 1])('reads all of %d bytes', async size => {
    const path = join(folder, `${size}`)
    const bytes = new Uint8Array(size).map((_, i) => i % 251)
    await writeFile(path, bytes)
    expect(await readTorrentFile(path, size)).toEqual(bytes)
    if (size > 0) await expect(readTorrentFile(path, size - 1)).rejects.toMatchObject({ code: 'bad-torrent' })
  })

  it('rejects folders and missing files with a clear error', async () => {
    await expect(readTorrentFile(folder, 1000)).rejects.toMatchObject({
      code: 'bad-torrent',
      message: expect.stringContaining('folder'),
    })
    await expect(readTorrentFile(join(folder, 'none'), 1000)).rejects.toMatchObject({ code: 'not-found' })
  })

  it.skipIf(process.platform === 'win32')('reads a device only up to the limit', async () => {
    await expect(readTorrentFile('/dev/zero', 5 << 20)).rejects.toMatchObject({ code: 'bad-torrent' })
  })

  it.skipIf(process.platform === 'win32')('reads a pipe to its end', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const [bytes] = await Promise.all([readTorrentFile(pipe, 1000), writeFile(pipe, 'd1:ai1ee')])
    expect(new TextDecoder().decode(bytes)).toBe('d1:ai1ee')
  })
})
