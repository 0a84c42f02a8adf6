import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Catalogue } from '../../testing/catalogue.ts'
import {
  type TemporaryCatalogue,
  temporaryCatalogue,
  testInfoHash,
} from '../../testing/temporary-catalogue.ts'
import { Indexer, type IndexerOptions } from './indexer.ts'
import { makeEpub, makePdf } from './testing/documents.ts'

let place: TemporaryCatalogue
let catalogue: Catalogue
let indexer: Indexer
let notices: string[]
beforeEach(async () => {
  place = await temporaryCatalogue()
  catalogue = place.catalogue
  notices = []
  indexer = start()
})
afterEach(async () => {
  await indexer.close()
  await place.remove()
})

function start(more: Partial<IndexerOptions> = {}): Indexer {
  return new Indexer({
    data: place.catalogue,
    locate: (torrent, file) => join(place.folder, 'files', torrent.name, file.path),
    onNotice: message => notices.push(message),
    ...more,
  })
}

/** Closes everything as a stopping node does, and starts it again. */
async function restart(): Promise<void> {
  await indexer.close()
  catalogue = await place.reopen()
  indexer = start()
}

let torrents = 0
/** Adds a torrent whose files are on disk. */
async function add(name: string, files: Record<string, Uint8Array | string>, comment: string | null = null) {
  const { id } = catalogue.torrents.add({
    infoHashV1: testInfoHash(++torrents),
    name,
    comment,
    directory: place.folder,
    addedMs: 1,
    completedMs: 2,
  })
  const list = Object.entries(files).map(([path, content], index) => ({
    index,
    path,
    lengthBytes: content.length,
  }))
  for (const [path, content] of Object.entries(files)) {
    const full = join(place.folder, 'files', name, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, content)
  }
  await catalogue.files.replace(id, list)
  return id
}

const find = async (text: string) => (await catalogue.search({ text, limit: 100 })).hits
const found = async (text: string) => (await find(text)).map(({ name, path }) => path ?? name)

describe('what is indexed', () => {
  test('names, paths, comments, and the text inside documents', async () => {
    const id = await add(
      'My Library',
      {
        'books/moby.txt': 'Call me Ishmael.',
        'books/page.html': '<p>About <b>Ahab</b>',
        'books/tale.epub': makeEpub(['<p>Queequeg']),
        'books/log.pdf': makePdf(['Starbuck']),
        'film.mkv': 'Ishmael',
      },
      'Sent by Pip',
    )
    indexer.torrentCompleted(id)
    await indexer.idle()
    expect(await found('ishmael')).toEqual(['books/moby.txt'])
    expect(await found('ahab')).toEqual(['books/page.html'])
    expect(await found('queequeg')).toEqual(['books/tale.epub'])
    expect(await found('starbuck')).toEqual(['books/log.pdf'])
    expect(await found('film')).toEqual(['film.mkv'])
    expect(await found('library')).toContain('My Library')
    expect(await find('pip')).toMatchObject([
      { torrentId: id, file: null, snippet: 'Sent by Pip', matches: [[8, 11]] },
    ])
    const [hit] = await find('ishmael')
    expect(hit).toMatchObject({
      file: 0,
      name: 'My Library',
      snippet: 'Call me Ishmael.',
      matches: [[8, 15]],
    })
    expect(indexer.progress).toMatchObject({ waiting: 0, indexed: 4, unreadable: 0, current: null })
  })

  test('the only file of a torrent is found once', async () => {
    const id = await add('moby.txt', { 'moby.txt': 'Call me Ishmael.' })
    indexer.torrentCompleted(id)
    await indexer.idle()
    expect(await find('moby')).toMatchObject([
      { file: 0, path: 'moby.txt', snippet: null, matches: [[0, 4]] },
    ])
    expect(await found('ishmael')).toEqual(['moby.txt'])
  })

  test('a torrent whose files are not known yet', async () => {
    const { id } = catalogue.torrents.add({
      infoHashV1: testInfoHash(++torrents),
      name: 'soon',
      directory: '/',
      addedMs: 1,
    })
    indexer.torrentChanged(id)
    await indexer.idle()
    expect(await find('soon')).toMatchObject([{ torrentId: id, file: null, matches: [[0, 4]] }])
  })

  test('by kind, and page by page', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`song ${i}.${i % 3 ? 'mp3' : 'jpg'}`, 'x']),
    )
    const id = await add('album', files)
    indexer.torrentChanged(id)
    await indexer.idle()
    const seen: (string | null)[] = []
    let cursor: string | null = '0'
    while (cursor !== null) {
      const page = await catalogue.search({ text: 'song', kinds: ['audio'], limit: 7, cursor })
      seen.push(...page.hits.map(({ path }) => path))
      cursor = page.next
    }
    expect(new Set(seen).size).toBe(20)
    expect(seen).toHaveLength(20)
    await expect(catalogue.search({ text: 'x', limit: 101 })).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(catalogue.search({ text: 'x', limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })

  test('files that cannot be read are reported and skipped', async () => {
    const id = await add('bad', { 'a.pdf': 'no PDF', 'b.txt': 'whales' })
    indexer.torrentCompleted(id)
    await indexer.idle()
    expect(await found('whales')).toEqual(['b.txt'])
    expect(indexer.progress).toMatchObject({ waiting: 0, indexed: 1, unreadable: 1 })
    expect(notices.join()).toMatch(/a\.pdf is not indexed/)
  })
})

