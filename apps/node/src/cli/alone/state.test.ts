import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPlace, stateRoot } from '../../base/files/places.ts'
import { stampOf } from '../../base/files/stamp.ts'
import { type Entry, FolderRecords, isTaken, parseEntry } from './folder-records.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-state-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const HASH = 'ab'.repeat(20)

describe('places', () => {
  test.each([
    [{ SHOAL_STATE: '/s' }, 'linux', '/s'],
    [{}, 'linux', join('/home/me', '.local', 'state', 'shoal')],
    [{ XDG_STATE_HOME: '/xdg' }, 'linux', join('/xdg', 'shoal')],
    [{}, 'darwin', join('/home/me', 'Library', 'Application Support', 'Shoal')],
    [{ LOCALAPPDATA: '/local' }, 'win32', join('/local', 'Shoal')],
    [{}, 'win32', join('/home/me', 'AppData', 'Local', 'Shoal')],
  ])('state with %j on %s', (env, platform, root) => expect(stateRoot(env, platform, '/home/me')).toBe(root))

  test('a folder has one state, whichever symbolic link leads there', async () => {
    const root = join(folder, 's')
    const direct = await openPlace(join(folder, 'a', 'b'), root)
    await symlink(join(folder, 'a'), join(folder, 'link'))
    expect(await openPlace(join(folder, 'link', 'b'), root)).toEqual(direct)
    expect((await openPlace(join(folder, 'a'), root)).state).not.toBe(direct.state)
  })

  test('reports a file where the folder should be', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(openPlace(join(folder, 'file', 'x'), folder)).rejects.toMatchObject({ code: 'not-found' })
    await expect(openPlace(join(folder, 'file'), folder)).rejects.toMatchObject({ code: 'unsafe-path' })
  })

  test.runIf(process.platform === 'linux')('reports a path where no folder can be created', async () => {
    for (const [place, root] of [
      ['/proc/shoal/a', folder],
      [folder, '/proc/shoal'],
    ])
      await expect(openPlace(place!, root)).rejects.toMatchObject({
        code: 'no-permission',
        message: 'Cannot create a folder in /proc. Choose another one.',
      })
  })
})

describe('stamps', () => {
  test('change only with contents, times and names', async () => {
    const path = join(folder, 'tree')
    await mkdir(join(path, 'sub'), { recursive: true })
    expect(await stampOf(path)).toBeNull()
    await writeFile(join(path, 'sub', 'file'), 'one')
    const seen = new Set([await stampOf(path)])
    expect(seen).not.toContain(null)
    expect(seen).toContain(await stampOf(path))
    await writeFile(join(path, 'sub', 'file'), 'three')
    seen.add(await stampOf(path))
    await utimes(join(path, 'sub', 'file'), 1, 1)
    seen.add(await stampOf(path))
    await rename(join(path, 'sub', 'file'), join(path, 'sub', 'renamed'))
    seen.add(await stampOf(path))
    await rename(join(path, 'sub'), join(path, 'sub2'))
    seen.add(await stampOf(path))
    expect(seen.size).toBe(5)
    expect(await stampOf(join(folder, 'nothing'))).toBeNull()
  })

  test('reports an unreadable folder', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(stampOf(join(folder, 'file', 'x'))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('part of the path is a file'),
    })
  })
})

describe('records of a folder', () => {
  test('stores and deletes entries and torrents', async () => {
    const records = new FolderRecords(join(folder, 'state'))
    expect(await records.load()).toEqual([])
    const entry: Entry = { infoHash: HASH, name: 'a', kind: 'made', stamp: 's', recipe: 'r' }
    await records.writeTorrent(HASH, Uint8Array.of(1, 2))
    records.save(entry)
    expect(await records.load()).toEqual([entry])
    expect([...(await records.readTorrent(HASH))!]).toEqual([1, 2])
    await records.delete(HASH)
    expect(await records.load()).toEqual([])
    expect(await records.readTorrent(HASH)).toBeNull()
  })

  test('ignores damaged entries', async () => {
    await writeFile(join(folder, `${HASH}.json`), '{"infoHash":')
    await writeFile(join(folder, 'other.json'), '{}')
    expect(await new FolderRecords(folder).load()).toEqual([])
  })

  test.each([
    '',
    'null',
    '[]',
    '{}',
    JSON.stringify({ infoHash: 'cd'.repeat(20), name: 'a', kind: 'made' }),
    JSON.stringify({ infoHash: HASH, name: 1, kind: 'made' }),
    JSON.stringify({ infoHash: HASH, name: 'a', kind: 'stolen' }),
    JSON.stringify({ infoHash: HASH, name: 'a', kind: 'got', pid: 'x' }),
    JSON.stringify({ infoHash: HASH, name: 'a', kind: 'got', magnet: {} }),
    JSON.stringify({ infoHash: HASH, name: 'x'.repeat(2 << 20), kind: 'got' }),
  ])('rejects %.60s', text => expect(parseEntry(text, HASH)).toBeNull())

  test('a download is taken while another live process has it', () => {
    const entry: Entry = { infoHash: HASH, name: 'a', kind: 'got' }
    expect(isTaken(entry)).toBe(false)
    expect(isTaken({ ...entry, pid: process.pid, sinceMs: Date.now() })).toBe(false)
    expect(isTaken({ ...entry, pid: process.ppid, sinceMs: Date.now() })).toBe(true)
    expect(isTaken({ ...entry, pid: process.ppid, sinceMs: 0 })).toBe(false)
    expect(isTaken({ ...entry, pid: 2 ** 22 + 12_345, sinceMs: Date.now() })).toBe(false)
  })
})
