import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from '@shoal/torrent'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Engine } from './engine.ts'
import type { BorrowedRtc } from './rtc-borrower.ts'
import { DiskFolder } from './testing/disk-opfs.ts'

const NO_RTC: BorrowedRtc = {
  createPeer() {
    throw new Error('there is nobody to connect to')
  },
  lend() {},
}
const job = { job: '1', onProgress: () => {} }
const options = { name: 'sealed.age' }

let folder: string
let path: string
let engine: Engine
const openEngine = () => Engine.open({ directory: join(folder, 'shoal') }, NO_RTC)
const shared = () => engine.torrents.map(torrent => engine.snapshot(torrent).name)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-stored-'))
  path = join(folder, 'sealing', 'one')
  await mkdir(join(folder, 'sealing'))
  await writeFile(path, 'sealed bytes')
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => new DiskFolder('/') } })
  vi.stubGlobal(
    'FileSystemFileHandle',
    class {
      createSyncAccessHandle() {}
    },
  )
  engine = await openEngine()
})

afterEach(async () => {
  await engine.close()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  await rm(folder, { recursive: true })
})

test('what a page has stored becomes the torrent’s own', async () => {
  const torrent = await engine.shareStored(path, options, job)
  expect(torrent).toMatchObject({ name: 'sealed.age', origin: 'kept', haveBytes: 12 })
  expect(existsSync(path)).toBe(false)
})

test('who cancels before the file is even open is heard, and the file stays where it is', async () => {
  const sharing = engine.shareStored(path, options, job)
  engine.cancelShare('1')
  await expect(sharing).rejects.toMatchObject({ code: 'cancelled' })
  expect([shared(), existsSync(path)]).toEqual([[], true])
})

test('when it cannot be added nothing is left of it', async () => {
  vi.spyOn(Session.prototype, 'add').mockRejectedValue(new Error('no room for its record'))
  await expect(engine.shareStored(path, options, job)).rejects.toThrow('no room')
  expect([existsSync(path), existsSync(join(folder, 'shoal/files/one'))]).toEqual([false, false])
})

test('another engine continues where the first went away: the file moved, the torrent added or not', async () => {
  await mkdir(join(folder, 'shoal/files/one'), { recursive: true })
  await writeFile(join(folder, 'shoal/files/one/sealed.age'), 'sealed bytes')
  await rm(path)
  const first = await engine.shareStored(path, options, job)
  expect(first.haveBytes).toBe(12)
  await engine.close()
  engine = await openEngine()
  expect((await engine.shareStored(path, options, job)).id).toBe(first.id)
  expect(shared()).toEqual(['sealed.age'])
})

test('what is nowhere is not found', async () => {
  await rm(path)
  await expect(engine.shareStored(path, options, job)).rejects.toMatchObject({ code: 'not-found' })
})