describe('changes', () => {
  test('a renamed torrent is found by its new name and by its text', async () => {
    const id = await add('old', { 'a.txt': 'whales', 'b.txt': 'fish' })
    indexer.torrentCompleted(id)
    await indexer.idle()
    catalogue.torrents.update(id, { name: 'new' })
    indexer.torrentChanged(id)
    await indexer.idle()
    expect(await found('old')).toEqual([])
    expect(await found('new')).toContain('new')
    expect(await found('whales')).toEqual(['a.txt'])
  })

  test('a removed torrent is no longer found, and is deleted from the index', async () => {
    const id = await add('gone', { 'a.txt': 'whales', 'b.txt': 'fish' })
    const stays = await add('stays', { 'a.txt': 'whales', 'b.txt': 'fish' })
    indexer.torrentCompleted(id)
    indexer.torrentCompleted(stays)
    await indexer.idle()
    catalogue.torrents.update(id, { removedMs: 1 })
    expect(await find('whales')).toMatchObject([{ torrentId: stays }])
    catalogue.torrents.delete(id)
    indexer.torrentRemoved(id)
    await indexer.idle()
    expect(await find('whales')).toMatchObject([{ torrentId: stays }])
    expect(await catalogue.index.writer.call('count')).toEqual({ entries: 3, texts: 2 })
  })
})

describe('interruptions', () => {
  test('unfinished work is done in the next run', async () => {
    indexer.pause()
    const id = await add('later', { 'a.txt': 'whales', 'b.txt': 'fish' })
    indexer.torrentCompleted(id)
    expect(indexer.progress).toMatchObject({ waiting: 2, paused: true })
    await restart()
    await indexer.idle()
    expect(await found('whales')).toEqual(['a.txt'])
    expect(indexer.progress.waiting).toBe(0)
  })

  test('closing does not wait for a slow document, which is read in the next run', async () => {
    const bytes = deflateSync(Buffer.alloc(30 << 20, 'q 1 0 0 1 0 0 cm Q\n'))
    const endless = join(place.folder, 'endless.pdf')
    writeFileSync(endless, makePdf(Array(40).fill('x'), { filter: '/FlateDecode', bytes }))
    await indexer.close()
    const { promise: reading, resolve } = Promise.withResolvers<void>()
    indexer = start({
      locate: () => {
        resolve()
        return endless
      },
    })
    indexer.torrentCompleted(await add('x', { 'a.pdf': 'x' }))
    await reading
    await indexer.close()
    expect(catalogue.indexQueue.count()).toBe(1)
  })

  test('a pause lasts until resume', async () => {
    indexer.pause()
    indexer.torrentChanged(await add('paused', { a: '', b: '' }))
    await new Promise(setImmediate)
    expect(indexer.progress.waiting).toBe(1)
    indexer.resume()
    await indexer.idle()
    expect(await found('paused')).toContain('paused')
  })

  test('it is not idle while the index may have been replaced', async () => {
    indexer.torrentChanged(await add('kept', {}))
    await indexer.idle()
    const { index } = catalogue
    const known = Promise.withResolvers<string>()
    const asked = Promise.withResolvers<void>()
    const asking = vi.spyOn(index, 'generation').mockImplementation(() => {
      asked.resolve()
      return known.promise
    })
    onTestFinished(() => asking.mockRestore())
    index.onDiscard()
    await asked.promise
    const ended: string[] = []
    const idle = indexer.idle().then(() => ended.push('idle'))
    await new Promise(setImmediate)
    ended.push('known')
    known.resolve('another')
    await idle
    expect(ended).toEqual(['known', 'idle'])
    expect(notices).toEqual(['The search index was rebuilt: indexing everything again'])
  })

  test('an index that is damaged inside is rebuilt on the next use', async () => {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`file ${i}.mkv`, 'x']))
    indexer.torrentChanged(await add('kept', files))
    await indexer.idle()
    await indexer.close()
    await catalogue.close()
    const path = join(place.folder, 'search.db')
    const bytes = readFileSync(path)
    bytes.fill(0xa5, bytes.length >> 1)
    writeFileSync(path, bytes)
    catalogue = await place.reopen()
    indexer = start()
    await expect(catalogue.search({ text: 'kept', limit: 1 })).rejects.toMatchObject({ code: 'damaged' })
    await indexer.idle()
    expect(await found('kept')).toContain('kept')
  })

  test.each(['lost', 'damaged'])('an index that is %s is rebuilt completely', async what => {
    indexer.torrentCompleted(await add('kept', { 'a.txt': 'whales', 'b.txt': 'fish' }))
    await indexer.idle()
    await indexer.close()
    await catalogue.close()
    const path = join(place.folder, 'search.db')
    if (what === 'lost') rmSync(path)
    else writeFileSync(path, 'x'.repeat(statSync(path).size))
    catalogue = await place.reopen()
    indexer = start()
    await indexer.idle()
    expect(await found('whales')).toEqual(['a.txt'])
    expect(notices).toContain('The search index was rebuilt: indexing everything again')
  })
})
