import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeHeldPaths } from '../../base/files/held-paths.ts'
import { openPlace } from '../../base/files/places.ts'
import { contentFilter, noteSealed, tellLeftOut } from './folder-holds.ts'
import { FolderRecords } from './folder-records.ts'
import { seedFilter } from './seed-path.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'shoal-holds-')))
  vi.stubEnv('SHOAL_STATE', join(folder, '.state'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const seed = { hidden: false, dataDir: undefined, torrent: undefined }

test('the original of a sealed share is left out until it is gone, and shared when it is named', async () => {
  for (const name of ['a.txt', 'b.txt', 'c.txt']) await writeFile(join(folder, name), name)
  await noteSealed(join(folder, 'a.txt'))
  await rm(join(folder, 'a.txt'))
  await noteSealed(join(folder, 'b.txt'))
  const content = await contentFilter({ except: folder })
  expect(content.filter(folder, ['a.txt', 'b.txt', 'c.txt'])).toEqual(['a.txt', 'c.txt'])
  expect([...content.leftOut.values()]).toEqual(['sealed'])
  await seedFilter(join(folder, 'b.txt'), seed)
})

test('what get has not completed in a folder is left out of it, and not shared by name', async () => {
  const films = join(folder, 'films')
  await mkdir(films)
  const { state } = await openPlace(films)
  const records = new FolderRecords(state)
  records.save({ infoHash: 'ab'.repeat(20), name: 'film.mkv', kind: 'got' })
  records.save({ infoHash: 'cd'.repeat(20), name: 'whole.mkv', kind: 'got', complete: true })
  const content = await contentFilter({ except: folder })
  expect(content.filter(films, ['film.mkv', 'whole.mkv'])).toEqual(['whole.mkv'])
  await expect(seedFilter(join(films, 'film.mkv'), seed)).rejects.toMatchObject({ code: 'bad-argument' })
  await seedFilter(join(films, 'whole.mkv'), seed)
})

test('seed leaves out of a folder what the node has not completed, and takes what the node has', async () => {
  const [part, whole] = ['part.bin', 'whole.bin'].map(name => join(folder, name))
  await writeHeldPaths(
    join(folder, '.state', 'node'),
    new Map([
      [part!, 'unfinished'],
      [whole!, 'managed'],
    ]),
  )
  const content = await seedFilter(folder, seed)
  expect(content.filter(folder, ['part.bin', 'whole.bin'])).toEqual(['whole.bin'])
  await expect(seedFilter(part!, seed)).rejects.toMatchObject({ code: 'bad-argument' })
  await seedFilter(part!, { ...seed, torrent: 'part.torrent' })
})

test('reports a reason once, in a line for people and an event for each path', () => {
  const told = new Map()
  const lines: string[] = []
  const events: unknown[] = []
  const view = {
    add() {},
    remove() {},
    refresh() {},
    close() {},
    tell(text: string, event?: object) {
      if (text) lines.push(text)
      if (event) events.push(event)
    },
  }
  const leftOut = new Map([
    ['/d/.a', 'hidden'],
    ['/d/.b', 'hidden'],
  ] as const)
  for (let times = 0; times < 2; times++) tellLeftOut(view, { leftOut }, told)
  expect(lines).toEqual(['Left out: .a, .b. They are hidden; --hidden includes them'])
  expect(events).toEqual([
    { event: 'left-out', name: '.a', path: '/d/.a', reason: 'hidden' },
    { event: 'left-out', name: '.b', path: '/d/.b', reason: 'hidden' },
  ])
})
