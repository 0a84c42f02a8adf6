import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Metainfo, SessionApi, TorrentApi } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { ContentFilter } from '../../base/files/content-filter.ts'
import { readHeldPaths, writeHeldPaths } from '../../base/files/held-paths.ts'
import { processOutput } from '../output.ts'
import type { View } from '../terminal/view.ts'
import { FolderRecords } from './folder-records.ts'
import { SharedFolder } from './shared-folder.ts'

const HASH = 'ab'.repeat(20)
const view: View = { add() {}, remove() {}, tell() {}, refresh() {}, close() {} }

/** A download stopped by a full disk, and a function that completes it. */
function stuckDownload(directory: string): { torrent: TorrentApi; complete(): void } {
  const listeners = new Map<string, () => void>()
  const torrent = {
    infoHashes: { v1: new Uint8Array(20).fill(0xab) },
    name: 'film.bin',
    magnet: `magnet:?xt=urn:btih:${HASH}`,
    metainfo: null,
    directory,
    stats: { state: 'error' },
    on(name: string, listener: () => void) {
      listeners.set(name, listener)
      return () => {}
    },
    whenComplete: () => Promise.reject(new Error('no space left')),
  }
  return {
    torrent: torrent as unknown as TorrentApi,
    complete: () => listeners.get('complete')?.(),
  }
}

test('records a download as complete that had to wait for disk space', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-share-'))
  try {
    await writeFile(join(directory, 'film.bin'), 'half')
    const records = new FolderRecords(join(directory, '.state'))
    records.save({ infoHash: HASH, name: 'film.bin', kind: 'got' })
    const { torrent, complete } = stuckDownload(directory)
    const shared = new SharedFolder({
      session: { add: async () => torrent } as unknown as SessionApi,
      records,
      directory,
      create: {},
      filter: async () => new ContentFilter(),
      view,
      output: processOutput({ json: false, verbose: false }),
      signal: new AbortController().signal,
    })
    await shared.look(null)
    expect(shared.size).toBe(1)
    expect((await records.find(HASH))?.complete).toBeUndefined()
    complete()
    expect((await records.find(HASH))?.complete).toBe(true)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('never shares what a node holds, half-downloaded and hidden files, and says so', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-share-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const state = join(directory, '.state')
  for (const path of ['own/notes', 'own/.git', 'label', 'Sealed/0123'])
    await mkdir(join(directory, path), { recursive: true })
  const files = [
    'own/a.txt',
    'own/notes/b.txt',
    'own/.git/config',
    'own/film.mkv',
    'own/film.mkv.aria2',
    'c.bin.!qB',
    '.secret',
    'part.bin',
    'plain.txt',
    'label/d.bin',
    'label/mine.txt',
    'Sealed/0123/sealed.age',
  ]
  for (const path of files) await writeFile(join(directory, path), path)
  await writeHeldPaths(
    state,
    new Map([
      [join(directory, 'part.bin'), 'unfinished'],
      [join(directory, 'plain.txt'), 'sealed'],
      [join(directory, 'label', 'd.bin'), 'managed'],
    ]),
  )
  const added: string[] = []
  const events: Readonly<Record<string, unknown>>[] = []
  const session = {
    async add({ info }: Metainfo) {
      added.push(...info.files.filter(({ pad }) => !pad).map(({ path }) => path.join('/')))
      return { ...stuckDownload(directory).torrent, name: info.name }
    },
  }
  const shared = new SharedFolder({
    session: session as unknown as SessionApi,
    records: new FolderRecords(join(directory, '.records')),
    directory,
    create: {},
    filter: async () => new ContentFilter({ held: await readHeldPaths(state) }),
    view: { ...view, tell: (_, event) => void (event && events.push(event)) },
    output: processOutput({ json: false, verbose: false }),
    signal: new AbortController().signal,
  })
  await shared.look(null)
  await shared.look(null)
  expect(added.sort()).toEqual(['label/mine.txt', 'own/a.txt', 'own/notes/b.txt'])
  const leftOut = events.filter(({ event }) => event === 'left-out')
  const told = leftOut.map(({ path, reason }) => `${relative(directory, String(path))}: ${reason}`)
  expect(told.sort()).toEqual([
    '.records: hidden',
    '.secret: hidden',
    '.state: hidden',
    'Sealed/0123/sealed.age: sealed',
    'c.bin.!qB: unfinished',
    'label/d.bin: managed',
    'own/.git: hidden',
    'own/film.mkv.aria2: unfinished',
    'own/film.mkv: unfinished',
    'part.bin: unfinished',
    'plain.txt: sealed',
  ])
})
