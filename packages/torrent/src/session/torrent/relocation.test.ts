import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { createHashPool } from '#hash-pool'
import { createResumeStore } from '#resume-store'
import { decodeProgress, encodeProgress } from '../../storage/record/resume-record.ts'
import type { ResumeProgress } from '../../storage/record/resume-store.ts'
import { Loopback } from '../testing/loopback.ts'
import { countingPool } from '../testing/world.ts'

const FILES = { 'a.bin': 100_000, 'sub/b.bin': 200_000 }

test('files with other names are found, also after a restart', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', FILES)
  await rename(loop.path('content'), loop.path('album'))
  const renamed = new Map([
    [0, ['album', 'a.bin']],
    [1, ['album', 'sub', 'b.bin']],
  ])
  const options = { directory: loop.folder, stateDirectory: loop.path('state') }
  const session = await loop.open(options)
  const torrent = await session.add(metainfo, { renamed, trusted: true })
  await torrent.whenComplete()
  await torrent.recheck()
  expect(torrent.stats).toMatchObject({ progress: 1, state: 'seeding' })
  expect(torrent.files[1]!.diskPath).toBe(loop.path('album', 'sub', 'b.bin'))
  await session.close()
  const [again] = (await loop.open(options)).torrents
  await again!.whenComplete()
  expect(again!.files[0]!.currentPath).toEqual(['album', 'a.bin'])
  await expect(session.add(metainfo, { renamed: new Map([[9, ['x']]]) })).rejects.toMatchObject({
    name: 'ShoalError',
  })
})

test('a move is recorded before it begins and after it ends, and the files are where the record says', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', FILES)
  const store = createResumeStore(loop.path('state'))
  const steps: string[] = []
  const saving: typeof store = {
    ...bound(store),
    async save(key, progress) {
      const { directory, moving } = progress
      const at = ['content', 'new/content'].filter(path => existsSync(loop.path(path, 'a.bin')))
      steps.push(`${directory.slice(loop.folder.length)} ${moving ? 'moving' : 'still'}: ${at}`)
      await store.save(key, progress)
    },
  }
  const session = await loop.open({ directory: loop.folder, resumeStore: saving })
  const torrent = await session.add(metainfo)
  await torrent.whenComplete()
  await torrent.pause()
  steps.length = 0
  await Promise.all([torrent.move(loop.path('new')), torrent.renameFile(1, ['content', 'c.bin'])])
  expect(steps).toEqual([
    ' moving: content',
    '/new moving: new/content',
    '/new still: new/content',
    '/new moving: new/content',
    '/new moving: new/content',
    '/new still: new/content',
  ])
  // A refused one leaves no trace.
  await writeFile(loop.path('in the way'), '')
  await expect(torrent.move(loop.path('in the way', 'x'))).rejects.toMatchObject({ name: 'ShoalError' })
  expect(steps.at(-1)).toBe('/new still: new/content')
  expect(torrent.directory).toBe(loop.path('new'))
})

test.each([true, false])('a crash in the middle of a move costs nothing (restored: %s)', async restore => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', FILES)
  const options = { directory: loop.folder, stateDirectory: loop.path('state') }
  const first = await loop.open(options)
  await (await first.add(metainfo)).whenComplete()
  await first.close()
  // One file was renamed, the other not yet.
  await changeRecord(loop.path('state'), progress => ({
    ...progress,
    moving: { directory: loop.path('new'), renamed: new Map() },
  }))
  await mkdir(loop.path('new', 'content'), { recursive: true })
  await rename(loop.path('content', 'a.bin'), loop.path('new', 'content', 'a.bin'))

  const pool = countingPool(createHashPool())
  const second = await loop.open({ ...options, restore }, { createHashPool: () => pool })
  const torrent = restore ? second.torrents[0]! : await second.add(metainfo, { directory: loop.path('new') })
  await torrent.whenComplete()
  expect(torrent.directory).toBe(loop.path('new'))
  expect(torrent.files.map(({ diskPath }) => diskPath)).toEqual([
    loop.path('new', 'content', 'a.bin'),
    loop.path('new', 'content', 'sub', 'b.bin'),
  ])
  expect(pool.pieces).toBe(0)
  expect(second.problems).toEqual([])
  await second.close()
  await changeRecord(loop.path('state'), progress => {
    expect(progress).toMatchObject({ directory: loop.path('new') })
    expect(progress.moving).toBeUndefined()
    return progress
  })
})

test('a crash before copied files were deleted does not leave them twice', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', FILES)
  const options = { directory: loop.folder, stateDirectory: loop.path('state') }
  const first = await loop.open(options)
  const torrent = await first.add(metainfo)
  await torrent.whenComplete()
  await torrent.move(loop.path('new'))
  await first.close()
  await cp(loop.path('new', 'content', 'sub'), loop.path('content', 'sub'), { recursive: true })
  await changeRecord(loop.path('state'), progress => ({
    ...progress,
    moving: { directory: loop.folder, renamed: new Map() },
  }))
  const [again] = (await loop.open(options)).torrents
  await again!.whenComplete()
  expect(again!.directory).toBe(loop.path('new'))
  await vi.waitFor(() => expect(existsSync(loop.path('content'))).toBe(false))
  expect(existsSync(loop.path('new', 'content', 'sub', 'b.bin'))).toBe(true)
})

async function changeRecord(
  state: string,
  change: (progress: ResumeProgress) => ResumeProgress,
): Promise<void> {
  const name = (await readdir(state)).find(each => each.endsWith('.resume'))!
  const key = name.slice(0, -'.resume'.length)
  const progress = decodeProgress(key, await readFile(`${state}/${name}`))
  await writeFile(`${state}/${name}`, encodeProgress(key, change(progress)))
}

/** A store as an object of its methods. */
function bound(store: ReturnType<typeof createResumeStore>): typeof store {
  return {
    load: options => store.load(options),
    saveMetainfo: (key, bytes) => store.saveMetainfo(key, bytes),
    save: (key, progress) => store.save(key, progress),
    delete: key => store.delete(key),
    loadNote: name => store.loadNote(name),
    saveNote: (name, bytes) => store.saveNote(name, bytes),
    close: () => store.close(),
  }
}
